// One attempt to deliver a parcel: a POST, and everything that comes back on it.

import { asFailure, Failure } from "../core/failure.ts";
import {
  isObject,
  type Message,
  type ResponseMessage,
  readMessage,
  sameAsDouble,
  type Unreadable,
  withId,
} from "../core/message.ts";
import type { Credentials } from "../core/ports/authorizer.ts";
import type { Diagnostics } from "../core/ports/diagnostics.ts";
import type { HttpResponse } from "../core/ports/http.ts";
import { printable, quoted, urlForPeople } from "../core/text.ts";
import { answerKind, isJson, mediaType } from "./answer-kind.ts";
import { type MessageSink, readEventAnswer, readJsonAnswer, type StreamEnd } from "./answer-reader.ts";
import { collectBody, type Gate } from "./body.ts";
import type { Connection } from "./connection.ts";
import { isSettled, type Parcel } from "./parcel.ts";
import type { Remote } from "./remote.ts";

/** How an attempt ended. What to do about it is decided elsewhere. */
export type Outcome =
  /** The answer was read to its end; whether it answered every request is seen at the parcel. */
  | { readonly kind: "ended"; readonly end: StreamEnd; readonly accepted: boolean }
  | { readonly kind: "challenged"; readonly refusal: Refusal }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | { readonly kind: "failed"; readonly failure: Failure };

/** An HTTP error, with what its body says. */
export interface Refusal {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly wwwAuthenticate: readonly string[];
  readonly dpopNonce: string | undefined;
  readonly sent: Credentials | undefined;
  /** The JSON-RPC response in the body, if that is what it is. */
  readonly answer: ResponseMessage | undefined;
  /** One sentence for people: status, address, the remote's own words. */
  readonly sentence: string;
  /** The body's first characters, for recognising what it says about the session. */
  readonly text: string;
}

export interface Exchange {
  /** Never rejects. `onSession` hears the session id before the first message is handed on. */
  post(
    parcel: Parcel,
    connection: Connection | undefined,
    onSession?: (id: string | undefined) => void,
  ): Promise<Outcome>;
  /** Takes up the stream that was to bring the parcel's answers (GET with `Last-Event-ID`). Never rejects. */
  resume(parcel: Parcel, connection: Connection | undefined, lastEventId: string): Promise<Outcome>;
}

export interface ExchangeOptions {
  readonly remote: Remote;
  readonly gate: Gate;
  readonly maxMessageBytes: number;
  /** For the headers of everything but tool calls. */
  readonly headersTimeoutMs: number;
  readonly diagnostics: Diagnostics;
  /** Requests and notifications of the remote. */
  readonly onMessage: (message: Exclude<Message, ResponseMessage>) => void;
}

/** What is read of an error's body. */
const MAX_ERROR_BYTES = 1 << 20;

