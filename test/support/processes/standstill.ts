// Loaded into the program before it (`--import`): measures how long its event loop stands still and what memory it takes.
// SIGUSR2 begins the measurement anew, and the end of the process writes the report to descriptor 3.
import { readFileSync, writeFileSync, writeSync } from "node:fs";

export interface Standstill {
  /** The longest time for which the process worked on one thing, ms; a busy machine takes no part in it. */
  readonly longestMs: number;
  /** Most memory since the beginning over what it was then, bytes; Linux only. */
  readonly grownBytes: number;
}

const STEP_MS = 5;
let longestMs = 0;
let lastMs = 0;
let lastCpu = process.cpuUsage();
let beforeBytes = 0;

function begin(): void {
  longestMs = 0;
  lastMs = performance.now();
  if (process.platform !== "linux") return;
  // The high-water mark begins anew (proc(5)).
  writeFileSync("/proc/self/clear_refs", "5");
  beforeBytes = highWaterBytes();
}

function highWaterBytes(): number {
  if (process.platform !== "linux") return 0;
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) * 1_024;
}

begin();
setInterval(() => {
  const nowMs = performance.now();
  const { user, system } = process.cpuUsage(lastCpu);
  longestMs = Math.max(longestMs, Math.min(nowMs - lastMs - STEP_MS, (user + system) / 1_000));
  lastMs = nowMs;
  lastCpu = process.cpuUsage();
}, STEP_MS).unref();
process.on("SIGUSR2", begin);
process.on("exit", () => {
  writeSync(
    3,
    JSON.stringify({ longestMs, grownBytes: highWaterBytes() - beforeBytes } satisfies Standstill),
  );
});
