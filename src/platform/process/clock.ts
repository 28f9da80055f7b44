// The system's clocks and timers: the only ones in the program.
import { setTimeout as setTimeoutPromise } from "node:timers/promises";
import type { Clock } from "../../core/ports/clock.ts";

/** Longest delay that `setTimeout` takes; a longer one would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

export function createSystemClock(): Clock {
  return {
    nowMs: () => Date.now(),
    monotonicMs,
    sleep,
    after,
    soon: (action) => void setImmediate(action),
  };
}

/** Not `performance.now()`, whose module is the only thing that a start would load it for. */
function hrtimeMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1e6;
}

const PROCESS_START_MS = hrtimeMs() - process.uptime() * 1_000;

function monotonicMs(): number {
  return hrtimeMs() - PROCESS_START_MS;
}

/** Keeps the process alive: who sleeps is in the middle of something that must be finished. */
async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await setTimeoutPromise(delay(ms), undefined, { signal });
  } catch {
    throw signal?.reason;
  }
}

function after(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, delay(ms));
  timer.unref();
  return () => clearTimeout(timer);
}

function delay(ms: number): number {
  return Math.min(Math.max(ms, 0), MAX_DELAY_MS);
}