export function createExchange(options: ExchangeOptions): Exchange {
  const { remote, gate, maxMessageBytes, diagnostics } = options;

  async function post(
    parcel: Parcel,
    connection: Connection | undefined,
    onSession?: (id: string | undefined) => void,
  ): Promise<Outcome> {
    try {
      const { response, credentials } = await remote.send({
        method: "POST",
        body: parcel.bytes,
        connection,
        headersTimeoutMs: parcel.operation.startsWith("tools/call") ? undefined : options.headersTimeoutMs,
      });
      return await read(parcel, response, credentials, onSession);
    } catch (error) {
      return { kind: "failed", failure: asFailure(error) };
    }
  }

  async function resume(
    parcel: Parcel,
    connection: Connection | undefined,
    lastEventId: string,
  ): Promise<Outcome> {
    try {
      const { response, credentials } = await remote.send({
        method: "GET",
        accept: "text/event-stream",
        connection,
        lastEventId,
        headersTimeoutMs: options.headersTimeoutMs,
      });
      const kind = answerKind(response.status, response.headers);
      if (kind !== "events") return { kind: "refused", refusal: await readRefusal(response, credentials) };
      const end = await readEventAnswer(response, gate, maxMessageBytes, sinkFor(parcel));
      return { kind: "ended", end, accepted: false };
    } catch (error) {
      return { kind: "failed", failure: asFailure(error) };
    }
  }

  async function read(
    parcel: Parcel,
    response: HttpResponse,
    credentials: Credentials | undefined,
    onSession?: (id: string | undefined) => void,
  ): Promise<Outcome> {
    const kind = answerKind(response.status, response.headers);
    if (kind === "challenge")
      return { kind: "challenged", refusal: await readRefusal(response, credentials) };
    if (kind === "refused" || kind === "redirect") {
      return { kind: "refused", refusal: await readRefusal(response, credentials) };
    }
    if (kind === "foreign") return { kind: "failed", failure: await foreign(response) };
    onSession?.(headerOf(response, "mcp-session-id"));
    const sink = sinkFor(parcel);
    if (kind === "events") {
      const end = await readEventAnswer(response, gate, maxMessageBytes, sink);
      return { kind: "ended", end, accepted: false };
    }
    if (kind === "accepted" || parcel.requests.length === 0) {
      response.body.on("error", () => undefined).resume();
      return { kind: "ended", end: {}, accepted: true };
    }
    return {
      kind: "ended",
      end: await readJsonAnswer(response, gate, maxMessageBytes, sink),
      accepted: false,
    };
  }

  function sinkFor(parcel: Parcel): MessageSink {
    return (message) => {
      if (message.kind === "response") hand(parcel, message);
      else if (message.kind === "unreadable") onUnreadable(parcel, message);
      else options.onMessage(message);
    };
  }

  /** Only what was asked in this POST can be answered by it (LIFE-6). */
  function hand(parcel: Parcel, message: ResponseMessage): void {
    if (handTo(parcel.requests, message)) return;
    diagnostics.event("remote.answer.dropped", { id: printable(message.id.raw, 60) });
  }

  function onUnreadable(parcel: Parcel, found: Unreadable): void {
    diagnostics.event("remote.unreadable", { reason: found.reason });
    // Which request it was meant for is certain where it names one, or where there is only one.
    const named = parcel.requests.find((one) => !one.done && one.id.key === found.id?.key);
    const meant =
      named ?? (found.id === undefined && parcel.requests.length === 1 ? parcel.requests[0] : undefined);
    meant?.fail(new Failure("REMOTE_BAD_ANSWER", `The remote sent an answer that ${found.reason}.`));
  }

  async function readRefusal(response: HttpResponse, sent: Credentials | undefined): Promise<Refusal> {
    const body = await collectBody(response, gate, MAX_ERROR_BYTES).catch(() => undefined);
    const text = body?.toString("utf8", 0, 2_000) ?? "";
    const type = mediaType(headerOf(response, "content-type"));
    const found = body && (isJson(type) || type === "") ? errorAnswerIn(body) : undefined;
    const said = found ? errorMessage(found) : isJson(type) || type === "text/plain" ? text : "";
    const words = said.trim() === "" ? "" : `: ${quoted(said)}`;
    return {
      status: response.status,
      retryAfter: headerOf(response, "retry-after"),
      wwwAuthenticate: response.headerValues("www-authenticate"),
      dpopNonce: headerOf(response, "dpop-nonce"),
      sent,
      answer: found,
      sentence: `${urlForPeople(remote.url)} answered ${response.status}${words}.`,
      text,
    };
  }

  async function foreign(response: HttpResponse): Promise<Failure> {
    response.body.destroy();
    const type = quoted(headerOf(response, "content-type") ?? "nothing", 80);
    return new Failure(
      "REMOTE_NOT_MCP",
      `${urlForPeople(remote.url)} answered with ${type} in place of MCP.`,
      {
        status: response.status,
      },
    );
  }

  return { post, resume };
}

/**
 * Gives a response to the one open request it answers. False: there is none. A number that the remote rounded
 * to a double counts, and is put right, as otherwise the host would never see its answer.
 */
export function handTo(requests: Parcel["requests"], message: ResponseMessage): boolean {
  const exact = requests.find((one) => !one.done && one.id.key === message.id.key);
  if (exact) {
    exact.respond(message);
    return true;
  }
  const rounded = requests.find((one) => !one.done && sameAsDouble(one.id, message.id));
  rounded?.respond({ ...message, id: rounded.id, bytes: withId(message, rounded.id) });
  return rounded !== undefined;
}

/** Fails whatever in the parcel is still open. */
export function failOpen(parcel: Parcel, failure: Failure): void {
  if (isSettled(parcel)) return;
  for (const waiting of parcel.requests) waiting.fail(failure);
}

function errorAnswerIn(body: Buffer): ResponseMessage | undefined {
  const found = readMessage(body);
  return found.kind === "response" && found.value.error !== undefined ? found : undefined;
}

function errorMessage(answer: ResponseMessage): string {
  const { error } = answer.value;
  return isObject(error) && typeof error.message === "string" ? error.message : "";
}

function headerOf(response: HttpResponse, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
