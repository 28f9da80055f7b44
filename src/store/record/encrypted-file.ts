// The file around the record: one JSON line that says how it is locked, then AES-256-GCM ciphertext and tag.
// The line and the record's name are authenticated with the text, so neither can be exchanged.
import { createCipheriv, createDecipheriv } from "node:crypto";
import { Failure } from "../../core/failure/failure.ts";
import type { JsonObject } from "../../core/mcp/message.ts";
import { isId } from "../keys/key-bytes.ts";
import type { KeyReference, KeySource } from "../keys/key-reference.ts";
import { anyObject } from "./json-decoders.ts";

interface EncryptedFile {
  readonly key: KeyReference;
  readonly header: string;
  readonly iv: Buffer;
  readonly body: Buffer;
}

const FORMAT = 1;
const LONGEST_HEADER = 1_024;
const TAG_BYTES = 16;
/** NIST SP 800-38D 8.2: 96 random bits are good for 2^32 writes with one key. */
const IV_BYTES = 12;
const SOURCES: readonly unknown[] = ["keychain", "file", "environment"] satisfies KeySource[];

/** Encrypts. `name` must be given again to open; `iv` is 12 random bytes, base64url. */
export function encrypt(
  text: Buffer,
  name: string,
  key: Buffer,
  reference: KeyReference,
  iv: string,
): Buffer {
  const header = JSON.stringify({ drawbridge: FORMAT, source: reference.source, key: reference.id, iv });
  const cipher = createCipheriv("aes-256-gcm", key, Buffer.from(iv, "base64url"));
  cipher.setAAD(Buffer.from(`${header}\n${name}`));
  return Buffer.concat([
    Buffer.from(`${header}\n`),
    cipher.update(text),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
}

/**
 * Splits the file; needs no key.
 * @throws Failure LOCAL_VAULT_BROKEN, LOCAL_VAULT_NEWER
 */
export function parseEncryptedFile(file: Buffer): EncryptedFile {
  const end = file.subarray(0, LONGEST_HEADER).indexOf("\n");
  if (end === -1) throw broken("its first line is not whole");
  const header = file.toString("utf8", 0, end);
  const { drawbridge, source, key, iv } = parseHeader(header);
  if (typeof drawbridge !== "number") throw broken("its first line is not one that mcp-drawbridge writes");
  if (drawbridge > FORMAT) {
    throw new Failure(
      "LOCAL_VAULT_NEWER",
      `The saved sign-in has file format ${drawbridge}; this release knows up to ${FORMAT}.`,
    );
  }
  const ivBytes = Buffer.from(typeof iv === "string" ? iv : "", "base64url");
  if (!SOURCES.includes(source) || !isId(key) || ivBytes.length !== IV_BYTES) {
    throw broken("its first line is not one that mcp-drawbridge writes");
  }
  const body = file.subarray(end + 1);
  if (body.length < TAG_BYTES) throw broken("it is cut short");
  return { key: { source: source as KeySource, id: key }, header, iv: ivBytes, body };
}

/** @throws Failure LOCAL_VAULT_BROKEN when anything was changed or `name` is another */
export function decrypt(sealed: EncryptedFile, name: string, key: Buffer): Buffer {
  const split = sealed.body.length - TAG_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(`${sealed.header}\n${name}`));
  decipher.setAuthTag(sealed.body.subarray(split));
  try {
    return Buffer.concat([decipher.update(sealed.body.subarray(0, split)), decipher.final()]);
  } catch (cause) {
    throw broken("it is damaged, or belongs to another record", cause);
  }
}

function parseHeader(header: string): JsonObject {
  try {
    return anyObject(JSON.parse(header), "header");
  } catch {
    throw broken("its first line is not one that mcp-drawbridge writes");
  }
}

function broken(why: string, cause?: unknown): Failure {
  return new Failure("LOCAL_VAULT_BROKEN", `The file of the saved sign-in cannot be read: ${why}.`, {
    cause,
  });
}
