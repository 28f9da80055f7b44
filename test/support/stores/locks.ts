// The lock of one record, for tests that look at locks alone.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Clock } from "../../../src/core/ports/clock.ts";
import type { ProcessIdentity } from "../../../src/core/ports/process-identity.ts";
import { createSystemClock } from "../../../src/platform/process/clock.ts";
import { createProcessIdentity } from "../../../src/platform/process/process-identity.ts";
import { systemRandom } from "../../../src/platform/process/random.ts";
import { OwnerJudge } from "../../../src/store/lock/lock-owner.ts";
import { ProcessLock } from "../../../src/store/lock/process-lock.ts";
import { recordName } from "../../../src/store/record/record-name.ts";

export const remote = "https://example.com/mcp";
export const name: string = recordName({ remote, profile: "default" });
const random = systemRandom;

/** A lock as a process left it that is no more: its pid lives on in another one, this one. */
export function leaveDeadLock(at: string, nonce: string) {
  const process = { ...createProcessIdentity().self(), startedAt: "1" };
  mkdirSync(at, { recursive: true });
  writeFileSync(path.join(at, "owner.json"), JSON.stringify({ nonce, process, purpose: "refresh" }));
}

/** The lock of the record in the vault of `folder`, as this process has it. */
export function lockIn(
  folder: string,
  options: { identity?: ProcessIdentity; clock?: Clock; waitMs?: number },
) {
  const { identity = createProcessIdentity(), clock = createSystemClock(), waitMs = 300 } = options;
  const vault = path.join(folder, "vault");
  mkdirSync(vault, { recursive: true, mode: 0o700 });
  const diagnostics = { enabled: false, event: () => {}, notice: () => {} };
  const judge = new OwnerJudge({ identity, clock, random, folder: vault });
  const checkpoint = () => {};
  const subject = "the saved sign-in";
  const place = path.join(vault, name);
  return new ProcessLock({
    path: place,
    subject,
    identity,
    clock,
    random,
    diagnostics,
    judge,
    checkpoint,
    waitMs,
  });
}
