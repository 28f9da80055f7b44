import type { Seeded } from "../support/clocks/seeded.ts";

/** Tries one input that the seed makes. @returns what is wrong, if anything */
export type FuzzTarget = (seed: number) => string | undefined;

/** `bytes` in pieces, some of them empty. */
export function chunks(bytes: Buffer, random: Seeded): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = random.below(random.chance(0.5) ? 3 : 20);
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  return parts;
}

/** Some of `pieces`, one behind the other. */
export function pieced(random: Seeded, pieces: readonly string[], most: number): string {
  return Array.from({ length: random.below(most) }, () => random.one(pieces)).join("");
}

/** Undefined when they are the same. */
export function difference(input: unknown, ours: unknown, reference: unknown): string | undefined {
  const [got, wanted] = [JSON.stringify(ours), JSON.stringify(reference)];
  return got === wanted ? undefined : `${JSON.stringify(input)}: ${got} instead of ${wanted}`;
}
