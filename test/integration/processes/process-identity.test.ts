import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import test, { afterEach } from "node:test";
import type { ProcessFacts } from "../../../src/core/ports/process-identity.ts";
import { createProcessIdentity } from "../../../src/platform/process/process-identity.ts";
import { needed } from "../../support/project/parts.ts";

const identity = createProcessIdentity();
const mine = identity.self();
const linux = process.platform === "linux" || undefined;

let started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started) child.kill("SIGKILL");
  started = [];
});

function start(command: string): ChildProcess {
  const child = spawn("sh", ["-c", command], { stdio: ["ignore", "pipe", "ignore"] });
  started.push(child);
  return child;
}

/** The neighbour as it would have written itself down. */
function factsOf(pid: number): ProcessFacts {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]?.split(" ");
  return { ...mine, pid, startedAt: fields?.[19] ?? "" };
}

test("[PROC-3] this process runs; one with its pid and another start time is dead", async () => {
  assert.equal(await identity.liveness(mine), "running");
  if (linux) assert.equal(await identity.liveness({ ...mine, startedAt: "1" }), "dead");
});

test("[PROC-3] a neighbour is running, suspended, running again and dead, as it happens", async (context) => {
  if (!needed(context, "/proc", linux)) return;
  const child = start("exec sleep 60");
  const facts = factsOf(child.pid ?? 0);
  assert.equal(await identity.liveness(facts), "running");
  child.kill("SIGSTOP");
  await until(async () => (await identity.liveness(facts)) === "suspended");
  child.kill("SIGCONT");
  await until(async () => (await identity.liveness(facts)) === "running");
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.equal(await identity.liveness(facts), "dead");
});

test("[PROC-3] a process that ended and was not collected by its parent is dead", async (context) => {
  if (!needed(context, "/proc", linux)) return;
  // The shell becomes `sleep`, which never collects the child it inherits.
  const parent = start("sleep 0.05 & echo $!; exec sleep 60");
  assert.ok(parent.stdout);
  const [line] = await once(parent.stdout, "data");
  const facts = factsOf(Number(String(line)));
  await until(async () => (await identity.liveness(facts)) === "dead");
  assert.match(readFileSync(`/proc/${facts.pid}/stat`, "latin1"), /\) Z /);
});

test("[PROC-3] of another boot, container or machine nothing is known by pid", async () => {
  assert.equal(await identity.liveness({ ...mine, bootId: "another" }), "elsewhere");
  assert.equal(await identity.liveness({ ...mine, pidNamespace: "pid:[1]" }), "elsewhere");
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((done) => setTimeout(done, 2));
}
