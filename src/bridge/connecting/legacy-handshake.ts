// The handshake of the revisions that have one: `initialize`, then what the host had told the old session (NET-2).

import { within } from "../../core/deadline.ts";
import { Failure } from "../../core/failure/failure.ts";
import {
  isObject,
  type NotificationMessage,
  type RequestMessage,
  type ResponseMessage,
} from "../../core/mcp/message.ts";
import { inTheirWords } from "../../core/text/printable.ts";
import type { BridgeRequests } from "../messages/bridge-requests.ts";
import { createOutboundMessage } from "../messages/outbound-message.ts";
import { PendingRequest } from "../messages/pending-request.ts";
import type { InitializedFirst } from "../sending/initialized-first.ts";
import type { Sender } from "../sending/sender.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import { createMcpSession, type McpSession } from "../session/mcp-session.ts";
import { errorText } from "../transport/http-error.ts";
import type { HandshakeAttempt, HandshakeStrategy } from "./session-connector.ts";

export interface LegacyHandshakeOptions extends BridgeContext {
  readonly sender: Sender;
  readonly initializedFirst: InitializedFirst;
  readonly bridgeRequests: BridgeRequests;
  /** The answer begins, in the session of this id; undefined: it names none. */
  readonly onAnswer: (sessionId: string | undefined) => void;
  /** The result of every handshake, before the session counts as open. */
  readonly onInitialized: (response: ResponseMessage) => void;
}

/** What a remote may take to hear what the host had told the old session. */
const RESTORE_MS = 3_000;

export class LegacyHandshake implements HandshakeStrategy {
  readonly #options: LegacyHandshakeOptions;
  #generation = 0;

  constructor(options: LegacyHandshakeOptions) {
    this.#options = options;
  }

  /** One `initialize`. The session is ready the moment its answer arrives, not when the answer's stream ends. */
  async open({
    initialize,
    host,
    cause,
    operation,
    onFailure,
    onOpening,
    onReady,
  }: HandshakeAttempt): Promise<void> {
    const request = host === undefined ? this.#options.bridgeRequests.repeat(initialize) : initialize;
    let sessionId: string | undefined;
    let opened: Promise<void> | undefined;
    let failure: Failure | undefined;
    const fail = (why: Failure): void => {
      failure = why;
      onFailure(why);
    };
    const pending = new PendingRequest(request.id, request.method, {
      onResponse: (message) => {
        const refusal = refusalIn(message);
        if (refusal !== undefined) fail(refusal);
        host?.respond(message);
        if (refusal === undefined) opened = this.#opened(message, sessionId, onOpening, onReady);
      },
      onFailure: fail,
    });
    const outbound = createOutboundMessage(request, [pending], { cause, operation });
    const sent = this.#options.sender.send(outbound, {
      onSession: (id) => {
        sessionId = id;
        this.#options.onAnswer(id);
      },
    });
    await Promise.race([sent, pending.whenDone]);
    await opened;
    if (failure !== undefined) throw failure;
    if (opened === undefined) throw new Failure("INTERRUPTED", "The bridge is stopping.");
  }

  /** Ready at once where nothing is to be told: what the host says next must find a session that is. */
  async #opened(
    message: ResponseMessage,
    sessionId: string | undefined,
    onOpening: HandshakeAttempt["onOpening"],
    onReady: HandshakeAttempt["onReady"],
  ): Promise<void> {
    this.#options.onInitialized(message);
    this.#generation += 1;
    const mcpSession = createMcpSession(this.#generation, sessionId, versionIn(message));
    // Set already: a replay, or a host that was answered before the remote was.
    const { initialized } = this.#options.session;
    if (initialized !== undefined) {
      onOpening(mcpSession);
      await this.#restore(initialized, mcpSession);
    }
    onReady(mcpSession);
  }

  /** Tells the new session what the host had told the old one, whose answers interest nobody. */
  async #restore(initialized: NotificationMessage, mcpSession: McpSession): Promise<void> {
    const { session, sender, initializedFirst, bridgeRequests } = this.#options;
    const tell = (one: RequestMessage | NotificationMessage, requests: readonly PendingRequest[]) =>
      sender.send(createOutboundMessage(one, requests, { cause: "background" }), { inside: mcpSession });
    // The sender keeps the rest back until this was answered, or half a second.
    void tell(initialized, []);
    const { logLevel, subscriptions } = session;
    const again = [...(logLevel ? [logLevel] : []), ...subscriptions.values()];
    const told = again.map((request) => {
      const repeated = bridgeRequests.repeat(request);
      return tell(repeated, [new PendingRequest(repeated.id, repeated.method)]);
    });
    await this.#inTime(Promise.all([initializedFirst.turn, ...told]));
  }

  /** Others wait: a remote that does not hear it in time hears it late. */
  #inTime(step: Promise<unknown>): Promise<unknown> {
    return within(this.#options.clock, RESTORE_MS, step, () => undefined);
  }
}

/** The protocol version that an answer to `initialize` names. */
export function versionIn({ value }: ResponseMessage): string | undefined {
  const { result } = value;
  const version = isObject(result) ? result.protocolVersion : undefined;
  return typeof version === "string" ? version : undefined;
}

/** The failure in an answer to `initialize`, if it is one. */
function refusalIn(message: ResponseMessage): Failure | undefined {
  const { error, result, isResultTooLarge } = message.value;
  if (error === undefined) {
    if (isObject(result) || isResultTooLarge) return undefined;
    return new Failure("REMOTE_BAD_ANSWER", "The server answered the handshake without saying anything.");
  }
  const words = errorText(message);
  const said = words === "" ? "" : `, ${inTheirWords(words)}`;
  return new Failure("REMOTE_HTTP_ERROR", `The server refused the handshake${said}.`, {
    hint: "The server's message says why. Update the host and mcp-drawbridge, or ask whoever runs the server.",
  });
}
