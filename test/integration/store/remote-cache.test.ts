import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import test, { afterEach, beforeEach } from "node:test";
import type { Keychain } from "../../../src/core/ports/keychain.ts";
import type { Random } from "../../../src/core/ports/random.ts";
import { Secret } from "../../../src/core/text/secret.ts";
import { createSystemClock } from "../../../src/platform/process/clock.ts";
import { createProcessIdentity } from "../../../src/platform/process/process-identity.ts";
import { systemRandom } from "../../../src/platform/process/random.ts";
import { forgetAllRemotes } from "../../../src/store/remote-cache.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/project/temporary-folder.ts";
import { type OpenVaultOptions, openVault } from "../../support/stores/store.ts";

const KEPT = { lists: { "tools/list": { tools: [{ name: "kept" }] } } };
const EMPTY = { lists: {} };
const PLAIN = `{}\n${JSON.stringify(KEPT)}`;
const HINTS = { transport: "sse", signInToolOfferedTo: ["codex"] } as const;
const onWindows = process.platform === "win32";

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
const cache = (userId?: number) =>
  open(userId === undefined ? {} : { identity: { ...createProcessIdentity(), userId } }).memory;
const options = {
  clock: createSystemClock(),
  random: systemRandom,
  diagnostics: { enabled: true, event: () => {}, notice: () => {} },
  identity: createProcessIdentity(),
};

/** A folder as it should be, and something wrong in the file's place. */
async function withInstead(put: () => void): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  put();
  assert.deepEqual(await cache().read(), EMPTY);
}

test("[VAULT-1] what was remembered comes back, in a file of 0600 and a folder of 0700", async () => {
  await cache().write(KEPT);
  assert.deepEqual(await cache().read(), KEPT);
  if (onWindows) return;
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
});

test("[VAULT-1] a memory that is a pipe, a link or a device is not waited for and not read", {
  skip: onWindows,
  timeout: 10_000,
}, async () => {
  await withInstead(() => void execFileSync("mkfifo", [file]));
  temporary.remove();
  await withInstead(() => symlinkSync("/dev/zero", file));
  temporary.remove();
  await withInstead(() => {
    writeFileSync(path.join(folder, "other"), PLAIN, { mode: 0o600 });
    symlinkSync(path.join(folder, "other"), file);
  });
});

test("[VAULT-1] a folder of memories that is a link is neither read, written nor emptied", {
  skip: onWindows,
}, async () => {
  await cache().write(KEPT);
  const real = path.join(temporary.path, "elsewhere");
  renameSync(folder, real);
  symlinkSync(real, folder);
  assert.deepEqual(await cache().read(), EMPTY);
  await cache().write({ lists: {} });
  await assert.rejects(forgetAllRemotes(folder, options), /not a folder of its own/);
  assert.equal(readFileSync(path.join(real, path.basename(file)), "utf8"), PLAIN);
});

test("[VAULT-1] another user's memory is not used", { skip: onWindows }, async () => {
  await cache().write(KEPT);
  assert.deepEqual(await cache((createProcessIdentity().userId ?? 0) + 1).read(), EMPTY);
});

test("[VAULT-1] a memory that others can read is repaired, and that is said", {
  skip: onWindows,
}, async () => {
  await cache().write(KEPT);
  chmodSync(file, 0o644);
  const { memory, notices } = open();
  assert.deepEqual(await memory.read(), KEPT);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.match(notices.join(), /was readable by others/);
});

test("[VAULT-1] the size of a memory is looked at before it is read", async () => {
  await cache().write(KEPT);
  truncateSync(file, 4 * 1024 ** 3);
  const before = process.memoryUsage().rss;
  assert.deepEqual(await cache().read(), EMPTY);
  assert.ok(process.memoryUsage().rss - before < 64 << 20);
});

