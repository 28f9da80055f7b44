// What a key is: 32 bytes, and a name that tells nothing about them.
import { createHash } from "node:crypto";

export const KEY_BYTES = 32;

/** 32 bytes as base64url, base64 or hex. */
export function parseKey(text: string): Buffer | undefined {
  const bare = text.trim();
  if (!/^[\w+/=-]+$/.test(bare)) return undefined;
  const bytes = /^[0-9a-f]{64}$/i.test(bare) ? Buffer.from(bare, "hex") : Buffer.from(bare, "base64url");
  return bytes.length === KEY_BYTES ? bytes : undefined;
}

/** Public name of a key: enough of a hash to tell keys apart, of no use for finding one. */
export function keyId(key: Buffer): string {
  return createHash("sha256").update("mcp-drawbridge key id\n").update(key).digest("hex").slice(0, 16);
}

/** The key that `text` holds, if it is the one of this id. */
export function keyOf(text: string | undefined, id: string): Buffer | undefined {
  const bytes = text === undefined ? undefined : parseKey(text);
  return bytes !== undefined && keyId(bytes) === id ? bytes : undefined;
}

/** Ids become file names and entries of the keychain: nothing else may. */
export function isId(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{16}$/.test(value);
}
