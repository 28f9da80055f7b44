// Makes the session with the remote, and makes it again: at once when the host wants something, else with growing
// pauses. The only place that changes the phase of the session.

import { asFailure, Failure, isFailure } from "../../core/failure/failure.ts";
import type { RequestMessage } from "../../core/mcp/message.ts";
import { isDeliberate } from "../../core/mcp/methods.ts";
import type { RequestCause } from "../../core/ports/authorizer.ts";
import type { PendingRequest } from "../messages/pending-request.ts";
import { backOffMs, isTransient } from "../sending/retry-policy.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import type { McpSession } from "../session/mcp-session.ts";
import type { SessionPhase } from "../session/session-state.ts";

/** One attempt to make a session. */
export interface HandshakeAttempt {
  /** The host's own. */
  readonly initialize: RequestMessage;
  /** The host's request, if it is this one that waits for the answer; absent in a replay. */
  readonly host: PendingRequest | undefined;
  readonly cause: RequestCause;
  /** What it is made for, such as `tools/call:delete`: a person who calls a tool may be asked to sign in again sooner. */
  readonly operation: string;
  /** Called before the host hears of it: what it asks next begins a new attempt and does not join this one. */
  readonly onFailure: (failure: Failure) => void;
  /** The remote has answered; the session is not ready yet. */
  readonly onOpening: (mcpSession: McpSession) => void;
  readonly onReady: (mcpSession: McpSession) => void;
}

/** How a session is made: an era's handshake. */
export interface HandshakeStrategy {
  /** Resolves when the session is ready. @throws Failure when there is none */
  open(attempt: HandshakeAttempt): Promise<void>;
}

export interface SessionConnectorOptions extends BridgeContext {
  readonly handshake: HandshakeStrategy;
  /** Does the host wait for something? */
  readonly isWanted: () => boolean;
  /** A session that nobody uses: another `initialize` had taken the place of its own. */
  readonly onSuperseded: (mcpSession: McpSession) => void;
}

/** A session is wanted again, by any number of callers. */
interface Connecting {
  done: Promise<void>;
  /** Of the attempt going on. */
  cause: RequestCause;
  operation: string;
  /** Somebody else, the host's own `initialize`, had begun that attempt. */
  joined: boolean;
  /** Somebody came after that attempt had failed and before this was over. */
  cameLate: boolean;
}

const MAX_PAUSE_MS = 60_000;
/** While the host waits, which it does for half a minute at most. */
const MAX_WANTED_PAUSE_MS = 2_000;

export class SessionConnector {
  readonly #options: SessionConnectorOptions;
  /** The handshake going on; any number of callers wait for it. */
  #handshaking: Promise<void> | undefined;
  #connecting: Connecting | undefined;
  /** The operation for which the host wants a session, if no attempt was made for it yet. */
  #hostWants: string | undefined;
  #failures = 0;
  #cancelRetry: (() => void) | undefined;

  constructor(options: SessionConnectorOptions) {
    this.#options = options;
    const close = (): void => options.session.become({ kind: "closed" });
    options.lifetime.addEventListener("abort", close, { once: true });
  }

  /** The host's `initialize`, as it came; `host` gets the remote's answer. @throws Failure when there is none */
  begin(initialize: RequestMessage, host: PendingRequest): Promise<void> {
    this.#options.session.begin(initialize);
    return this.#run(initialize, "host", initialize.method, host);
  }

