// Brings one message to the remote, through refusals, lost sessions and broken connections, or says why not.

import { asFailure, Failure, isFailure } from "../../core/failure/failure.ts";
import { isSettled, type OutboundMessage } from "../messages/outbound-message.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import type { McpSession } from "../session/mcp-session.ts";
import {
  answerPost,
  failPending,
  type HttpError,
  type OnSession,
  type Transport,
} from "../transport/transport.ts";
import type { InitializedFirst } from "./initialized-first.ts";
import {
  backOffMs,
  decideRetry,
  RENEWAL_POLL_MS,
  RETRY_BUDGET_MS,
  type RetryDecision,
} from "./retry-policy.ts";
import { sessionLoss } from "./session-loss.ts";
import { signInRequired } from "./sign-in-required.ts";
import { resumeStream } from "./stream-resume.ts";

export interface SendOptions {
  /** Hears the session id of the answer before its first message. */
  readonly onSession?: OnSession;
  /** Use this session and no other: it is being restored, and is not replaced if it fails. */
  readonly inside?: McpSession;
}

export interface SenderOptions extends BridgeContext {
  readonly transport: Transport;
  readonly initializedFirst: InitializedFirst;
  /** How long a message waits for a person who signs in; undefined: as long as it takes. */
  readonly patienceMs: (outbound: OutboundMessage) => number | undefined;
  /** Resolves when a session newer than `lost` is open. @throws Failure */
  readonly renew: (lost: McpSession | undefined, wantedBy: OutboundMessage) => Promise<void>;
  /** Finds out whether the session still lives; makes a new one if not. */
  readonly checkSession: () => void;
  /** Something went wrong that a person should read about while it is tried again. */
  readonly onRetry: (failure: Failure) => void;
  /** The remote wants other credentials. `isSignedIn`: it had some. @returns when they may be looked for; undefined: now */
  readonly onChallenge: (isSignedIn: boolean) => Promise<void> | undefined;
}

/** What was done so far for one message. */
interface Progress {
  attempts: number;
  challenges: number;
  recoveries: number;
  sinceMs: number;
}

export class Sender {
  readonly #options: SenderOptions;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Resolves when nothing more will happen for the message; every request in it is done then. Never rejects. */
  async send(outbound: OutboundMessage, options: SendOptions = {}): Promise<void> {
    const { initializedFirst, session } = this.#options;
    // What speaks of one session is said in that one, or not at all.
    const own = outbound.ofOneSession ? session.current : undefined;
    if (outbound.first) {
      const onSession = initializedFirst.begin();
      await this.#send(outbound, { ...options, onSession }, own).finally(onSession);
      return;
    }
    const turn = outbound.handshake ? undefined : initializedFirst.turn;
    if (turn !== undefined) await turn;
    await this.#send(outbound, options, own);
  }

