// One attempt to deliver a parcel over streamable HTTP: a POST, and everything that comes back on it.

import { asFailure } from "../../core/failure/failure.ts";
import type { Message, ResponseMessage, Unreadable } from "../../core/mcp/message.ts";
import type { Diagnostics } from "../../core/ports/diagnostics.ts";
import { printable } from "../../core/text/printable.ts";
import type { Parcel } from "../messages/outbound-message.ts";
import { drain, type Reading } from "./body-reader.ts";
import { foreignAnswer, headerOf, readRefusal } from "./http-error.ts";
import type { Remote, RemoteAnswer, RemoteRequest } from "./remote-http.ts";
import { answerKind } from "./response-kind.ts";
import { type MessageSink, readEventAnswer, readJsonAnswer } from "./response-reader.ts";
import { badAnswer, type Exchange, handTo, type OnSession, type Outcome } from "./transport.ts";

export interface ExchangeOptions {
  readonly remote: Remote;
  readonly reading: Reading;
  /** For the headers of everything but tool calls. */
  readonly headersTimeoutMs: number;
  readonly diagnostics: Diagnostics;
  /** Requests and notifications of the remote. */
  readonly onMessage: (message: Exclude<Message, ResponseMessage>) => void;
}

export function createExchange(options: ExchangeOptions): Exchange {
  const { remote, reading, diagnostics } = options;

  async function attempt(parcel: Parcel, request: RemoteRequest, onSession?: OnSession): Promise<Outcome> {
    try {
      const answer = await remote.send(request);
      return await read(parcel, answer, onSession);
    } catch (error) {
      return { kind: "failed", failure: asFailure(error) };
    }
  }

  async function read(parcel: Parcel, answer: RemoteAnswer, onSession?: OnSession): Promise<Outcome> {
    const { response } = answer;
    const kind = answerKind(response.status, response.headers);
    switch (kind) {
      case "challenge":
        return { kind: "challenged", refusal: await readRefusal(answer, reading, remote.url) };
      case "refused":
      case "redirect":
        return { kind: "refused", refusal: await readRefusal(answer, reading, remote.url) };
      case "foreign":
        return { kind: "failed", failure: foreignAnswer(response, remote.url) };
    }
    onSession?.(headerOf(response, "mcp-session-id"));
    const sink = new ParcelSink(parcel, options);
    if (kind === "events") {
      const end = await readEventAnswer(response, reading, sink.take);
      return { kind: "ended", end, accepted: false, unreadable: sink.unreadable };
    }
    if (kind === "accepted" || parcel.requests.length === 0) {
      drain(response, reading.clock);
      return { kind: "ended", end: {}, accepted: true };
    }
    const end = await readJsonAnswer(response, reading, sink.take);
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
function patienceFor(parcel: Parcel, usualMs: number): number | undefined {
  if (parcel.operation.startsWith("tools/call") || parcel.operation === "batch") return undefined;
  const prompt = parcel.handshake || parcel.requests.length === 0;
  return prompt ? Math.min(usualMs, PROMPT_HEADERS_MS) : usualMs;
}

/** Where the messages of one answer go. Only what was asked in this POST can be answered by it (LIFE-6). */
class ParcelSink {
  /** What was wrong with a message that nobody can be named for. */
  unreadable: string | undefined;
  readonly #parcel: Parcel;
  readonly #options: ExchangeOptions;

  constructor(parcel: Parcel, options: ExchangeOptions) {
    this.#parcel = parcel;
    this.#options = options;
  }

  readonly take: MessageSink = (message) => {
    if (message.kind === "unreadable") this.#onUnreadable(message);
    else if (message.kind !== "response") this.#options.onMessage(message);
    else if (!handTo(this.#parcel.requests, message)) {
      this.#options.diagnostics.event("remote.answer.dropped", { id: printable(message.id.raw, 60) });
    }
  };

  #onUnreadable(found: Unreadable): void {
    this.#options.diagnostics.event("remote.unreadable", { reason: found.reason });
    const meant = this.#parcel.requests.find((one) => !one.done && one.id.key === found.id?.key);
    if (meant === undefined) this.unreadable = found.reason;
    else meant.fail(badAnswer(found.reason));
  }
}
