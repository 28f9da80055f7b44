import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import test, { afterEach, beforeEach } from "node:test";
import { isFailure } from "../../../src/core/failure/failure.ts";
import type { Liveness, ProcessIdentity } from "../../../src/core/ports/process-identity.ts";
import { createProcessIdentity } from "../../../src/platform/process/process-identity.ts";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { startVaultProcess, type VaultProcess } from "../../support/processes/vault-processes.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/project/temporary-folder.ts";
import { leaveDeadLock, lockIn, name, remote } from "../../support/stores/locks.ts";

const free = new AbortController().signal;

let folder: TemporaryFolder;
let started: VaultProcess[] = [];
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await Promise.all(started.map((each) => each.kill()));
  started = [];
  folder.remove();
});

async function start(count: number): Promise<VaultProcess[]> {
  const fresh = await Promise.all(Array.from({ length: count }, () => startVaultProcess(folder.path)));
  started.push(...fresh);
  return fresh;
}

test("[PROC-3] of two takers of a dead owner's lock exactly one replaces it, 1,000 times", async () => {
  const takers = await start(2);
  const vault = path.join(folder.path, "vault");
  mkdirSync(vault, { mode: 0o700 });
  for (let round = 0; round < 1_000; round += 1) {
    leaveDeadLock(path.join(vault, `${name}.lock`), `dead-owner-${round}`);
    const [a, b] = await Promise.all(takers.map((taker) => taker.ask({ do: "touch", remote })));
    assert.ok(a?.from && a.to && b?.from && b.to);
    const apart = BigInt(a.to) <= BigInt(b.from) || BigInt(b.to) <= BigInt(a.from);
    assert.ok(apart, `round ${round}: both held it at once`);
    const replaced = takers.flatMap(({ reports }) =>
      reports.filter((each) => "event" in each && each.event === "lock.dead-owner-replaced"),
    );
    assert.equal(replaced.length, round + 1, `round ${round}: replaced once`);
  }
});

test("[PROC-3] the lock of a killed process is free at once", async () => {
  const [owner, next] = await start(2);
  assert.ok(owner && next);
  await owner.ask({ do: "hold", remote });
  await owner.kill();
  const before = performance.now();
  await next.ask({ do: "write", remote });
  assert.ok(performance.now() - before < 1_000);
});

test("[PROC-4] a suspended owner is waited for, named and never robbed", async () => {
  const [owner] = await start(1);
  assert.ok(owner);
  await owner.ask({ do: "hold", remote });
  owner.child.kill("SIGSTOP");
  await assert.rejects(
    lockIn(folder.path, {}).hold("refresh", free, async () => assert.fail("robbed")),
    (error) =>
      isFailure(error, "LOCAL_BUSY") &&
      error.message.includes(`Process ${owner.pid}`) &&
      error.message.includes("suspended"),
  );
  owner.child.kill("SIGCONT");
  await owner.ask({ do: "release" });
  await lockIn(folder.path, { waitMs: 10_000 }).hold("refresh", free, async () => {});
});

test("[PROC-3] a process that ends in order gives its lock back", async () => {
  const [owner] = await start(1);
  assert.ok(owner);
  await owner.ask({ do: "hold", remote });
  owner.child.disconnect();
  await new Promise((done) => owner.child.once("exit", done));
  assert.deepEqual(
    readdirSync(path.join(folder.path, "vault")).filter((file) => file.includes(".lock")),
    [],
  );
});

/** This process, with a neighbour that cannot be seen. */
function seeing(state: Liveness): ProcessIdentity {
  return { ...createProcessIdentity(), liveness: async () => state };
}

test("[PROC-3] an owner of another container is dead two minutes after its last sign of life, not by its pid", async () => {
  const clock = manualClock();
  const lock = lockIn(folder.path, { identity: seeing("elsewhere"), clock, waitMs: 60_000 });
  const place = path.join(folder.path, "vault", `${name}.lock`);
  leaveDeadLock(place, "owner-elsewhere");
  const beat = path.join(place, "owner.json");
  const agoS = (seconds: number) => Date.now() / 1_000 - seconds;

  // Its last beat is recent: it lives, however long nothing changes by our own clock.
  utimesSync(beat, agoS(100), agoS(100));
  const first = lock.hold("refresh", free, async () => assert.fail("robbed"));
  const busy = assert.rejects(first, (error) => isFailure(error, "LOCAL_BUSY"));
  await advanceUntil(clock, busy, 1_000);
  await busy;

  // An old beat alone is no proof either: after a sleep every beat is old. It must stay away while we look.
  utimesSync(beat, agoS(3_600), agoS(3_600));
  const fresh = lockIn(folder.path, { identity: seeing("elsewhere"), clock, waitMs: 60_000 });
  const startMs = clock.monotonicMs();
  const second = fresh.hold("refresh", free, async () => clock.monotonicMs() - startMs);
  await advanceUntil(clock, second, 200);
  assert.ok((await second) >= 15_000);
});

/** Lets time pass in steps, and the disk work of each step be done, until `done` settles. */
async function advanceUntil(clock: ReturnType<typeof manualClock>, done: Promise<unknown>, stepMs: number) {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  done.then(settle, settle);
  while (!settled) {
    await clock.advance(stepMs);
    await new Promise((next) => setTimeout(next, 1));
  }
}

test("[PROC-3] an owner shows those who cannot see its pid that it lives", async () => {
  const clock = manualClock();
  const owner = path.join(folder.path, "vault", `${name}.lock`, "owner.json");
  await lockIn(folder.path, { clock }).hold("refresh", free, async () => {
    const before = readFileSync(owner, "utf8");
    utimesSync(owner, 1, 1);
    await clock.advance(5_000);
    while (statSync(owner).mtimeMs === 1_000) await new Promise((next) => setTimeout(next, 1));
    assert.equal(readFileSync(owner, "utf8"), before);
  });
});

test("[PROC-3] rubbish where the lock should be is cleared away in time", async () => {
  const clock = manualClock();
  const lock = lockIn(folder.path, { clock, waitMs: 60_000 });
  writeFileSync(path.join(folder.path, "vault", `${name}.lock`), "not a folder");
  const taken = lock.hold("refresh", free, async () => "taken");
  await advanceUntil(clock, taken, 200);
  assert.equal(await taken, "taken");
});

test("[PROC-1] twenty cold processes make one key, and each reads what another wrote", async () => {
  const processes = await start(20);
  const remotes = processes.map((_, index) => `https://example.com/${index}`);
  await Promise.all(processes.map((each, index) => each.ask({ do: "write", remote: remotes[index] ?? "" })));
  const keys = readdirSync(path.join(folder.path, "keys")).filter((file) => file.endsWith(".key"));
  assert.equal(keys.length, 1);
  for (const [index, each] of processes.entries()) {
    const of = remotes[(index + 1) % remotes.length] ?? "";
    assert.equal((await each.ask({ do: "read", remote: of })).found, true);
  }
});

test("[PROC-1] an uncontended lock costs at most 3 ms", async () => {
  const lock = lockIn(folder.path, {});
  await lock.hold("refresh", free, async () => {});
  const costs: number[] = [];
  for (let round = 0; round < 100; round += 1) {
    const before = performance.now();
    await lock.hold("refresh", free, async () => {});
    costs.push(performance.now() - before);
  }
  // The quarter that other programs disturbed least: this is about our work, not theirs.
  const quartile = costs.sort((a, b) => a - b)[25] ?? 0;
  assert.ok(quartile <= 3, `${quartile.toFixed(2)} ms`);
});
