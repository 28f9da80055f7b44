/** A pattern in which `*` stands for any text, also none. Matches in linear time, whatever it is matched with. */
export class Glob {
  readonly #parts: readonly string[];

  constructor(glob: string) {
    this.#parts = glob.split("*");
  }

  /** Does it match the whole of `text`? */
  test(text: string): boolean {
    const [first = "", ...middle] = this.#parts;
    const last = middle.pop();
    if (last === undefined) return text === first;
    if (!text.startsWith(first)) return false;
    const end = text.length - last.length;
    let at = first.length;
    // The leftmost place is always right: it leaves the most for the parts that follow.
    for (const part of middle) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= end && text.endsWith(last);
  }
}
