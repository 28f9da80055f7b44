import { sha256 } from "@noble/hashes/sha2.js";

/**
 * SHA-256 of a text that a start needs: for that alone `node:crypto` would be loaded, 4 ms and 0.5 MB.
 * It makes names; nothing is proved by it.
 */
export function sha256Of(text: string): Buffer {
  return Buffer.from(sha256(Buffer.from(text)));
}
