import type { Random } from "../../core/ports/random.ts";

/** The system's randomness. */
export const systemRandom: Random = {
  // Node loads what is behind the global when it is first used, which most starts never do.
  token: (bytes) => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString("base64url"),
  fraction: () => Math.random(),
};
