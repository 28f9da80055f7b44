// HTTP+SSE, the transport of revision 2024-11-05: one stream that brings everything, and an endpoint named on it
// that takes every message (NET-7).

import { within } from "../../core/deadline.ts";
import { asFailure, Failure } from "../../core/failure/failure.ts";
import type { Message, Unreadable } from "../../core/mcp/message.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { HttpResponse } from "../../core/ports/http.ts";
import type { Runtime } from "../../core/ports/runtime.ts";
import { quoted, urlForPeople } from "../../core/text/printable.ts";
import type { OutboundMessage, Signed } from "../messages/outbound-message.ts";
import type { PendingRequest } from "../messages/pending-request.ts";
import { answerLimitMs, answerTooSlow } from "./answer-limit.ts";
import { type BodyLimits, drain } from "./body-reader.ts";
import { readHttpError, responseInBody } from "./http-error.ts";
import { releaseOnCancel } from "./release-on-cancel.ts";
import type { RemoteHttp } from "./remote-http.ts";
import { type ResponseKind, responseKind } from "./response-kind.ts";
import { type MessageSink, type Reads, readEventStream, readJsonResponse } from "./response-reader.ts";
import {
  answerPending,
  answerPost,
  badResponse,
  isForReader,
  type OnRemoteMessage,
  type OnSession,
  type SendOutcome,
  type Transport,
} from "./transport.ts";

export interface HttpSse2024Options extends Pick<Runtime, "clock" | "diagnostics"> {
  readonly remote: RemoteHttp;
  readonly bodyLimits: BodyLimits;
  readonly headersTimeoutMs: number;
  readonly onMessage: OnRemoteMessage;
  /** The stream of an open session broke: everything needs a new one. */
  readonly onLost: () => void;
}

/** One stream and what waits for it. */
interface SseStream {
  readonly endpoint: URL;
  readonly pending: Set<PendingRequest>;
  /** Called once when the stream is over. Whoever does not wait any more takes his own out. */
  readonly onEnd: Set<() => void>;
  isOver: boolean;
}

/** How long the remote may take to name its endpoint. */
const ENDPOINT_WAIT_MS = 10_000;

