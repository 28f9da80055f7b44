// The real program, all of it, but for two things: it writes down every step it takes, and dies or stops at the step
// it is told to. Arguments are the program's own; FARM_FOLDER and FARM_FAULTS say what may happen to it.
import { appendFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { run } from "../../../src/cli/run.ts";
import type { Checkpoint, Step } from "../../../src/core/ports/checkpoint.ts";
import type { Fault } from "./bridge-group.ts";

const folder = process.env.FARM_FOLDER ?? "";
const faults = JSON.parse(process.env.FARM_FAULTS ?? "[]") as Fault[];
const visits = new Map<Step, number>();

/** Is this fault ours? It happens to one process only, whichever comes first. */
function claim({ step }: Fault, index: number): boolean {
  try {
    mkdirSync(path.join(folder, `fault-${index}-${step}`));
    return true;
  } catch {
    return false;
  }
}

/** The time is the computer's, which all processes share. */
function note(what: Step | "struck"): void {
  appendFileSync(path.join(folder, "steps"), `${process.pid} ${what} ${Date.now()}\n`);
}

/** "Sent" is reached when a request is handed over. Given so long, it is on its way and answered, but not looked at. */
const ON_ITS_WAY_MS = 60;

const checkpoint: Checkpoint = async (step) => {
  const visit = (visits.get(step) ?? 0) + 1;
  visits.set(step, visit);
  note(step);
  for (const [index, fault] of faults.entries()) {
    if (fault.step !== step || (fault.visit ?? 1) > visit || !claim(fault, index)) continue;
    if (step.endsWith(".sent")) await new Promise((done) => setTimeout(done, ON_ITS_WAY_MS));
    note("struck");
    appendFileSync(path.join(folder, "faults"), `${process.pid} ${fault.signal} ${step}\n`);
    process.kill(process.pid, fault.signal);
  }
};

const code = await run(
  {
    process,
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    platform: process.platform,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
  },
  { checkpoint },
);
process.exit(code);
