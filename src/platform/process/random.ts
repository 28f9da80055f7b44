import { randomBytes } from "node:crypto";
import type { Random } from "../../core/ports/random.ts";

/** The system's randomness. */
export const systemRandom: Random = {
  token: (bytes) => randomBytes(bytes).toString("base64url"),
  fraction: () => Math.random(),
};
