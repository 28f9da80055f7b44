import type { Clock } from "../../../src/core/ports/clock.ts";

export interface ManualClock extends Clock {
  /** Lets `ms` pass: what falls due runs, in order, and what it sets off has run when this resolves. */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock, as a person or a time server does; nobody waits shorter or longer for it. */
  jump(ms: number): void;
}

interface Timer {
  readonly dueMs: number;
  readonly fire: () => void;
}

/** Time that stands still until told. */
export function manualClock(startMs = Date.UTC(2026, 0, 1)): ManualClock {
  let elapsedMs = 0;
  let skewMs = 0;
  let timers: Timer[] = [];

  function after(ms: number, fire: () => void): () => void {
    const timer = { dueMs: elapsedMs + Math.max(ms, 0), fire };
    timers.push(timer);
    return () => {
      timers = timers.filter((each) => each !== timer);
    };
  }

  return {
    nowMs: () => startMs + elapsedMs + skewMs,
    monotonicMs: () => elapsedMs,
    after,
    soon: (action) => void setImmediate(action),
    sleep(ms, signal) {
      return new Promise((done, fail) => {
        if (signal?.aborted) return fail(signal.reason);
        const cancel = after(ms, () => {
          signal?.removeEventListener("abort", onAbort);
          done();
        });
        const onAbort = () => {
          cancel();
          fail(signal?.reason);
        };
        signal?.addEventListener("abort", onAbort, { once: true });
      });
    },
    jump(ms) {
      skewMs += ms;
    },
    async advance(ms) {
      const endMs = elapsedMs + ms;
      for (;;) {
        await settled();
        const next = timers.filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
        if (next === undefined) break;
        timers = timers.filter((each) => each !== next);
        elapsedMs = Math.max(elapsedMs, next.dueMs);
        next.fire();
      }
      elapsedMs = endMs;
    },
  };
}

/** Long enough for promises to run out, which are all a unit test has. */
function settled(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}
