// Time that passes only while this process has nothing to do: waits of a minute take milliseconds, and a slow or busy
// machine changes no figure, because work takes no time on this clock.
import { createHook } from "node:async_hooks";
import type { Clock } from "../../../src/core/ports/clock.ts";

export interface IdleClock extends Clock {
  /** Time stands still until `work` is done. What the process cannot be seen to wait for goes through here. */
  during<T>(work: Promise<T>): Promise<T>;
  /** Ends it; timers that are left never fire. */
  stop(): void;
}

interface Timer {
  readonly dueMs: number;
  readonly fire: () => void;
}

/** Most that passes before the process is looked at again. */
const STEP_MS = 25;
/** So many turns of the event loop without work must go by before time passes: streams and promises take several. */
const QUIET_TURNS = 8;
/** Files, name look-ups and writes under way, as Node names them. Sockets that are merely open are none. */
const WORK = /Req|ConnectWrap|WriteWrap|ShutdownWrap/;

/** Digests are made by other threads, and Node does not list them with the rest. */
const digests = new Set<number>();
createHook({
  init(id, type) {
    if (type === "HASHREQUEST") digests.add(id);
  },
  before: (id) => void digests.delete(id),
}).enable();

function isWorking(): boolean {
  return digests.size > 0 || process.getActiveResourcesInfo().some((name) => WORK.test(name));
}

export function idleClock(startMs = Date.now()): IdleClock {
  const timers = new Set<Timer>();
  let elapsedMs = 0;
  let working = 0;
  let stopped = false;

  function after(ms: number, fire: () => void): () => void {
    const timer = { dueMs: elapsedMs + Math.max(ms, 0), fire };
    timers.add(timer);
    return () => void timers.delete(timer);
  }

  async function pass(): Promise<void> {
    let quiet = 0;
    while (!stopped) {
      const busy = working > 0 || isWorking();
      quiet = busy ? 0 : quiet + 1;
      await new Promise((done) => setImmediate(done));
      if (quiet < QUIET_TURNS) continue;
      let next: Timer | undefined;
      for (const timer of timers) if (next === undefined || timer.dueMs < next.dueMs) next = timer;
      elapsedMs = Math.max(elapsedMs, Math.min(elapsedMs + STEP_MS, next?.dueMs ?? Number.POSITIVE_INFINITY));
      if (next === undefined || next.dueMs > elapsedMs) continue;
      timers.delete(next);
      next.fire();
      quiet = 0;
    }
  }
  void pass();

  return {
    nowMs: () => startMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    after,
    soon: (action) => void setImmediate(action),
    sleep(ms, signal) {
      return new Promise((done, failed) => {
        if (signal?.aborted) return failed(signal.reason);
        const cancel = after(ms, () => {
          signal?.removeEventListener("abort", onAbort);
          done();
        });
        const onAbort = () => {
          cancel();
          failed(signal?.reason);
        };
        signal?.addEventListener("abort", onAbort, { once: true });
      });
    },
    async during(work) {
      working += 1;
      try {
        return await work;
      } finally {
        working -= 1;
      }
    },
    stop() {
      stopped = true;
    },
  };
}
