/** Random choices that a seed repeats. */
export interface Seeded {
  readonly seed: number;
  /** Whole number, 0 <= n < below. */
  below(below: number): number;
  one<T>(of: readonly T[]): T;
  chance(probability: number): boolean;
}

/** Mulberry32: small, and good enough to choose among faults. */
export function seeded(seed: number): Seeded {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    seed,
    below,
    one: (of) => of[below(of.length)] as (typeof of)[number],
    chance: (probability) => next() < probability,
  };
}

/** The seed of this run: `DRAWBRIDGE_TEST_SEED`, which the runner prints and hands on, else one of its own. */
export function testSeed(): number {
  return Number(process.env.DRAWBRIDGE_TEST_SEED ?? Date.now() % 1_000_000);
}