test("[TOK-10] a forgotten memory is gone, with what a crash left of it; others stay", async () => {
  await cache().write(KEPT);
  writeFileSync(`${file}.abcDEF_-1.tmp`, "half");
  writeFileSync(path.join(folder, "other.memory"), "{}");
  await cache().forget();
  assert.deepEqual(readdirSync(folder), ["other.memory"]);
  await cache().forget();
  await forgetAllRemotes(folder, options);
  assert.deepEqual(readdirSync(folder), []);
  temporary.remove();
  await cache().forget();
  await forgetAllRemotes(folder, options);
});

test("[VAULT-1] what was said to somebody who had signed in is sealed, and comes back to them alone", async () => {
  const first = open();
  await first.save("token", "ann");
  await first.memory.write({ ...KEPT, ...HINTS, account: "ann" });
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
    await other.memory.write({ ...KEPT, account: "ann" });
  }
  for (const { memoryFile } of others.slice(1)) {
    writeFileSync(file, readFileSync(memoryFile));
    assert.deepEqual(await open().memory.read(), { ...EMPTY, account: "ann" });
  }
  await open().memory.write({ ...KEPT, account: "ann" });
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20);
  writeFileSync(file, bytes);
  assert.deepEqual(await open().memory.read(), { ...EMPTY, account: "ann" });
});

test("[VAULT-1] what was put there unsealed is not shown to who has signed in", async () => {
  const { memory, save } = open();
  await memory.write(KEPT);
  assert.equal(readFileSync(file, "utf8"), PLAIN);
  assert.deepEqual(await memory.read(), KEPT);
  await save("token", "ann");
  assert.deepEqual(await open().memory.read(), { ...EMPTY, account: "ann" });
});

test("[VAULT-1] what an account was told is not kept in another's name, and not when it is gone", async () => {
  const { memory, save, file: record } = open();
  await save("token", "bob");
  await memory.write({ ...KEPT, account: "ann" });
  await memory.write(KEPT);
  assert.equal(existsSync(file), false);
  rmSync(record);
  await memory.write({ ...KEPT, account: "bob" });
  assert.equal(existsSync(file), false);
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
  await open({ random }).memory.write({ ...KEPT, account: "ann" });
  assert.deepEqual(readdirSync(folder), []);
});

test("[VAULT-4] while nobody has signed in, what is remembered needs no key", async () => {
  const keychain = () => Promise.reject<Keychain>(new Error("asked for"));
  const { memory, events } = open({ kind: "keychain", keychain });
  await memory.write({ ...KEPT, ...HINTS });
  assert.deepEqual(await memory.hints(), HINTS);
  assert.deepEqual(await memory.read(), { ...KEPT, ...HINTS });
  assert.deepEqual(events, []);
  assert.deepEqual(readdirSync(path.join(temporary.path, "data")), ["memory"]);
});

test("[VAULT-4] without its key a memory is not shown, its hints are, and it is not overwritten", async () => {
  const key = new Secret(randomBytes(32).toString("hex"));
  const { memory, save } = open({ key });
  await save("token", "ann");
  await memory.write({ ...KEPT, ...HINTS, account: "ann" });
  const before = readFileSync(file);
  const locked = open();
  assert.deepEqual(await locked.memory.hints(), HINTS);
  assert.deepEqual(await locked.memory.read(), { ...EMPTY, ...HINTS });
  await locked.memory.write({ ...EMPTY, ...HINTS });
  assert.deepEqual(readFileSync(file), before);
});

test("[VAULT-1] --store memory keeps what it was told for the account that it was told, too", async () => {
  const { memory, save } = open({ kind: "memory" });
  await save("token", "ann");
  await memory.write({ ...KEPT, ...HINTS, account: "ann" });
  assert.deepEqual(await memory.read(), { ...KEPT, ...HINTS, account: "ann" });
  await save("token", "bob");
  assert.deepEqual(await memory.read(), { ...EMPTY, ...HINTS, account: "bob" });
  await memory.write({ ...KEPT, account: "ann" });
  await save("token", "ann");
  assert.deepEqual(await memory.read(), { ...KEPT, ...HINTS, account: "ann" });
});