export function createHttpSse2024(options: HttpSse2024Options): Transport {
  const { remote, bodyLimits } = options;
  let current: SseStream | undefined;
  let aborter = new AbortController();

  async function post(
    outbound: OutboundMessage,
    _connection: unknown,
    onSession?: OnSession,
  ): Promise<SendOutcome> {
    try {
      if (outbound.handshake) {
        const opened = await open(outbound.signed);
        if ("kind" in opened) return opened;
        current = opened;
      }
      if (current === undefined || current.isOver) return { kind: "session over" };
      return await say(outbound, current, onSession);
    } catch (error) {
      return { kind: "failed", failure: asFailure(error) };
    }
  }

  async function say(outbound: OutboundMessage, to: SseStream, onSession?: OnSession): Promise<SendOutcome> {
    for (const pending of outbound.requests) to.pending.add(pending);
    // The answer comes on the stream, perhaps before that to the POST.
    if (outbound.handshake) onSession?.(undefined);
    const release = releaseOnCancel(outbound, options.clock);
    try {
      const answer = await remote.send({
        method: "POST",
        url: to.endpoint,
        body: outbound.bytes,
        mcpSession: undefined,
        headersTimeoutMs: options.headersTimeoutMs,
        handle: outbound.handle,
        signed: outbound.signed,
        correlation: outbound.correlation,
      });
      const kind = responseKind(answer.response.status, answer.response.headers);
      if (kind === "challenge" || kind === "refused" || kind === "redirect") {
        const httpError = await readHttpError(answer, bodyLimits, remote.url);
        return { kind: kind === "challenge" ? "challenged" : "refused", httpError };
      }
      const { response } = answer;
      if (kind === "foreign") return { kind: "failed", failure: responseInBody(response, remote.url) };
      onSession?.(undefined);
      if (kind !== "accepted" && outbound.requests.length > 0) void readAnswer(response, outbound, kind);
      else void drain(response, options.clock);
      const limitMs = answerLimitMs(outbound);
      const isLate = await settledOrOver(outbound, to, limitMs, options.clock);
      if (!response.body.closed) void drain(response, options.clock);
      if (isLate) return { kind: "failed", failure: answerTooSlow(limitMs ?? 0) };
      return { kind: "ended", end: {}, accepted: false };
    } finally {
      release();
      for (const pending of outbound.requests) to.pending.delete(pending);
    }
  }

  /** The answer belongs on the stream; some give it here. What else stands here says nothing. */
  async function readAnswer(
    response: HttpResponse,
    { requests }: OutboundMessage,
    kind: ResponseKind,
  ): Promise<void> {
    const sink: MessageSink = (message) => {
      if (message.kind === "response") answerPost(requests, message);
    };
    const reads: Reads = (message) => isForReader(requests, message);
    await (kind === "json"
      ? readJsonResponse(response, bodyLimits, sink, reads)
      : readEventStream(response, bodyLimits, sink, reads, undefined, "unclear"));
  }

  /** A new stream, in the place of the old one. */
  async function open(signed: Signed): Promise<SseStream | SendOutcome> {
    aborter.abort(new Failure("NETWORK_RESET", "The stream was replaced by a new one."));
    aborter = new AbortController();
    const { signal } = aborter;
    remote.signal.addEventListener("abort", () => aborter.abort(remote.signal.reason), {
      once: true,
      signal,
    });
    const { headersTimeoutMs } = options;
    const accept = "text/event-stream";
    const answer = await remote.send({
      method: "GET",
      accept,
      mcpSession: undefined,
      // Many are only asked whether they speak this.
      headersTimeoutMs: Math.min(headersTimeoutMs, ENDPOINT_WAIT_MS),
      signal,
      signed,
    });
    const { response } = answer;
    const kind = responseKind(response.status, response.headers);
    if (kind === "challenge" || kind === "refused") {
      const httpError = await readHttpError(answer, bodyLimits, remote.url);
      return { kind: kind === "challenge" ? "challenged" : "refused", httpError };
    }
    if (kind !== "events") return { kind: "failed", failure: responseInBody(response, remote.url) };

    const pending = new Set<PendingRequest>();
    let onEndpoint: (text: string) => void = () => undefined;
    const named = new Promise<string>((resolve) => {
      onEndpoint = resolve;
    });
    const ended = readEventStream(
      response,
      bodyLimits,
      (message) => take(message, pending),
      (message) => isForReader([...pending], message),
      (event) => {
        if (event.type === "endpoint") onEndpoint(event.data.toString("utf8", 0, MAX_ENDPOINT + 1));
      },
    );
    const first = Promise.race([named, ended.then(() => undefined)]);
    const text = await within(options.clock, ENDPOINT_WAIT_MS, first, () => undefined);
    if (text === undefined) {
      response.body.destroy();
      const words = `${urlForPeople(remote.url)} opened a stream but named no endpoint on it.`;
      return { kind: "failed", failure: new Failure("REMOTE_NOT_MCP", words) };
    }
    const endpoint = text.length > MAX_ENDPOINT ? undefined : endpointUrl(text);
    if (endpoint === undefined) {
      response.body.destroy();
      return { kind: "failed", failure: badEndpoint(text) };
    }
    const opened: SseStream = { endpoint, pending, onEnd: new Set(), isOver: false };
    options.diagnostics.event("sse.open", { endpoint: urlForPeople(opened.endpoint) });
    void ended.then(() => {
      opened.isOver = true;
      for (const tell of opened.onEnd) tell();
      if (current === opened) options.onLost();
    });
    return opened;
  }

  function take(message: Message | Unreadable, pending: Set<PendingRequest>): void {
    if (message.kind === "unreadable") {
      options.diagnostics.event("remote.unreadable", { reason: message.reason });
      const meant = [...pending].find((one) => one.id.key === message.id?.key);
      meant?.fail(badResponse(message.reason));
    } else if (message.kind !== "response") options.onMessage(message, undefined);
    else if (!answerPending([...pending], message)) options.diagnostics.event("remote.answer.dropped");
  }

  /** Every message and token goes there, so it must not be somebody else's (NET-7); undefined: it is. */
  function endpointUrl(text: string): URL | undefined {
    if (!URL.canParse(text, remote.url.href)) return undefined;
    const url = new URL(text, remote.url);
    const fits = url.origin === remote.url.origin && url.username === "" && url.password === "";
    return fits ? url : undefined;
  }

  return {
    post,
    // Events of this transport have no ids that count.
    resume: () => Promise.resolve({ kind: "session over" }),
  };
}

/**
 * Resolves when every request has its answer, or the stream is over; true: when neither came in time. Nothing of a call stays with the stream, which may
 * live for days.
 */
function settledOrOver(
  outbound: OutboundMessage,
  to: SseStream,
  limitMs: number | undefined,
  clock: Clock,
): Promise<boolean> {
  if (to.isOver) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (isLate: boolean): void => {
      cancelTimer?.();
      to.onEnd.delete(onEnd);
      resolve(isLate);
    };
    const onEnd = (): void => end(false);
    const cancelTimer = limitMs === undefined ? undefined : clock.after(limitMs, () => end(true));
    to.onEnd.add(onEnd);
    void Promise.all(outbound.requests.map((pending) => pending.whenDone)).then(onEnd);
  });
}

/** In bytes. */
const MAX_ENDPOINT = 2 << 10;

function badEndpoint(text: string): Failure {
  const hint = "It must be at the same origin as the server itself. Ask whoever runs it.";
  const words = `The server named ${quoted(text)} as the endpoint for messages.`;
  return new Failure("REMOTE_BAD_ANSWER", words, { hint });
}