  async #send(
    outbound: OutboundMessage,
    { onSession, inside: given }: SendOptions,
    own: McpSession | undefined,
  ): Promise<void> {
    const { transport, session, clock, random, lifetime } = this.#options;
    const inside = given ?? own;
    const settled = outbound.handshake || inside !== undefined;
    const progress: Progress = {
      attempts: 0,
      challenges: 0,
      recoveries: inside === undefined ? 0 : 1,
      sinceMs: clock.monotonicMs(),
    };
    try {
      for (;;) {
        // More than once where the host's next `initialize` took the place of what was waited for.
        while (!settled && session.isAwaited) await this.#options.renew(undefined, outbound);
        if (isSettled(outbound) || lifetime.aborted || own !== (own && session.current)) return;
        const mcpSession = outbound.handshake ? undefined : (inside ?? session.mcpSession);
        const outcome = await transport.post(outbound, mcpSession, onSession);
        if (outcome.kind === "ended" && isSettled(outbound)) return;
        if (lifetime.aborted) return;
        progress.attempts += 1;
        const tries = {
          ...progress,
          elapsedMs: clock.monotonicMs() - progress.sinceMs,
          mcpSession,
        };
        const step = decideRetry(outbound, outcome, tries, clock.nowMs(), random.fraction());
        if (!(await this.#take(step, outbound, mcpSession, progress))) return;
      }
    } catch (error) {
      if (!lifetime.aborted) failPending(outbound, asFailure(error));
    }
  }

  /** True: try again. */
  async #take(
    step: RetryDecision,
    outbound: OutboundMessage,
    mcpSession: McpSession | undefined,
    progress: Progress,
  ): Promise<boolean> {
    const { diagnostics, onRetry, clock, lifetime } = this.#options;
    if ("doubt" in step && step.doubt) this.#options.checkSession();
    switch (step.do) {
      case "stop":
        return false;
      case "fail":
        diagnostics.event("send.failed", { operation: outbound.operation, code: step.failure.code });
        failPending(outbound, step.failure);
        return false;
      case "pass":
        if (!answerPost(outbound.requests, step.answer)) failPending(outbound, step.otherwise);
        // A batch has more requests than the one that the error names.
        failPending(outbound, step.otherwise);
        return false;
      case "again":
        onRetry(step.failure);
        await clock.sleep(step.afterMs, lifetime);
        return true;
      case "authorize":
        return this.#authorizeFor(outbound, step, mcpSession, progress);
      case "recover":
        return this.#recover(outbound, mcpSession, progress, step.failure);
      case "resume": {
        const failure = await resumeStream({ ...this.#options, outbound, mcpSession, ...step });
        if (failure === undefined) return false;
        if (outbound.safe && progress.attempts < 3) return true;
        failPending(outbound, failure);
        return false;
      }
    }
  }

  /** Makes a new session once; the message is then sent again in it. */
  async #recover(
    outbound: OutboundMessage,
    mcpSession: McpSession | undefined,
    progress: Progress,
    why: Failure,
  ): Promise<boolean> {
    progress.recoveries += 1;
    this.#options.diagnostics.event("session.lost", { code: why.code, status: why.status });
    try {
      await this.#options.renew(mcpSession, outbound);
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

  async #authorizeFor(
    outbound: OutboundMessage,
    { httpError, otherwise }: RetryDecision & { do: "authorize" },
    mcpSession: McpSession | undefined,
    progress: Progress,
  ): Promise<boolean> {
    progress.challenges += 1;
    try {
      await this.#authorize(outbound, httpError);
    } catch (error) {
      if (this.#options.lifetime.aborted) return false;
      const failure = asFailure(error);
      if (otherwise && isFailure(failure, "AUTH_INSUFFICIENT_SCOPE", "AUTH_TOKEN_REJECTED"))
        return this.#take(otherwise, outbound, mcpSession, progress);
      // Some remotes answer a session they forgot with 401; credentials do not help against that.
      const refused = { named: true, requests: outbound.requests };
      const unexplained = httpError.wwwAuthenticate.length === 0 || sessionLoss(httpError, refused) !== "no";
      if (mcpSession?.sessionId === undefined || !unexplained || progress.recoveries > 0) throw failure;
      return this.#recover(outbound, mcpSession, progress, failure);
    }
    progress.sinceMs = this.#options.clock.monotonicMs();
    return true;
  }

  /** Waits for the authorizer; a request of the host not longer than a host waits. */
  async #authorize(outbound: OutboundMessage, httpError: HttpError): Promise<void> {
    const { authorizer, clock, random, lifetime } = this.#options;
    const { status, wwwAuthenticate, dpopNonce, sent } = httpError;
    await this.#options.onChallenge(sent !== undefined);
    const { operation, cause, correlation } = outbound;
    const challenged = {
      status: status === 403 ? 403 : 401,
      wwwAuthenticate,
      dpopNonce,
      sent,
      operation,
      cause,
      correlation,
    } as const;
    const startedMs = clock.monotonicMs();
    let trouble: Failure | undefined;
    const patienceMs = outbound.handshake ? undefined : this.#options.patienceMs(outbound);
    const cancelTimer =
      patienceMs === undefined
        ? undefined
        : clock.after(patienceMs, () =>
            failPending(outbound, trouble ?? signInRequired(authorizer.inProgress())),
          );
    try {
      for (let attempts = 1; ; attempts++) {
        trouble = await authorizer.challenged(challenged, lifetime).then(() => undefined, troubleOfIssuer);
        if (trouble === undefined) return;
        // In the background, whoever makes the attempt repeats it.
        const isOver = cause === "background" || isSettled(outbound);
        if (isOver || clock.monotonicMs() - startedMs >= RETRY_BUDGET_MS) throw trouble;
        this.#options.onRetry(trouble);
        await clock.sleep(backOffMs(attempts, random.fraction(), RENEWAL_POLL_MS), lifetime);
      }
    } finally {
      cancelTimer?.();
    }
  }
}

/** For `catch`: the issuer could not renew the token just now, and may in a moment. */
function troubleOfIssuer(error: unknown): Failure {
  if (isFailure(error, "AUTH_REFRESH_FAILED")) return error;
  throw error;
}
