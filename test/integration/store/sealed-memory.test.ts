// What a remote said to an account comes back to that one alone, and what that takes.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import test, { afterEach, beforeEach } from "node:test";
import type { Keychain } from "../../../src/core/ports/keychain.ts";
import type { Random } from "../../../src/core/ports/random.ts";
import type { CachedRemote } from "../../../src/core/ports/remote-cache.ts";
import { Secret } from "../../../src/core/text/secret.ts";
import { createSystemClock } from "../../../src/platform/process/clock.ts";
import { systemRandom } from "../../../src/platform/process/random.ts";
import type { ForgettableCache } from "../../../src/store/remote-cache.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/project/temporary-folder.ts";
import { type OpenVaultOptions, openVault } from "../../support/stores/store.ts";

const KEPT = { lists: { "tools/list": { tools: [{ name: "kept" }] } } };
const EMPTY = { lists: {} };
const PLAIN = `{}\n${JSON.stringify(KEPT)}`;
const HINTS = { transport: "sse", signInToolOfferedTo: ["codex"] } as const;

let temporary: TemporaryFolder;
let folder: string;
let file: string;
beforeEach(() => {
  temporary = temporaryFolder();
  folder = path.join(temporary.path, "data", "memory");
  file = open().memoryFile;
});
afterEach(() => temporary.remove());

/** As a process that starts finds it. */
function open(options: Partial<OpenVaultOptions> = {}) {
  return openVault({ folder: path.join(temporary.path, "data"), ...options });
}

function keep({ update }: ForgettableCache, next: CachedRemote): Promise<void> {
  return update(() => next);
}

test("[VAULT-1] what was said to somebody who had signed in is sealed, and comes back to them alone", async () => {
  const first = open();
  await first.save("token", "ann");
  await keep(first.memory, { ...KEPT, ...HINTS });
  assert.doesNotMatch(readFileSync(file, "latin1"), /kept|ann/);
  assert.deepEqual(await open().memory.read(), { ...KEPT, ...HINTS, account: "ann" });

  await open().save("token", "bob");
  assert.deepEqual(await open().memory.read(), { ...EMPTY, ...HINTS, account: "bob" });
  await open().save("token");
  assert.deepEqual(await open().memory.read(), { ...EMPTY, ...HINTS }, "nobody knows whose");
  rmSync(first.file);
  assert.deepEqual(await open().memory.read(), { ...EMPTY, ...HINTS }, "nobody");
  await open().save("token", "ann");
  assert.deepEqual(await open().memory.read(), { ...KEPT, ...HINTS, account: "ann" }, "nothing was lost");
});

test("[VAULT-1] a memory of another remote or profile is not taken for this one's, nor one that was changed", async () => {
  const others = [open(), open({ remote: "https://other.example/mcp" }), open({ profile: "other" })];
  for (const other of others) {
    await other.save("token", "ann");
    await keep(other.memory, { ...KEPT });
  }
  for (const { memoryFile } of others.slice(1)) {
    writeFileSync(file, readFileSync(memoryFile));
    assert.deepEqual(await open().memory.read(), { ...EMPTY, account: "ann" });
  }
  await keep(open().memory, { ...KEPT });
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20);
  writeFileSync(file, bytes);
  assert.deepEqual(await open().memory.read(), { ...EMPTY, account: "ann" });
});

test("[VAULT-1] what another copy remembered meanwhile stays, and what is the same is not written again", async () => {
  const [one, other] = [open(), open()];
  await one.save("token", "ann");
  await keep(one.memory, KEPT);
  const before = statSync(file).ino;
  await other.memory.update((now) => ({ ...now, lists: { ...now.lists } }));
  await other.memory.update(() => undefined);
  assert.equal(statSync(file).ino, before);
  await other.memory.update(({ lists }) => ({
    ...HINTS,
    lists: { ...lists, "prompts/list": { prompts: [] } },
  }));
  const both = { ...KEPT.lists, "prompts/list": { prompts: [] } };
  assert.deepEqual(await one.memory.read(), { ...HINTS, lists: both, account: "ann" });
});

test("[LIFE-10] a large memory is the same again, and is read and written in parts", async () => {
  const tools = Array.from({ length: 3_000 }, (_, at) => ({
    name: `tool${at}`,
    description: "long ".repeat(200),
  }));
  let turns = 0;
  const clock = { ...createSystemClock(), sleep: async () => void turns++ };
  const { memory } = open({ clock });
  await keep(memory, { lists: { "tools/list": { tools } }, initialize: { a: undefined, b: [] } });
  assert.ok(turns > 5, "written");
  turns = 0;
  assert.deepEqual(await memory.read(), { lists: { "tools/list": { tools } }, initialize: { b: [] } });
  assert.ok(turns > 5, "read");
});

test("[VAULT-1] what was put there unsealed is not shown to who has signed in", async () => {
  const { memory, save } = open();
  await keep(memory, KEPT);
  assert.equal(readFileSync(file, "utf8"), PLAIN);
  assert.deepEqual(await memory.read(), KEPT);
  await save("token", "ann");
  assert.deepEqual(await open().memory.read(), { ...EMPTY, account: "ann" });
});

test("[TOK-10] a memory that was written while somebody signed out does not stay", async () => {
  const { save, file: record } = open();
  await save("token", "ann");
  const random: Random = {
    ...systemRandom,
    // For what is sealed: the vault was read, and nothing is written yet.
    token(bytes) {
      if (bytes === 12) rmSync(record);
      return systemRandom.token(bytes);
    },
  };
  await keep(open({ random }).memory, { ...KEPT });
  assert.deepEqual(readdirSync(folder), []);
});

test("[VAULT-4] while nobody has signed in, what is remembered needs no key", async () => {
  const keychain = () => Promise.reject<Keychain>(new Error("asked for"));
  const { memory, events } = open({ kind: "keychain", keychain });
  await keep(memory, { ...KEPT, ...HINTS });
  assert.deepEqual(await memory.hints(), HINTS);
  assert.deepEqual(await memory.read(), { ...KEPT, ...HINTS });
  assert.deepEqual(events, []);
  assert.deepEqual(readdirSync(path.join(temporary.path, "data")), ["memory"]);
});

test("[VAULT-4] without its key a memory is not shown, its hints are, and it is not overwritten", async () => {
  const key = new Secret(randomBytes(32).toString("hex"));
  const { memory, save } = open({ key });
  await save("token", "ann");
  await keep(memory, { ...KEPT, ...HINTS });
  const before = readFileSync(file);
  const locked = open();
  assert.deepEqual(await locked.memory.hints(), HINTS);
  assert.deepEqual(await locked.memory.read(), { ...EMPTY, ...HINTS });
  await keep(locked.memory, { ...EMPTY, ...HINTS });
  assert.deepEqual(readFileSync(file), before);
});

test("[VAULT-1] --store memory keeps what it was told for the account that it was told, too", async () => {
  const { memory, save } = open({ kind: "memory" });
  await save("token", "ann");
  await keep(memory, { ...KEPT, ...HINTS });
  assert.deepEqual(await memory.read(), { ...KEPT, ...HINTS, account: "ann" });
  await save("token", "bob");
  assert.deepEqual(await memory.read(), { ...EMPTY, ...HINTS, account: "bob" });
  await keep(memory, KEPT);
  assert.deepEqual(await memory.read(), { ...KEPT, account: "bob" });
});