  /**
   * Resolves when a session newer than `lost` is ready. `"host"`: a person waits, so a sign-in may open a browser, also
   * when an attempt in the background was going on. One handshake for any number of callers. @throws Failure
   */
  async renew(lost: McpSession | undefined, cause: RequestCause, operation = "initialize"): Promise<void> {
    if (this.#isNewer(lost)) return;
    if (cause === "host" && (this.#hostWants === undefined || isDeliberate(operation)))
      this.#hostWants = operation;
    if (this.#connecting === undefined) this.#connecting = this.#connect(lost);
    // The attempt has failed already and is only being cleared away: joining it would bring nothing.
    else if (this.#options.session.phase.kind === "failed") this.#connecting.cameLate = true;
    await this.#connecting.done;
  }

  /** The same for who hears of failure from the session's phase. */
  ensure(cause: RequestCause, operation?: string): void {
    if (!this.#options.lifetime.aborted) this.renew(undefined, cause, operation).catch(() => undefined);
  }

  /** Tries again by itself, later and later. */
  retryLater(): void {
    const { clock, random, isWanted } = this.#options;
    this.#cancelRetry?.();
    this.#failures += 1;
    const pauseMs = backOffMs(
      this.#failures + 3,
      random.fraction(),
      isWanted() ? MAX_WANTED_PAUSE_MS : MAX_PAUSE_MS,
    );
    this.#cancelRetry = clock.after(pauseMs, () => this.ensure("background"));
  }

  /**
   * Is the attempt that just failed followed by another at once? Somebody began to wait while it was going on that it
   * was not made for: without a browser, before whatever was wrong was put right, or by a host that nobody asked to. They
   * get one of their own. A refused sign-in is not asked for again.
   */
  goesOn(failure: Failure): boolean {
    const connecting = this.#connecting;
    if (connecting === undefined || this.#options.lifetime.aborted) return false;
    if (failure.family !== "AUTH" || isTransient(failure))
      return this.#hostWants !== undefined || connecting.joined;
    if (!isFailure(failure, "AUTH_SIGN_IN_REQUIRED")) return false;
    const { cause, operation, joined } = connecting;
    if (joined && isDeliberate(operation)) return true;
    if (this.#hostWants === undefined) return false;
    return cause === "background" || (isDeliberate(this.#hostWants) && !isDeliberate(operation));
  }

  #isNewer(lost: McpSession | undefined): boolean {
    const { mcpSession } = this.#options.session;
    return mcpSession !== undefined && mcpSession !== lost;
  }

  #connect(lost: McpSession | undefined): Connecting {
    this.#cancelRetry?.();
    const connecting: Connecting = {
      done: Promise.resolve(),
      cause: "background",
      operation: "initialize",
      joined: false,
      cameLate: false,
    };
    // Known before the first attempt begins, for whoever looks at the phases that follow.
    this.#connecting = connecting;
    connecting.done = this.#attempts(lost, connecting).finally(() => {
      this.#connecting = undefined;
    });
    return connecting;
  }

  async #attempts(lost: McpSession | undefined, connecting: Connecting): Promise<void> {
    for (;;) {
      connecting.cause = this.#hostWants === undefined ? "background" : "host";
      connecting.operation = this.#hostWants ?? "initialize";
      this.#hostWants = undefined;
      connecting.joined = this.#handshaking !== undefined;
      try {
        await this.#attempt(lost, connecting);
        this.#failures = 0;
        return;
      } catch (error) {
        const failure = asFailure(error);
        const { aborted } = this.#options.lifetime;
        const another = connecting.cameLate || this.goesOn(failure);
        connecting.cameLate = false;
        if (another && !aborted) {
          if (failure.family === "AUTH" && connecting.joined) this.#hostWants ??= connecting.operation;
          continue;
        }
        this.#hostWants = undefined;
        if (!aborted) this.retryLater();
        throw failure;
      }
    }
  }

  /** One handshake, or the one that is going on. */
  async #attempt(lost: McpSession | undefined, { cause, operation }: Connecting): Promise<void> {
    if (this.#isNewer(lost)) return;
    if (this.#handshaking !== undefined) return this.#handshaking;
    const { initialize } = this.#options.session;
    if (initialize === undefined)
      throw new Failure("REMOTE_SESSION_LOST", "The server refused a session that was never opened.");
    this.#options.diagnostics.event("session.replay", { cause });
    return this.#run(initialize, cause, operation, undefined);
  }

  /** Ends the session of an attempt that another took the place of, unless the remote gave both the same. */
  async #leave(mcpSession: McpSession): Promise<void> {
    await this.#handshaking?.catch(() => undefined);
    const { session, onSuperseded } = this.#options;
    if (session.current?.sessionId !== mcpSession.sessionId) onSuperseded(mcpSession);
  }

  #run(
    initialize: RequestMessage,
    cause: RequestCause,
    operation: string,
    host: PendingRequest | undefined,
  ): Promise<void> {
    const { session, handshake, onSuperseded } = this.#options;
    const left = session.mcpSession;
    session.become({ kind: "connecting" });
    let running: Promise<void> | undefined;
    // A later `initialize` of the host may have taken the place of this attempt.
    const become = (phase: SessionPhase): boolean => {
      if (this.#handshaking !== running) return false;
      session.become(phase);
      return true;
    };
    const fail = (failure: Failure): void => {
      if (this.#handshaking !== running) return;
      // Before anybody hears of it: what they ask for then is a new attempt.
      this.#handshaking = undefined;
      session.become({ kind: "failed", failure });
    };
    const attempt: HandshakeAttempt = {
      initialize,
      host,
      cause,
      operation,
      onFailure: fail,
      onOpening: (opening) => void become({ kind: "connecting", opening }),
      onReady: (mcpSession) => {
        if (!become({ kind: "ready", mcpSession })) void this.#leave(mcpSession);
        else if (left !== undefined && left.sessionId !== mcpSession.sessionId) onSuperseded(left);
      },
    };
    running = handshake.open(attempt).then(
      () => {
        if (this.#handshaking === running) this.#handshaking = undefined;
      },
      (error: unknown) => {
        fail(asFailure(error));
        throw error;
      },
    );
    this.#handshaking = running;
    return running;
  }
}
