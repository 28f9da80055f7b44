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
  readonly reading: BodyLimits;
  /** For the headers of everything but tool calls. */
  readonly headersTimeoutMs: number;
  readonly diagnostics: Diagnostics;
  /** Requests and notifications of the remote. */
  readonly onMessage: (message: Exclude<Message, ResponseMessage>) => void;
}

export function createStreamableHttp(options: StreamableHttpOptions): Transport {
  const { remote, reading, diagnostics } = options;

  async function attempt(
    parcel: OutboundMessage,
    request: RemoteRequest,
    onSession?: OnSession,
  ): Promise<SendOutcome> {
    try {
      const answer = await remote.send(request);
      return await read(parcel, answer, onSession);
    } catch (error) {
      return { kind: "failed", failure: asFailure(error) };
    }
  }

  async function read(
    parcel: OutboundMessage,
    answer: RemoteResponse,
    onSession?: OnSession,
  ): Promise<SendOutcome> {
    const { response } = answer;
    const kind = responseKind(response.status, response.headers);
    switch (kind) {
      case "challenge":
        return { kind: "challenged", refusal: await readHttpError(answer, reading, remote.url) };
      case "refused":
      case "redirect":
        return { kind: "refused", refusal: await readHttpError(answer, reading, remote.url) };
      case "foreign":
        return { kind: "failed", failure: responseInBody(response, remote.url) };
    }
    onSession?.(headerOf(response, "mcp-session-id"));
    const sink = new ParcelSink(parcel, options);
    if (kind === "events") {
      const end = await readEventStream(response, reading, sink.take);
      return { kind: "ended", end, accepted: false, unreadable: sink.unreadable };
    }
    if (kind === "accepted" || parcel.requests.length === 0) {
      drain(response, reading.clock);
      return { kind: "ended", end: {}, accepted: true };
    }
    const end = await readJsonResponse(response, reading, sink.take);
    return { kind: "ended", end, accepted: false, unreadable: sink.unreadable };
  }

  return {
    post(parcel, connection, onSession) {
      const headersTimeoutMs = patienceFor(parcel, options.headersTimeoutMs);
      const request = { method: "POST", body: parcel.bytes, connection, headersTimeoutMs } as const;
      return attempt(parcel, request, onSession);
    },
    resume(parcel, connection, lastEventId, until) {
      diagnostics.event("answer.resumed", { operation: parcel.operation });
      const { headersTimeoutMs } = options;
      const accept = "text/event-stream";
      const signal = until ? AbortSignal.any([remote.signal, until]) : remote.signal;
      return attempt(parcel, { method: "GET", accept, connection, lastEventId, headersTimeoutMs, signal });
    },
  };
}

/**
 * Everybody waits for a handshake, and notifications are only to be received: a connection that is dead without a word
 * must not cost more than this.
 */
const PROMPT_HEADERS_MS = 30_000;

/** No limit of ours on a tool call: the host has its own (NET-8). */
function patienceFor(parcel: OutboundMessage, usualMs: number): number | undefined {
  if (parcel.operation.startsWith("tools/call") || parcel.operation === "batch") return undefined;
  const prompt = parcel.handshake || parcel.requests.length === 0;
  return prompt ? Math.min(usualMs, PROMPT_HEADERS_MS) : usualMs;
}

/** Where the messages of one answer go. Only what was asked in this POST can be answered by it (LIFE-6). */
class ParcelSink {
  /** What was wrong with a message that nobody can be named for. */
  unreadable: string | undefined;
  readonly #parcel: OutboundMessage;
  readonly #options: StreamableHttpOptions;

  constructor(parcel: OutboundMessage, options: StreamableHttpOptions) {
    this.#parcel = parcel;
    this.#options = options;
  }

  readonly take: MessageSink = (message) => {
    if (message.kind === "unreadable") this.#onUnreadable(message);
    else if (message.kind !== "response") this.#options.onMessage(message);
    else if (!answerPending(this.#parcel.requests, message)) {
      this.#options.diagnostics.event("remote.answer.dropped", { id: printable(message.id.raw, 60) });
    }
  };

  #onUnreadable(found: Unreadable): void {
    this.#options.diagnostics.event("remote.unreadable", { reason: found.reason });
    const meant = this.#parcel.requests.find((one) => !one.done && one.id.key === found.id?.key);
    if (meant === undefined) this.unreadable = found.reason;
    else meant.fail(badResponse(found.reason));
  }
}
