// One attempt to send a message over streamable HTTP: a POST, and everything that comes back on it.

import { asFailure, Failure } from "../../core/failure/failure.ts";
import type { Message, ResponseMessage, Unreadable } from "../../core/mcp/message.ts";
import type { Diagnostics } from "../../core/ports/diagnostics.ts";
import { printable, urlForPeople } from "../../core/text/printable.ts";
import type { OutboundMessage } from "../messages/outbound-message.ts";
import type { McpSession } from "../session/mcp-session.ts";
import { limitAnswer } from "./answer-limit.ts";
import { type BodyLimits, drain } from "./body-reader.ts";
import { answeredError, errorText, headerOf, readHttpError, responseInBody } from "./http-error.ts";
import { releaseOnCancel } from "./release-on-cancel.ts";
import type { RemoteHttp, RemoteRequest, RemoteResponse } from "./remote-http.ts";
import { responseKind } from "./response-kind.ts";
import { type MessageSink, type Reads, readEventStream, readJsonResponse } from "./response-reader.ts";
import { saysSessionIsLost } from "./session-words.ts";
import type { SseEvent } from "./sse-parser.ts";
import {
  answerPost,
  badResponse,
  isForReader,
  type OnRemoteMessage,
  type OnSession,
  onlyOne,
  type SendOutcome,
  type Transport,
} from "./transport.ts";

export interface StreamableHttpOptions {
  readonly remote: RemoteHttp;
  readonly bodyLimits: BodyLimits;
  /** For the headers of everything but tool calls. */
  readonly headersTimeoutMs: number;
  /** For those of tool calls; undefined: none. */
  readonly callHeadersTimeoutMs: number | undefined;
  readonly diagnostics: Diagnostics;
  readonly onMessage: OnRemoteMessage;
}

export function createStreamableHttp(options: StreamableHttpOptions): Transport {
  const { remote, bodyLimits, diagnostics } = options;

  async function attempt(
    outbound: OutboundMessage,
    request: RemoteRequest,
    onSession?: OnSession,
    onEnd?: () => void,
  ): Promise<SendOutcome> {
    let endLimit: (() => void) | undefined;
    try {
      const answer = await remote.send(request);
      endLimit = limitAnswer(outbound, answer.response, bodyLimits.clock);
      return await read(outbound, answer, request, onSession);
    } catch (error) {
      return { kind: "failed", failure: asFailure(error) };
    } finally {
      endLimit?.();
      onEnd?.();
    }
  }

  async function read(
    outbound: OutboundMessage,
    answer: RemoteResponse,
    { method, mcpSession }: RemoteRequest,
    onSession?: OnSession,
  ): Promise<SendOutcome> {
    const { response } = answer;
    const kind = responseKind(response.status, response.headers);
    if (kind === "foreign") return { kind: "failed", failure: responseInBody(response, remote.url) };
    if (kind === "challenge" || kind === "refused" || kind === "redirect") {
      const httpError = await readHttpError(answer, bodyLimits, remote.url);
      return { kind: kind === "challenge" ? "challenged" : "refused", httpError };
    }
    const sessionId = headerOf(response, "mcp-session-id");
    const isEmpty = kind === "accepted" || (kind !== "events" && outbound.requests.length === 0);
    // What waits for this answer goes out on its connection, and not on another that would have to be made.
    if (isEmpty) await drain(response, bodyLimits.clock);
    onSession?.(sessionId);
    if (isEmpty) return { kind: "ended", end: {}, accepted: true, ...elsewhere(outbound, options) };
    const stop = (): void => void response.body.destroy();
    const sink = new ResponseSink(outbound, mcpSession, options, stop, method === "GET");
    const form = kind === "unclear" ? "unclear" : "either";
    const end =
      kind === "json"
        ? await readJsonResponse(response, bodyLimits, sink.take, sink.reads)
        : await readEventStream(response, bodyLimits, sink.take, sink.reads, sink.takeOther, form);
    const { unreadable, doubtful } = sink;
    if (doubtful) return { kind: "refused", httpError: answeredError(answer, doubtful, remote.url) };
    if (sink.isOldTransport)
      return { kind: "failed", failure: oldTransport(remote.url), isOldTransport: true };
    const accepted = kind !== "events" && response.status === 202;
    const isOther = end.isOther === true || (unreadable !== undefined && sink.isEmpty);
    if (kind === "unclear" && isOther && !accepted)
      return { kind: "failed", failure: responseInBody(response, remote.url) };
    const isSilent = sink.isEmpty && unreadable === undefined && end.broken === undefined && !end.isCut;
    const isElsewhere = method === "POST" && (accepted || isSilent);
    return { kind: "ended", end, accepted, unreadable, ...(isElsewhere && elsewhere(outbound, options)) };
  }

  return {
    post(outbound, mcpSession, onSession) {
      const { bytes, headers, handle, signed, correlation } = outbound;
      const headersTimeoutMs = patienceFor(outbound, options);
      const rest = { mcpSession, headersTimeoutMs, handle, signed, correlation };
      const release = releaseOnCancel(outbound, bodyLimits.clock);
      return attempt(outbound, { method: "POST", body: bytes, headers, ...rest }, onSession, release);
    },
    resume(outbound, mcpSession, lastEventId, until) {
      diagnostics.event("answer.resumed", { operation: outbound.operation });
      const { handle, correlation } = outbound;
      const { headersTimeoutMs } = options;
      const signal = until ? AbortSignal.any([remote.signal, until]) : remote.signal;
      const rest = { mcpSession, lastEventId, headersTimeoutMs, signal, handle, correlation };
      const release = releaseOnCancel(outbound, bodyLimits.clock);
      return attempt(outbound, { method: "GET", accept: "text/event-stream", ...rest }, undefined, release);
    },
  };
}

