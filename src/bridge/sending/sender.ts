// Brings one message to the remote, through refusals, lost sessions and broken connections, or says why not.

import { asFailure, Failure, isFailure } from "../../core/failure/failure.ts";
import { isLarge, type ResponseMessage } from "../../core/mcp/message.ts";
import { isAnswered, isSettled, type OutboundMessage } from "../messages/outbound-message.ts";
import type { McpSession } from "../session/mcp-session.ts";
import { answerPost, failPending, type OnSession, type Transport } from "../transport/transport.ts";
import type { AnswersElsewhere } from "./answers-elsewhere.ts";
import { type AuthorizeOptions, authorize } from "./authorize.ts";
import type { InitializedFirst } from "./initialized-first.ts";
import { decideRetry, type RetryDecision } from "./retry-policy.ts";
import { sessionLoss } from "./session-loss.ts";
import { resumeStream } from "./stream-resume.ts";

export interface SendOptions {
  /** Hears the session id of the answer before its first message. */
  readonly onSession?: OnSession;
  /** Use this session and no other: it is being restored, and is not replaced if it fails. */
  readonly inside?: McpSession;
}

export interface SenderOptions extends AuthorizeOptions {
  readonly transport: Transport;
  readonly initializedFirst: InitializedFirst;
  readonly elsewhere: AnswersElsewhere;
  /** Resolves when a session newer than `lost` is open. @throws Failure */
  readonly renew: (lost: McpSession | undefined, wantedBy: OutboundMessage) => Promise<void>;
  /** Finds out whether the session still lives; makes a new one if not. */
  readonly checkSession: () => void;
}

/** What was done so far for one message. */
interface Progress {
  attempts: number;
  challenges: number;
  recoveries: number;
  renewals: number;
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
    const { transport, session, clock, random, lifetime, elsewhere } = this.#options;
    const inside = given ?? own;
    const settled = outbound.handshake || inside !== undefined;
    const progress: Progress = {
      attempts: 0,
      challenges: 0,
      recoveries: inside === undefined ? 0 : 1,
      renewals: 0,
      sinceMs: clock.monotonicMs(),
    };
    const forget = elsewhere.expect(outbound);
    const [pending] = outbound.requests;
    if (pending?.method === "tools/call" && outbound.requests.length === 1)
      pending.keepsBack = mayAskForSignIn;
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
        const decision = () => decideRetry(outbound, outcome, tries, clock.nowMs(), random.fraction());
        let goesOn = keptIn(outbound) || (await this.#take(decision(), outbound, mcpSession, progress));
        // An answer may also have come on another stream.
        if (keptIn(outbound)) {
          const { signInForResult } = await import("./result-challenge.ts");
          goesOn = await signInForResult(this.#options, outbound);
          progress.sinceMs = clock.monotonicMs();
        }
        if (!goesOn) return;
      }
    } catch (error) {
      if (!lifetime.aborted) failPending(outbound, asFailure(error));
    } finally {
      forget();
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
      case "listen":
        return this.#listen(outbound, mcpSession, step, progress);
      case "again":
        onRetry(step.failure);
        await clock.sleep(step.afterMs, lifetime);
        return true;
      case "authorize":
        return this.#authorizeFor(outbound, step, mcpSession, progress);
      case "renew": {
        progress.renewals += 1;
        const renewed = await this.#options.authorizer.renew?.(step.sent, lifetime);
        return (renewed && step.repeats) || this.#take(step.otherwise, outbound, mcpSession, progress);
      }
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

  /** Waits for an answer on the remote's own stream. */
  async #listen(
    outbound: OutboundMessage,
    mcpSession: McpSession | undefined,
    { forMs, otherwise }: RetryDecision & { do: "listen" },
    progress: Progress,
  ): Promise<boolean> {
    const { elsewhere, session, diagnostics } = this.#options;
    diagnostics.event("answer.elsewhere", { operation: outbound.operation });
    await elsewhere.wait(outbound, mcpSession, forMs);
    if (isAnswered(outbound)) return false;
    // The session was lost meanwhile, and its answers with it.
    if (outbound.safe && progress.recoveries === 0 && session.mcpSession !== mcpSession) {
      progress.recoveries += 1;
      return true;
    }
    return this.#take(otherwise, outbound, mcpSession, progress);
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
      await authorize(this.#options, outbound, httpError, (failure) => failPending(outbound, failure));
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
}

/** Of the member's name, what nobody writes as an escape: `mcp\/` is usual. */
const SIGN_IN_MARK = "www_authenticate";

/** Most results cost one look for a word. Who refuses a call says so shortly, so in large ones nobody looks. */
function mayAskForSignIn({ bytes }: ResponseMessage): boolean {
  return !isLarge(bytes) && bytes.includes(SIGN_IN_MARK);
}

function keptIn({ requests: [pending] }: OutboundMessage): boolean {
  return pending?.kept !== undefined;
}
