// The system's clocks and timers: the only ones in the program.
import type { Clock } from "../../core/ports/clock.ts";

/** Longest delay that `setTimeout` takes; a longer one would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

export function createSystemClock(): Clock {
  return {
    nowMs: () => Date.now(),
    monotonicMs,
    sleep,
    after,
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

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    // Not unref'd: who sleeps is in the middle of something that must be finished.
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, delay(ms));
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function after(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, delay(ms));
  timer.unref();
  return () => clearTimeout(timer);
}

function delay(ms: number): number {
  return Math.min(Math.max(ms, 0), MAX_DELAY_MS);
}