/**
 * Everybody waits for a handshake, and notifications are only to be received: a connection that is dead without a word
 * must not cost more than this.
 */
const PROMPT_HEADERS_MS = 30_000;

function patienceFor(
  outbound: OutboundMessage,
  { headersTimeoutMs, callHeadersTimeoutMs }: StreamableHttpOptions,
): number | undefined {
  if (outbound.unlimited) return callHeadersTimeoutMs;
  const prompt = outbound.handshake || outbound.requests.length === 0;
  return prompt ? Math.min(headersTimeoutMs, PROMPT_HEADERS_MS) : headersTimeoutMs;
}

/** As the time-out of official SDKs: after it, hosts do not wait for these any more. */
const ELSEWHERE_MS = 60_000;
/** Calls may take as long as they like, but one for which the remote promised nothing is answered at last. */
const ELSEWHERE_CALL_MS = 600_000;

/** How long an answer may still come on the remote's own stream. A handshake has none. */
function elsewhere(
  { handshake, unlimited }: OutboundMessage,
  { headersTimeoutMs, callHeadersTimeoutMs }: StreamableHttpOptions,
): { readonly elsewhereMs?: number } {
  if (handshake) return {};
  if (unlimited) return { elsewhereMs: callHeadersTimeoutMs ?? ELSEWHERE_CALL_MS };
  return { elsewhereMs: Math.min(headersTimeoutMs, ELSEWHERE_MS) };
}

function oldTransport(url: URL): Failure {
  const words = `${urlForPeople(url)} answered as a server of the older transport HTTP+SSE.`;
  return new Failure("REMOTE_NOT_MCP", words, { hint: "Use --transport sse-only, or leave the flag out." });
}

/** Where the messages of one answer go. Only what was asked in this POST can be answered by it (LIFE-6). */
class ResponseSink {
  /** What was wrong with a message that nobody can be named for. */
  unreadable: string | undefined;
  /** An error that may speak of the session, and has not answered anybody yet. */
  doubtful: ResponseMessage | undefined;
  /** It is the stream of HTTP+SSE, which begins with the address for messages. */
  isOldTransport = false;
  /** No message came, whole or not. */
  isEmpty = true;
  readonly #outbound: OutboundMessage;
  readonly #mcpSession: McpSession | undefined;
  readonly #options: StreamableHttpOptions;
  readonly #stop: () => void;
  /** It belongs to a message that was sent before, and was carried out then. */
  readonly #isResumed: boolean;

  constructor(
    outbound: OutboundMessage,
    mcpSession: McpSession | undefined,
    options: StreamableHttpOptions,
    stop: () => void,
    isResumed: boolean,
  ) {
    this.#outbound = outbound;
    this.#mcpSession = mcpSession;
    this.#options = options;
    this.#stop = stop;
    this.#isResumed = isResumed;
  }

  readonly reads: Reads = (message) => isForReader(this.#outbound.requests, message);

  readonly take: MessageSink = (message) => {
    if (message.kind === "unreadable") {
      this.#onUnreadable(message);
      return;
    }
    this.isEmpty = false;
    if (message.kind !== "response") this.#accompanying(message);
    else if (this.#isDoubtful(message)) {
      // Nothing that is worth waiting for can follow: there is no other request.
      this.doubtful = message;
      this.#stop();
    } else if (!answerPost(this.#outbound.requests, message)) {
      this.#options.diagnostics.event("remote.answer.dropped", { id: printable(message.id.raw, 60) });
    } else if (onlyOne(this.#outbound.requests)?.kept !== undefined) this.#stop();
  };

  /** Events of other types belong to no message of this transport. */
  readonly takeOther = ({ type }: SseEvent): void => {
    if (type !== "endpoint" || !this.isEmpty || this.#isResumed) return;
    this.isOldTransport = true;
    this.#stop();
  };

  /** Does the error say that the session is lost? Whether it means ours is decided elsewhere (NET-2). */
  #isDoubtful(message: ResponseMessage): boolean {
    if (message.value.error === undefined || this.doubtful !== undefined) return false;
    const { requests } = this.#outbound;
    if (this.#isResumed || requests.some(({ done }) => done)) return false;
    const isOfAll = message.id.key === "null" || onlyOne(requests)?.id.key === message.id.key;
    return isOfAll && saysSessionIsLost(errorText(message));
  }

  #accompanying(message: Exclude<Message, ResponseMessage>): void {
    const { onMessage } = this.#outbound;
    if (onMessage === undefined) this.#options.onMessage(message, this.#mcpSession);
    else onMessage(message);
  }

  #onUnreadable(found: Unreadable): void {
    this.#options.diagnostics.event("remote.unreadable", { reason: found.reason });
    const meant = this.#outbound.requests.find((one) => !one.done && one.id.key === found.id?.key);
    if (meant === undefined) this.unreadable = found.reason;
    else {
      this.isEmpty = false;
      meant.fail(badResponse(found.reason));
    }
  }
}
