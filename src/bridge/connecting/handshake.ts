// Opens sessions: the host's own handshake first, later replays of it with the host's parameters (NET-2).

import { Failure } from "../../core/failure/failure.ts";
import {
  isObject,
  type NotificationMessage,
  type RequestMessage,
  type ResponseMessage,
} from "../../core/mcp/message.ts";
import type { RequestCause } from "../../core/ports/authorizer.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Diagnostics } from "../../core/ports/diagnostics.ts";
import { quoted } from "../../core/text/printable.ts";
import type { BridgeRequests } from "../messages/bridge-requests.ts";
import { createOutboundMessage } from "../messages/outbound-message.ts";
import { createPendingRequest, type PendingRequest } from "../messages/pending-request.ts";
import type { Sender } from "../sending/sender.ts";
import type { McpSession } from "../session/mcp-session.ts";
import type { SessionState } from "../session/session-state.ts";

export interface Handshake {
  /** A handshake is going on. */
  readonly busy: boolean;
  /** The host's `initialize`, as it came; `host` gets the remote's answer. @throws Failure when there is none */
  begin(initialize: RequestMessage, host: PendingRequest): Promise<void>;
  /** Resolves when a session newer than `lost` is open; one handshake for any number of callers. @throws Failure */
  renew(lost: McpSession | undefined, cause: RequestCause): Promise<void>;
}

export interface HandshakeOptions {
  readonly session: SessionState;
  readonly sender: Sender;
  readonly bridgeRequests: BridgeRequests;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  /** The result of every handshake, before the session counts as open. */
  readonly onInitialized?: (response: ResponseMessage) => void;
}

/** What a remote may take to hear what the host had told the old session. */
const RESTORE_MS = 3_000;

const neverSafe = (): boolean => false;

export function createHandshake(options: HandshakeOptions): Handshake {
  const { session, bridgeRequests, diagnostics } = options;
  let handshaking: Promise<void> | undefined;

  function begin(initialize: RequestMessage, host: PendingRequest): Promise<void> {
    session.begin(initialize);
    const running = handshake(initialize, "host", host);
    handshaking = running;
    return running.finally(() => {
      if (handshaking === running) handshaking = undefined;
    });
  }

  async function renew(lost: McpSession | undefined, cause: RequestCause): Promise<void> {
    const { mcpSession } = session;
    if (mcpSession !== undefined && mcpSession !== lost) return;
    if (handshaking === undefined) {
      const running = replay(cause);
      handshaking = running;
      const clear = (): void => {
        if (handshaking === running) handshaking = undefined;
      };
      running.then(clear, clear);
    }
    await handshaking;
  }

  async function replay(cause: RequestCause): Promise<void> {
    const { initialize } = session;
    if (initialize === undefined) {
      throw new Failure("REMOTE_SESSION_LOST", "The remote refused a session that was never opened.");
    }
    diagnostics.event("session.replay", { cause });
    await handshake(bridgeRequests.repeat(initialize), cause, undefined);
  }

  /** One `initialize`. The session is open the moment its answer arrives, not when the answer's stream ends. */
  async function handshake(
    initialize: RequestMessage,
    cause: RequestCause,
    host: PendingRequest | undefined,
  ): Promise<void> {
    session.opening();
    let sessionId: string | undefined;
    let opened: Promise<void> | undefined;
    let failure: Failure | undefined;
    // Said before the host hears of it: what the host asks next begins a new attempt and does not join this one.
    const fail = (why: Failure): void => {
      failure = why;
      handshaking = undefined;
      session.failed(why);
    };
    const pending = createPendingRequest(initialize.id, initialize.method, {
      onResponse(message) {
        const httpError = refusalIn(message);
        if (httpError !== undefined) fail(httpError);
        host?.respond(message);
        if (httpError === undefined) opened = open(message, sessionId);
      },
      onAnswer: () => undefined,
      onFailure: fail,
    });
    const outbound = createOutboundMessage(initialize, [pending], neverSafe, cause);
    const delivered = options.sender.send(outbound, (id) => {
      sessionId = id;
    });
    await Promise.race([delivered, pending.whenDone]);
    await opened;
    if (failure !== undefined) throw failure;
    if (opened === undefined) throw new Failure("INTERRUPTED", "The bridge is stopping.");
  }

  async function open(message: ResponseMessage, sessionId: string | undefined): Promise<void> {
    options.onInitialized?.(message);
    const { result } = message.value;
    const version = isObject(result) ? result.protocolVersion : undefined;
    const mcpSession = session.prepare(sessionId, typeof version === "string" ? version : undefined);
    // Set already: a replay, or a host that was answered before the remote was.
    if (session.initialized !== undefined) await restore(session.initialized, mcpSession);
    session.opened(mcpSession);
  }

  /** What the host had told the old session. Its answers interest nobody; if it fails, the next request shows. */
  async function restore(initialized: NotificationMessage, mcpSession: McpSession): Promise<void> {
    const { logLevel, subscriptions } = session;
    await inTime(
      options.sender.send(createOutboundMessage(initialized, [], neverSafe), undefined, mcpSession),
    );
    const again = [...(logLevel ? [logLevel] : []), ...subscriptions.values()];
    const servedLists = Promise.all(
      again.map((request) => {
        const message = bridgeRequests.repeat(request);
        const ignored = {
          onResponse: () => undefined,
          onAnswer: () => undefined,
          onFailure: () => undefined,
        };
        const pending = createPendingRequest(message.id, message.method, ignored);
        return options.sender.send(
          createOutboundMessage(message, [pending], neverSafe, "background"),
          undefined,
          mcpSession,
        );
      }),
    );
    await inTime(servedLists);
  }

  /** Others wait: who does not hear it in time hears it late. */
  async function inTime(step: Promise<unknown>): Promise<void> {
    let cancelTimer = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      cancelTimer = options.clock.after(RESTORE_MS, resolve);
    });
    await Promise.race([step, late]);
    cancelTimer();
  }

  return {
    get busy() {
      return handshaking !== undefined;
    },
    begin,
    renew,
  };
}

/** Why the remote refused the handshake; undefined: it did not. */
export function refusalIn(message: ResponseMessage): Failure | undefined {
  const { error } = message.value;
  if (!isObject(error)) return undefined;
  return new Failure(
    "REMOTE_HTTP_ERROR",
    `The remote refused the handshake: ${quoted(String(error.message))}.`,
  );
}
