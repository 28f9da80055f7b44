import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import test, { afterEach, beforeEach } from "node:test";
import { createSystemClock } from "../../../src/platform/process/clock.ts";
import { OWNER_FILE } from "../../../src/store/lock/process-lock.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/project/temporary-folder.ts";
import { openVault } from "../../support/stores/store.ts";

let temporary: TemporaryFolder;
beforeEach(() => {
  temporary = temporaryFolder();
});
afterEach(() => temporary.remove());

test("[VAULT-1] a lock whose owner is a pipe, a device or far too large is one that makes no sense, and is not read", {
  skip: process.platform === "win32",
  timeout: 10_000,
}, async () => {
  const lock = openVault({ folder: temporary.path }).file.replace(/\.vault$/, ".lock");
  const owner = path.join(lock, OWNER_FILE);
  const wrong = [
    () => void execFileSync("mkfifo", [owner]),
    () => symlinkSync("/dev/zero", owner),
    () => {
      writeFileSync(owner, "{");
      truncateSync(owner, 4 * 1024 ** 3);
    },
  ];
  for (const put of wrong) {
    rmSync(lock, { recursive: true, force: true });
    mkdirSync(lock, { recursive: true, mode: 0o700 });
    put();
    const looked = new AbortController();
    const clock = createSystemClock();
    // It looks, and waits for its turn as long as nothing says that the owner is dead.
    const sleep: typeof clock.sleep = async () => looked.abort(new Error("looked"));
    const vault = openVault({ folder: temporary.path, clock: { ...clock, sleep } });
    await assert.rejects(
      vault.exclusive("refresh", looked.signal, async () => {}),
      /looked/,
    );
  }
});
