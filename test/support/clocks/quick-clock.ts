// Time that runs faster: waits of seconds take milliseconds, and everything else is real.
import type { Clock } from "../../../src/core/ports/clock.ts";
import { createSystemClock } from "../../../src/platform/process/clock.ts";

/** A clock on which `factor` seconds pass in one. */
export function quickClock(factor: number): Clock {
  const real = createSystemClock();
  const startMs = real.nowMs();
  const startMonotonicMs = real.monotonicMs();
  const passedMs = (): number => (real.monotonicMs() - startMonotonicMs) * factor;
  return {
    nowMs: () => startMs + passedMs(),
    monotonicMs: passedMs,
    sleep: (ms, signal) => real.sleep(ms / factor, signal),
    soon: real.soon,
    after: (ms, action) => real.after(ms / factor, action),
  };
}
