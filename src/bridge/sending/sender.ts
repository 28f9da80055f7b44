// Brings one parcel to the remote, through refusals, lost sessions and broken connections, or says why not.

import { asFailure, Failure, isFailure } from "../../core/failure/failure.ts";
import type { Authorizer } from "../../core/ports/authorizer.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Diagnostics } from "../../core/ports/diagnostics.ts";
import type { Random } from "../../core/ports/random.ts";
import { isSettled, type OutboundMessage } from "../messages/outbound-message.ts";
import type { McpSession } from "../session/mcp-session.ts";
import type { SessionState } from "../session/session-state.ts";
import { answerPending, failPending, type HttpError, type Transport } from "../transport/transport.ts";
import { decideRetry, type RetryDecision } from "./retry-policy.ts";
import { isSessionLost } from "./session-loss.ts";
import { signInRequired } from "./sign-in-required.ts";
import { resumeStream } from "./stream-resume.ts";

export interface Sender {
  /**
   * Resolves when nothing more will happen for the parcel; every request in it is done then. Never rejects.
   * @param onSession hears the session id of the answer before its first message
   * @param inside use this connection and no other: it is being restored, and is not replaced if it fails
   */
  deliver(
    parcel: OutboundMessage,
    onSession?: (id: string | undefined) => void,
    inside?: McpSession,
  ): Promise<void>;
}

export interface SenderOptions {
  readonly exchange: Transport;
  readonly session: SessionState;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  readonly random: Random;
  readonly diagnostics: Diagnostics;
  /** Ends with the bridge. */
  readonly lifetime: AbortSignal;
  /** How long a request waits for a person who signs in; undefined: as long as it takes. */
  readonly signInPatienceMs: number | undefined;
  /** Resolves when a session newer than `lost` is open. @throws Failure */
  readonly renew: (lost: McpSession | undefined, parcel: OutboundMessage) => Promise<void>;
  /** Something went wrong that a person should read about while it is tried again. */
  readonly onTrouble: (failure: Failure) => void;
}

/** What was done so far for one parcel. */
interface Progress {
  attempts: number;
  challenges: number;
  recoveries: number;
  sinceMs: number;
}

export function createSender(options: SenderOptions): Sender {
  const { exchange, session, clock, random, lifetime } = options;

  async function deliver(
    parcel: OutboundMessage,
    onSession?: (id: string | undefined) => void,
    inside?: McpSession,
  ): Promise<void> {
    const settled = parcel.handshake || inside !== undefined;
    const progress: Progress = {
      attempts: 0,
      challenges: 0,
      recoveries: inside === undefined ? 0 : 1,
      sinceMs: clock.monotonicMs(),
    };
    try {
      for (;;) {
        if (!settled && (session.state.kind === "opening" || session.state.kind === "down")) {
          await options.renew(undefined, parcel);
        }
        if (isSettled(parcel) || lifetime.aborted) return;
        const connection = parcel.handshake ? undefined : (inside ?? session.connection);
        const outcome = await exchange.post(parcel, connection, onSession);
        if (outcome.kind === "ended" && isSettled(parcel)) return;
        if (lifetime.aborted) return;
        progress.attempts += 1;
        const tries = {
          ...progress,
          elapsedMs: clock.monotonicMs() - progress.sinceMs,
          connection,
        };
        const step = decideRetry(parcel, outcome, tries, clock.nowMs(), random.fraction());
        if (!(await take(step, parcel, connection, progress))) return;
      }
    } catch (error) {
      if (!lifetime.aborted) failPending(parcel, asFailure(error));
    }
  }

  /** True: try again. */
  async function take(
    step: RetryDecision,
    parcel: OutboundMessage,
    connection: McpSession | undefined,
    progress: Progress,
  ): Promise<boolean> {
    switch (step.do) {
      case "stop":
        return false;
      case "fail":
        options.diagnostics.event("delivery.failed", {
          operation: parcel.operation,
          code: step.failure.code,
        });
        failPending(parcel, step.failure);
        return false;
      case "pass":
        if (!answerPending(parcel.requests, step.answer)) failPending(parcel, step.otherwise);
        // A batch has more requests than the one that the error names.
        failPending(parcel, step.otherwise);
        return false;
      case "again":
        options.onTrouble(step.failure);
        await clock.sleep(step.afterMs, lifetime);
        return true;
      case "authorize":
        return authorizeFor(parcel, step.refusal, connection, progress);
      case "recover":
        return recover(parcel, connection, progress, step.failure);
      case "resume": {
        const failure = await resumeStream({ ...options, parcel, connection, ...step });
        if (failure === undefined) return false;
        if (parcel.safe && progress.attempts < 3) return true;
        failPending(parcel, failure);
        return false;
      }
    }
  }

  /** Makes a new session once; the parcel is then sent again in it. */
  async function recover(
    parcel: OutboundMessage,
    connection: McpSession | undefined,
    progress: Progress,
    why: Failure,
  ): Promise<boolean> {
    progress.recoveries += 1;
    options.diagnostics.event("session.lost", { code: why.code, status: why.status });
    try {
      await options.renew(connection, parcel);
    } catch (error) {
      const cause = asFailure(error);
      if (isFailure(cause, "REMOTE_NOT_MCP", "REMOTE_HTTP_ERROR")) {
        throw new Failure(
          "REMOTE_SESSION_LOST",
          `${why.message} No new session could be made: ${cause.message}`,
        );
      }
      throw cause;
    }
    return true;
  }

  async function authorizeFor(
    parcel: OutboundMessage,
    refusal: HttpError,
    connection: McpSession | undefined,
    progress: Progress,
  ): Promise<boolean> {
    progress.challenges += 1;
    try {
      await authorize(parcel, refusal);
    } catch (error) {
      if (lifetime.aborted) return false;
      const failure = asFailure(error);
      // Some remotes answer a session they forgot with 401; credentials do not help against that.
      const unexplained = refusal.wwwAuthenticate.length === 0 || isSessionLost(refusal, true);
      if (connection?.sessionId === undefined || !unexplained || progress.recoveries > 0) throw failure;
      return recover(parcel, connection, progress, failure);
    }
    progress.sinceMs = clock.monotonicMs();
    return true;
  }

  /** Waits for the authorizer; a request of the host not longer than a host waits. */
  async function authorize(parcel: OutboundMessage, refusal: HttpError): Promise<void> {
    const { authorizer, signInPatienceMs } = options;
    const { status, wwwAuthenticate, dpopNonce, sent } = refusal;
    const { operation, cause } = parcel;
    const patient = signInPatienceMs === undefined || parcel.handshake;
    const callOff = patient
      ? undefined
      : clock.after(signInPatienceMs, () => failPending(parcel, signInRequired(authorizer.inProgress())));
    try {
      await authorizer.challenged(
        { status: status === 403 ? 403 : 401, wwwAuthenticate, dpopNonce, sent, operation, cause },
        lifetime,
      );
    } finally {
      callOff?.();
    }
  }

  return { deliver };
}
