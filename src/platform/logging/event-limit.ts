/** More of one kind in a second tell nothing new, and whoever sends them would fill the disk and take the processor. */
const MOST_A_SECOND = 500;

/** Counts events by name and second. */
export class EventLimit {
  #second = Number.NEGATIVE_INFINITY;
  readonly #counts = new Map<string, number>();

  /** Is there room for one more of this name? Ask `ended` first. */
  admits(name: string): boolean {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return count <= MOST_A_SECOND;
  }

  /** When another second has begun: how many events of which name were left out in the one before. */
  ended(nowMs: number): readonly (readonly [name: string, dropped: number])[] {
    const second = Math.floor(nowMs / 1_000);
    if (second === this.#second) return [];
    this.#second = second;
    const dropped = [...this.#counts].flatMap(([name, count]) =>
      count > MOST_A_SECOND ? [[name, count - MOST_A_SECOND] as const] : [],
    );
    this.#counts.clear();
    return dropped;
  }
}
