// Sees to it that there is a session again: at once when the host wants something, else with growing pauses.

import { asFailure, type Failure, isFailure } from "../../core/failure/failure.ts";
import type { RequestCause } from "../../core/ports/authorizer.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Random } from "../../core/ports/random.ts";
import { backOffMs } from "../sending/retry-policy.ts";
import type { McpSession } from "../session/mcp-session.ts";
import type { SessionState } from "../session/session-state.ts";
import type { Handshake } from "./handshake.ts";

export interface Reconnect {
  /**
   * Resolves when a session newer than `lost` is open. `"host"`: a person waits, so a sign-in may open a browser,
   * also when an attempt in the background was going on. One handshake for any number of callers. @throws Failure
   */
  renew(lost: McpSession | undefined, cause: RequestCause): Promise<void>;
  /** The same for who hears of failure from the session's state. */
  ensure(cause: RequestCause): void;
  /** Tries again by itself, later and later. */
  retryLater(): void;
  /** The attempt that just failed is followed by another at once, with a browser if it takes one. */
  goesOn(failure: Failure): boolean;
}

export interface ReconnectOptions {
  readonly session: SessionState;
  readonly handshaker: Handshake;
  readonly clock: Clock;
  readonly random: Random;
  readonly lifetime: AbortSignal;
}

const MAX_PAUSE_MS = 60_000;

export function createReconnect(options: ReconnectOptions): Reconnect {
  const { session, handshaker, clock, random, lifetime } = options;
  let running: Promise<void> | undefined;
  let hostWants = false;
  let cameLate = false;
  /** Of the attempt going on: why it is made, and whether somebody else had begun it. */
  let cause: RequestCause = "background";
  let joined = false;
  let failures = 0;
  let cancelTimer: (() => void) | undefined;

  async function renew(lost: McpSession | undefined, cause: RequestCause): Promise<void> {
    const { mcpSession } = session;
    if (mcpSession !== undefined && mcpSession !== lost) return;
    if (cause === "host") hostWants = true;
    // The attempt has failed already and is only being cleared away: joining it would bring nothing.
    if (running !== undefined && session.state.kind === "down") cameLate = true;
    running ??= connect(lost).finally(() => {
      running = undefined;
    });
    await running;
  }

  function ensure(cause: RequestCause): void {
    if (!lifetime.aborted) renew(undefined, cause).catch(() => undefined);
  }

  async function connect(lost: McpSession | undefined): Promise<void> {
    cancelTimer?.();
    for (;;) {
      cause = hostWants ? "host" : "background";
      hostWants = false;
      joined = handshaker.busy;
      try {
        await handshaker.renew(lost, cause);
        failures = 0;
        return;
      } catch (error) {
        const failure = asFailure(error);
        const another = cameLate || goesOn(failure);
        cameLate = false;
        if (another && !lifetime.aborted) continue;
        hostWants = false;
        if (!lifetime.aborted) retryLater();
        throw failure;
      }
    }
  }

  /**
   * Somebody began to wait while an attempt was going on that was not made for them: without a browser, or before
   * whatever was wrong was put right. They get one of their own. A refused sign-in is not asked for again.
   */
  function goesOn(failure: Failure): boolean {
    if (running === undefined || lifetime.aborted) return false;
    if (failure.family !== "AUTH") return hostWants || joined;
    return hostWants && cause === "background" && isFailure(failure, "AUTH_SIGN_IN_REQUIRED");
  }

  function retryLater(): void {
    cancelTimer?.();
    failures += 1;
    cancelTimer = clock.after(backOffMs(failures + 3, random.fraction(), MAX_PAUSE_MS), () =>
      ensure("background"),
    );
  }

  return { renew, ensure, retryLater, goesOn };
}
