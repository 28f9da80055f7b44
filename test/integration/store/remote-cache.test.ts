import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import test, { afterEach, beforeEach } from "node:test";
import type { CachedRemote } from "../../../src/core/ports/remote-cache.ts";
import { createSystemClock } from "../../../src/platform/process/clock.ts";
import { createProcessIdentity } from "../../../src/platform/process/process-identity.ts";
import { systemRandom } from "../../../src/platform/process/random.ts";
import { type ForgettableCache, forgetAllRemotes } from "../../../src/store/remote-cache.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/project/temporary-folder.ts";
import { type OpenVaultOptions, openVault } from "../../support/stores/store.ts";

const KEPT = { lists: { "tools/list": { tools: [{ name: "kept" }] } } };
const EMPTY = { lists: {} };
const PLAIN = `{}\n${JSON.stringify(KEPT)}`;
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

function keep({ update }: ForgettableCache, next: CachedRemote): Promise<void> {
  return update(() => next);
}

/** A folder as it should be, and something wrong in the file's place. */
async function withInstead(put: () => void): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  put();
  assert.deepEqual(await cache().read(), EMPTY);
}

test("[VAULT-1] what was remembered comes back, in a file of 0600 and a folder of 0700", async () => {
  await keep(cache(), KEPT);
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
  await keep(cache(), KEPT);
  const real = path.join(temporary.path, "elsewhere");
  renameSync(folder, real);
  symlinkSync(real, folder);
  assert.deepEqual(await cache().read(), EMPTY);
  await keep(cache(), { lists: {} });
  await assert.rejects(forgetAllRemotes(folder, options), /not a folder of its own/);
  assert.equal(readFileSync(path.join(real, path.basename(file)), "utf8"), PLAIN);
});

test("[VAULT-1] another user's memory is not used", { skip: onWindows }, async () => {
  await keep(cache(), KEPT);
  assert.deepEqual(await cache((createProcessIdentity().userId ?? 0) + 1).read(), EMPTY);
});

test("[VAULT-1] a memory that others can read is repaired, and that is said", {
  skip: onWindows,
}, async () => {
  await keep(cache(), KEPT);
  chmodSync(file, 0o644);
  const { memory, notices } = open();
  assert.deepEqual(await memory.read(), KEPT);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.match(notices.join(), /was readable by others/);
});

test("[VAULT-1] the size of a memory is looked at before it is read", async () => {
  await keep(cache(), KEPT);
  truncateSync(file, 4 * 1024 ** 3);
  const before = process.memoryUsage().rss;
  assert.deepEqual(await cache().read(), EMPTY);
  assert.ok(process.memoryUsage().rss - before < 64 << 20);
});

test("[TOK-10] a forgotten memory is gone, with what a crash left of it; others stay", async () => {
  await keep(cache(), KEPT);
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
