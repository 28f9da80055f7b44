import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import path from "node:path";
import test, { afterEach, beforeEach } from "node:test";
import { isFailure } from "../../../src/core/failure/failure.ts";
import type { Clock } from "../../../src/core/ports/clock.ts";
import type { ProcessIdentity } from "../../../src/core/ports/process-identity.ts";
import { createSystemClock } from "../../../src/platform/process/clock.ts";
import { createProcessIdentity } from "../../../src/platform/process/process-identity.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/project/temporary-folder.ts";
import { leaveDeadLock, lockIn, name } from "../../support/stores/locks.ts";

const free = new AbortController().signal;
let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

test("[PROC-3] a dead owner's lock that may not be moved away is a failure at once, not a wait", async () => {
  const lock = lockIn(folder.path, {});
  const vault = path.join(folder.path, "vault");
  leaveDeadLock(path.join(vault, `${name}.lock`), "dead-owner-0");
  await import("proper-lockfile"); // It is loaded by whoever may read it.
  chmodSync(vault, 0o555);
  // For root no mode counts.
  const isRoot = process.geteuid?.() === 0;
  try {
    if (isRoot) {
      chmodSync(folder.path, 0o755);
      process.seteuid?.(65_534);
    }
    await assert.rejects(
      lock.hold("refresh", free, async () => assert.fail("held")),
      (error) => isFailure(error, "LOCAL_VAULT_UNWRITABLE") && /E(?:ACCES|PERM)/.test(error.message),
    );
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(vault, 0o700);
  }
});

test("[PROC-3] who comes late to a dead owner's lock pauses before each new look", async () => {
  const system = createSystemClock();
  let pauses = 0;
  let looks = 0;
  const clock: Clock = {
    ...system,
    sleep: (ms, signal) => {
      pauses += 1;
      return system.sleep(ms, signal);
    },
  };
  const identity: ProcessIdentity = {
    ...createProcessIdentity(),
    liveness: async () => {
      looks += 1;
      return "dead";
    },
  };
  const lock = lockIn(folder.path, { clock, identity });
  const place = path.join(folder.path, "vault", `${name}.lock`);
  leaveDeadLock(place, "dead-owner-0");
  leaveDeadLock(`${place}.dead-owner-0.dead`, "dead-owner-0");
  await assert.rejects(
    lock.hold("refresh", free, async () => assert.fail("held")),
    (error) => isFailure(error, "LOCAL_BUSY"),
  );
  assert.ok(looks > 1);
  assert.ok(pauses >= looks - 1, `${looks} looks, ${pauses} pauses`);
});
