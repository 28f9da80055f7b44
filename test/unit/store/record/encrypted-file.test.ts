import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import test from "node:test";
import { isFailure } from "../../../../src/core/failure/failure.ts";
import type { KeyReference } from "../../../../src/store/keys/key-reference.ts";
import { decrypt, encrypt, parseEncryptedFile } from "../../../../src/store/record/encrypted-file.ts";
import { random } from "../keys/fakes.ts";

const key = randomBytes(32);
const reference: KeyReference = { source: "file", id: "0123456789abcdef" };
const sealed = () => encrypt(Buffer.from("the text"), "name", key, reference, random.token(12));
const isBroken = (error: unknown) => isFailure(error, "LOCAL_VAULT_BROKEN");

test("[VAULT-1] sealed text opens with its key and name only, and is not in the file", () => {
  const file = sealed();
  assert.equal(file.includes("the text"), false);
  assert.deepEqual(parseEncryptedFile(file).key, reference);
  assert.equal(decrypt(parseEncryptedFile(file), "name", key).toString(), "the text");
  assert.throws(() => decrypt(parseEncryptedFile(file), "other name", key), isBroken);
  assert.throws(() => decrypt(parseEncryptedFile(file), "name", randomBytes(32)), isBroken);
});

test("[VAULT-1] the header is bound to the text: no other key source or key can be written into it", () => {
  const file = sealed().toString("latin1");
  for (const [from, to] of [
    ['"file"', '"keychain"'],
    ["0123456789abcdef", "0123456789abcdee"],
  ] as const) {
    const changed = parseEncryptedFile(Buffer.from(file.replace(from, to), "latin1"));
    assert.throws(() => decrypt(changed, "name", key), isBroken);
  }
});

test("[VAULT-2] a file cut at any byte is broken, never newer and never empty", () => {
  const file = sealed();
  for (let length = 0; length < file.length; length += 1) {
    assert.throws(
      () => decrypt(parseEncryptedFile(file.subarray(0, length)), "name", key),
      isBroken,
      `at ${length}`,
    );
  }
});

test("[VAULT-2] a newer format is refused, whatever else its first line says", () => {
  assert.throws(
    () => parseEncryptedFile(Buffer.from('{"drawbridge":2,"suite":"x"}\n....')),
    (error) => isFailure(error, "LOCAL_VAULT_NEWER"),
  );
});

test("[VAULT-1] a key's id is sixteen hexadecimal digits: it never leads to another file", () => {
  const key = "../../../home/of/another/0123456789abcdef";
  const header = JSON.stringify({ drawbridge: 1, source: "file", key, iv: random.token(12) });
  assert.throws(() => parseEncryptedFile(Buffer.from(`${header}\n${"x".repeat(64)}`)), isBroken);
});
