// Where messages and timers enter: a bug in what they set off must not end the bridge, nor leave a request unanswered.

import { asFailure } from "../../core/failure/failure.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Diagnostics } from "../../core/ports/diagnostics.ts";
import type { PendingRequest } from "./pending-request.ts";

/** Does `work`; what it throws becomes the answer of `requests`, as far as they have none. */
export function guarded(
  diagnostics: Diagnostics,
  requests: readonly PendingRequest[],
  work: () => void,
): void {
  try {
    work();
  } catch (error) {
    answerBug(diagnostics, requests, error);
  }
}

export function answerBug(
  diagnostics: Diagnostics,
  requests: readonly PendingRequest[],
  error: unknown,
): void {
  reportBug(diagnostics, error);
  for (const pending of requests) {
    try {
      pending.fail(asFailure(error));
    } catch (another) {
      reportBug(diagnostics, another);
    }
  }
}

export function reportBug(diagnostics: Diagnostics, error: unknown): void {
  const { code, message } = asFailure(error);
  diagnostics.event("bridge.bug", { code, message, stack: error instanceof Error ? error.stack : undefined });
}

/** A clock whose timers end nothing but themselves when they throw. */
export function guardedClock(clock: Clock, diagnostics: Diagnostics): Clock {
  return {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    after: (ms, action) => clock.after(ms, () => guarded(diagnostics, [], action)),
    soon: (action) => clock.soon(() => guarded(diagnostics, [], action)),
  };
}
