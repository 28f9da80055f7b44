// A key file that is no key can open nothing any more; an intact key that is another one can be exchanged for the right one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isFailure } from "../../../../src/core/failure/failure.ts";
import { aProcess, fakeDisk, fakeKeychain, random } from "./fakes.ts";

const RING = "/data/keys/ring.json";
const fileOf = (id: string): string => `/data/keys/${id}.key`;

/** A key file made here, and what it holds. */
async function made(kind: "file" | "auto" = "file", keychain?: ReturnType<typeof fakeKeychain>) {
  const files = fakeDisk();
  const { id } = await aProcess(kind, { files }).keys.choose(undefined);
  const text = files.files.get(fileOf(id))?.toString("utf8").trim() ?? "";
  const start = (asked: "file" | "auto" | "keychain" = kind) =>
    aProcess(asked, { files, ...(keychain !== undefined && { keychain: async () => keychain }) });
  return { files, id, text, reference: { source: "file", id } as const, start };
}

test("[VAULT-4] what is not 32 bytes is damaged, another key is locked, and the right one opens however it is written", async () => {
  const { files, id, text, reference, start } = await made();
  const bytes = Buffer.from(text, "base64url");
  const table: [what: string, text: string, code: string | undefined][] = [
    ["nothing", "", "LOCAL_VAULT_BROKEN"],
    ["a line end", "\n", "LOCAL_VAULT_BROKEN"],
    ["rubbish", "rubbish\n", "LOCAL_VAULT_BROKEN"],
    ["half of it", text.slice(0, 20), "LOCAL_VAULT_BROKEN"],
    ["31 bytes", bytes.subarray(1).toString("base64url"), "LOCAL_VAULT_BROKEN"],
    ["33 bytes", Buffer.concat([bytes, bytes.subarray(0, 1)]).toString("base64url"), "LOCAL_VAULT_BROKEN"],
    ["zeros, as a power cut leaves them", "\0".repeat(44), "LOCAL_VAULT_BROKEN"],
    ["the bytes themselves", bytes.toString("latin1"), "LOCAL_VAULT_BROKEN"],
    ["two keys", `${text}\n${text}\n`, "LOCAL_VAULT_BROKEN"],
    ["another key", `${random.token(32)}\n`, "LOCAL_VAULT_LOCKED"],
    ["another key in hex", Buffer.from(random.token(32), "base64url").toString("hex"), "LOCAL_VAULT_LOCKED"],
    ["the same", `${text}\n`, undefined],
    ["the same with the line end of Windows", `${text}\r\n`, undefined],
    ["the same in hex", bytes.toString("hex"), undefined],
    ["the same with padding", bytes.toString("base64"), undefined],
  ];
  for (const [what, content, code] of table) {
    files.files.set(fileOf(id), Buffer.from(content, "latin1"));
    const opened = start().keys.open(reference);
    if (code === undefined) assert.deepEqual(await opened, bytes, what);
    else await assert.rejects(opened, (error) => isFailure(error) && error.code === code, what);
    assert.equal(files.files.get(fileOf(id))?.toString("latin1"), content, "looking changes nothing");
  }
  files.files.delete(fileOf(id));
  await assert.rejects(start().keys.open(reference), (error) => isFailure(error, "LOCAL_VAULT_LOCKED"));
});

test("[VAULT-2] [VAULT-4] a damaged key file is kept under another name, said once, and a new key takes its place", async () => {
  const { files, id, reference, start } = await made();
  files.files.set(fileOf(id), Buffer.from("damaged"));
  const { keys, diagnostics } = start();
  await keys.setAside(reference);
  await keys.setAside(reference);
  assert.equal(files.files.get(fileOf(id)), undefined);
  assert.equal(files.files.get(`${fileOf(id)}.broken-then`)?.toString("utf8"), "damaged");
  assert.equal(diagnostics.notices.filter((text) => text.includes("damaged")).length, 1);
  assert.match(diagnostics.notices.join(), /set aside as \/data\/keys\/\w+\.key\.broken-then/);
  const next = await start().keys.choose(undefined);
  assert.notEqual(next.id, id);
  await start().keys.open(next);
  assert.deepEqual(await start().keys.choose(undefined), next, "one new key, not one a start");
  // What it locked can be opened by nobody: that is not said to be locked, now or later.
  for (const asked of ["file", "auto"] as const)
    await assert.rejects(start(asked).keys.open(reference), (error) =>
      isFailure(error, "LOCAL_VAULT_BROKEN"),
    );
});

test("[VAULT-4] whole key files, other keys and keys elsewhere are never set aside", async () => {
  const keychain = fakeKeychain();
  const { files, id, reference, start } = await made("auto", keychain);
  const before = new Map(files.files);
  await start().keys.setAside(reference);
  await start().keys.setAside({ source: "file", id: "0123456789abcdef" });
  await start().keys.setAside({ source: "keychain", id });
  await start().keys.setAside({ source: "environment", id });
  assert.deepEqual(files.files, before);
  const other = `${random.token(32)}\n`;
  files.files.set(fileOf(id), Buffer.from(other));
  await start().keys.setAside(reference);
  assert.equal(files.files.get(fileOf(id))?.toString("utf8"), other);
});

test("[VAULT-4] the first sign-in after the damage gets a whole key, though nobody read a record before", async () => {
  const { files, id, start } = await made();
  files.files.set(fileOf(id), Buffer.from(""));
  const { keys } = start();
  const reference = await keys.choose(undefined);
  assert.notEqual(reference.id, id);
  assert.deepEqual(await start().keys.open(reference), await keys.open(reference));
});

test("[VAULT-4] the list in the keychain gets the new key, too, and keeps its others", async () => {
  const keychain = fakeKeychain();
  const { files, id, reference, start } = await made("auto", keychain);
  await start().keys.open(reference);
  const [entry = "", copy = ""] = [...keychain.entries].find(([name]) => name.startsWith("ring-")) ?? [];
  keychain.entries.set(entry, JSON.stringify({ ...JSON.parse(copy), keychain: "0123456789abcdef" }));
  files.files.set(fileOf(id), Buffer.from("damaged"));
  await start().keys.setAside(reference);
  const next = await start().keys.choose(undefined);
  assert.equal(next.source, "file", "what was chosen first stays the choice");
  assert.notEqual(next.id, id);
  await start().keys.open(next);
  const told = { file: next.id, keychain: "0123456789abcdef", chosen: "file" };
  assert.deepEqual(JSON.parse(keychain.entries.get(entry) ?? ""), told);
  assert.deepEqual(JSON.parse(files.files.get(RING)?.toString("utf8") ?? ""), {
    file: next.id,
    chosen: "file",
  });
});

test("[VAULT-4] DRAWBRIDGE_VAULT_KEY that is no key is refused as a wrong argument, not as a lock", async () => {
  const reference = await aProcess("auto", { key: random.token(32) }).keys.choose(undefined);
  await assert.rejects(aProcess("auto", { key: "short" }).keys.open(reference), (error) =>
    isFailure(error, "USAGE_BAD_ARGUMENT"),
  );
});
