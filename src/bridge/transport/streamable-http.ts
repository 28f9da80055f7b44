// One attempt to deliver a parcel over streamable HTTP: a POST, and everything that comes back on it.

import { asFailure } from "../../core/failure/failure.ts";
import type { Message, ResponseMessage, Unreadable } from "../../core/mcp/message.ts";
import type { Diagnostics } from "../../core/ports/diagnostics.ts";
import { printable } from "../../core/text/printable.ts";
import type { OutboundMessage } from "../messages/outbound-message.ts";
import { type BodyLimits, drain } from "./body-reader.ts";
import { headerOf, readHttpError, responseInBody } from "./http-error.ts";
import type { RemoteHttp, RemoteRequest, RemoteResponse } from "./remote-http.ts";
import { responseKind } from "./response-kind.ts";
import { type MessageSink, readEventStream, readJsonResponse } from "./response-reader.ts";
import { answerPending, badResponse, type OnSession, type SendOutcome, type Transport } from "./transport.ts";

export interface StreamableHttpOptions {
  readonly remote: RemoteHttp;
  readonly bodyLimits: BodyLimits;
  /** For the headers of everything but tool calls. */
  readonly headersTimeoutMs: number;
  readonly diagnostics: Diagnostics;
  /** Requests and notifications of the remote. */
  readonly onMessage: (message: Exclude<Message, ResponseMessage>) => void;
}

export function createStreamableHttp(options: StreamableHttpOptions): Transport {
  const { remote, bodyLimits, diagnostics } = options;

  async function attempt(
    outbound: OutboundMessage,
    request: RemoteRequest,
    onSession?: OnSession,
  ): Promise<SendOutcome> {
    try {
      const answer = await remote.send(request);
      return await read(outbound, answer, onSession);
    } catch (error) {
      return { kind: "failed", failure: asFailure(error) };
    }
  }

  async function read(
    outbound: OutboundMessage,
    answer: RemoteResponse,
    onSession?: OnSession,
  ): Promise<SendOutcome> {
    const { response } = answer;
    const kind = responseKind(response.status, response.headers);
    switch (kind) {
      case "challenge":
        return { kind: "challenged", httpError: await readHttpError(answer, bodyLimits, remote.url) };
      case "refused":
      case "redirect":
        return { kind: "refused", httpError: await readHttpError(answer, bodyLimits, remote.url) };
      case "foreign":
        return { kind: "failed", failure: responseInBody(response, remote.url) };
    }
    onSession?.(headerOf(response, "mcp-session-id"));
    const sink = new ParcelSink(outbound, options);
    if (kind === "events") {
      const end = await readEventStream(response, bodyLimits, sink.take);
      return { kind: "ended", end, accepted: false, unreadable: sink.unreadable };
    }
    if (kind === "accepted" || outbound.requests.length === 0) {
      drain(response, bodyLimits.clock);
      return { kind: "ended", end: {}, accepted: true };
    }
    const end = await readJsonResponse(response, bodyLimits, sink.take);
    return { kind: "ended", end, accepted: false, unreadable: sink.unreadable };
  }

  return {
    post(outbound, mcpSession, onSession) {
      const headersTimeoutMs = patienceFor(outbound, options.headersTimeoutMs);
      const request = { method: "POST", body: outbound.bytes, mcpSession, headersTimeoutMs } as const;
      return attempt(outbound, request, onSession);
    },
    resume(outbound, mcpSession, lastEventId, until) {
      diagnostics.event("answer.resumed", { operation: outbound.operation });
      const { headersTimeoutMs } = options;
      const accept = "text/event-stream";
      const signal = until ? AbortSignal.any([remote.signal, until]) : remote.signal;
      return attempt(outbound, { method: "GET", accept, mcpSession, lastEventId, headersTimeoutMs, signal });
    },
  };
}

/**
 * Everybody waits for a handshake, and notifications are only to be received: a connection that is dead without a word
 * must not cost more than this.
 */
const PROMPT_HEADERS_MS = 30_000;

/** No limit of ours on a tool call: the host has its own (NET-8). */
function patienceFor(outbound: OutboundMessage, usualMs: number): number | undefined {
  if (outbound.operation.startsWith("tools/call") || outbound.operation === "batch") return undefined;
  const prompt = outbound.handshake || outbound.requests.length === 0;
  return prompt ? Math.min(usualMs, PROMPT_HEADERS_MS) : usualMs;
}

/** Where the messages of one answer go. Only what was asked in this POST can be answered by it (LIFE-6). */
class ParcelSink {
  /** What was wrong with a message that nobody can be named for. */
  unreadable: string | undefined;
  readonly #outbound: OutboundMessage;
  readonly #options: StreamableHttpOptions;

  constructor(outbound: OutboundMessage, options: StreamableHttpOptions) {
    this.#outbound = outbound;
    this.#options = options;
  }

  readonly take: MessageSink = (message) => {
    if (message.kind === "unreadable") this.#onUnreadable(message);
    else if (message.kind !== "response") this.#options.onMessage(message);
    else if (!answerPending(this.#outbound.requests, message)) {
      this.#options.diagnostics.event("remote.answer.dropped", { id: printable(message.id.raw, 60) });
    }
  };

  #onUnreadable(found: Unreadable): void {
    this.#options.diagnostics.event("remote.unreadable", { reason: found.reason });
    const meant = this.#outbound.requests.find((one) => !one.done && one.id.key === found.id?.key);
    if (meant === undefined) this.unreadable = found.reason;
    else meant.fail(badResponse(found.reason));
  }
}
