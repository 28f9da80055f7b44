// Requests of the remote that come before it has answered the handshake, which may wait for their answers (2025-11-25,
// basic/lifecycle: only pings should come then).

import {
  type Message,
  type RequestMessage,
  type ResponseMessage,
  readMessage,
} from "../../core/mcp/message.ts";
import { errorAnswer, resultAnswer } from "../../core/mcp/rpc-error.ts";
import { reportBug } from "../messages/guard.ts";
import type { MessageHandler } from "../messages/message-handler.ts";
import { createOutboundMessage } from "../messages/outbound-message.ts";
import type { Sender } from "../sending/sender.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import { createMcpSession, type McpSession } from "../session/mcp-session.ts";

export interface HandshakeRequestsOptions extends BridgeContext {
  /** Called later than this is made. */
  readonly sender: () => Sender;
}

/** Hosts that answer before they have the answer to their own `initialize` do so at once; others would wait for ever. */
const HOST_MS = 1_000;
const MOST_OPEN = 100;
/** JSON-RPC 5.1, Invalid Request. */
const INVALID_REQUEST = -32600;

/**
 * A ping is answered here. Any other request goes to the host, whose answer is sent into the session that is being opened; if
 * there is none soon, and the handshake still waits, the request is declined.
 */
export class HandshakeRequests implements MessageHandler {
  readonly #options: HandshakeRequestsOptions;
  /** Id keys of what the host was asked, with what stops the time it has; undefined: declined. */
  readonly #asked = new Map<string, (() => void) | undefined>();
  #opening: McpSession | undefined;

  constructor(options: HandshakeRequestsOptions) {
    this.#options = options;
    options.session.onChange((phase) => {
      for (const stop of this.#asked.values()) stop?.();
      // Once it is open, the host may take its time.
      if (phase.kind === "ready" || (phase.kind === "connecting" && phase.opening !== undefined)) return;
      this.#asked.clear();
      this.#opening = undefined;
    });
  }

  /** The remote's answer to the handshake begins, and names this session; undefined: none. */
  begin(sessionId: string | undefined): void {
    this.#opening = createMcpSession(0, sessionId, undefined);
  }

  /** @param mcpSession in which it came. @returns true: it goes no further */
  take(message: Exclude<Message, ResponseMessage>, mcpSession: McpSession | undefined): boolean {
    const { phase } = this.#options.session;
    const isEarly = mcpSession === undefined && phase.kind === "connecting" && phase.opening === undefined;
    if (!isEarly) return false;
    if (message.kind === "notification") {
      if (message.method === "notifications/cancelled") this.#forget(message.requestId?.key);
      return false;
    }
    if (message.method === "ping") this.#answer(resultAnswer(message.id, {}));
    else if (this.#asked.size >= MOST_OPEN) this.#decline(message);
    else {
      this.#forget(message.id.key);
      const stop = this.#options.clock.after(HOST_MS, () => {
        this.#asked.set(message.id.key, undefined);
        this.#decline(message);
      });
      this.#asked.set(message.id.key, stop);
      return false;
    }
    return true;
  }

  onHostResponse(message: ResponseMessage): boolean {
    const { key } = message.id;
    if (!this.#asked.has(key)) return false;
    const isWanted = this.#asked.get(key) !== undefined;
    this.#forget(key);
    if (isWanted) this.#send(message);
    return true;
  }

  #forget(key: string | undefined): void {
    if (key === undefined) return;
    this.#asked.get(key)?.();
    this.#asked.delete(key);
  }

  #decline({ id, method }: RequestMessage): void {
    this.#options.diagnostics.event("handshake.declined", { method });
    this.#answer(errorAnswer(id, INVALID_REQUEST, "The handshake is not over: it has to be answered first."));
  }

  #answer(bytes: Buffer): void {
    const message = readMessage(bytes);
    if (message.kind === "response") this.#send(message);
  }

  #send(message: ResponseMessage): void {
    const { session, sender, diagnostics } = this.#options;
    const { current } = session;
    const inside =
      current?.sessionId === this.#opening?.sessionId ? (current ?? this.#opening) : this.#opening;
    const outbound = createOutboundMessage(message, []);
    sender()
      .send(outbound, inside === undefined ? {} : { inside })
      .catch((error: unknown) => reportBug(diagnostics, error));
  }
}
