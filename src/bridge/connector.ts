// Sees to it that there is a session again: at once when the host wants something, else with growing pauses.

import { asFailure, type Failure, isFailure } from "../core/failure.ts";
import type { RequestCause } from "../core/ports/authorizer.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Random } from "../core/ports/random.ts";
import type { Connection } from "./connection.ts";
import { backOffMs } from "./next-step.ts";
import type { Opener } from "./opener.ts";
import type { Session } from "./session.ts";

export interface Connector {
  /**
   * Resolves when a session newer than `lost` is open. `"host"`: a person waits, so a sign-in may open a browser,
   * also when an attempt in the background was going on. One handshake for any number of callers. @throws Failure
   */
  renew(lost: Connection | undefined, cause: RequestCause): Promise<void>;
  /** The same for who does not wait for it. */
  ensure(cause: RequestCause): void;
  /** Tries again by itself, later and later. */
  retryLater(): void;
}

export interface ConnectorOptions {
  readonly session: Session;
  readonly opener: Opener;
  readonly clock: Clock;
  readonly random: Random;
  readonly lifetime: AbortSignal;
  /** No session, and no attempt is going on any more. */
  readonly onGivenUp: (failure: Failure) => void;
}

const MAX_PAUSE_MS = 60_000;

export function createConnector(options: ConnectorOptions): Connector {
  const { session, opener, clock, random, lifetime } = options;
  let running: Promise<void> | undefined;
  let hostWants = false;
  let failures = 0;
  let callOff: (() => void) | undefined;

  async function renew(lost: Connection | undefined, cause: RequestCause): Promise<void> {
    const { connection } = session;
    if (connection !== undefined && connection !== lost) return;
    if (cause === "host") hostWants = true;
    running ??= connect(lost).finally(() => {
      running = undefined;
    });
    await running;
  }

  function ensure(cause: RequestCause): void {
    // Whoever waits hears it from `onGivenUp`.
    if (!lifetime.aborted) renew(undefined, cause).catch(() => undefined);
  }

  async function connect(lost: Connection | undefined): Promise<void> {
    callOff?.();
    for (;;) {
      const cause: RequestCause = hostWants ? "host" : "background";
      hostWants = false;
      try {
        await opener.renew(lost, cause);
        failures = 0;
        return;
      } catch (error) {
        const failure = asFailure(error);
        // Somebody began to wait while we tried without a browser.
        const again = cause === "background" && hostWants && isFailure(failure, "AUTH_SIGN_IN_REQUIRED");
        if (again && !lifetime.aborted) continue;
        hostWants = false;
        if (!lifetime.aborted) {
          options.onGivenUp(failure);
          retryLater();
        }
        throw failure;
      }
    }
  }

  function retryLater(): void {
    callOff?.();
    failures += 1;
    callOff = clock.after(backOffMs(failures + 3, random.fraction(), MAX_PAUSE_MS), () =>
      ensure("background"),
    );
  }

  return { renew, ensure, retryLater };
}
