// What an attempt to send a message can come to, whatever carries it.

import { asFailure, Failure } from "../../core/failure/failure.ts";
import { type Message, type ResponseMessage, sameAsDouble, withId } from "../../core/mcp/message.ts";
import { isListMethod } from "../../core/mcp/methods.ts";
import type { Credentials } from "../../core/ports/authorizer.ts";
import { KNOWN_SECRETS } from "../../core/text/known-secrets.ts";
import { isSettled, type OutboundMessage } from "../messages/outbound-message.ts";
import type { PendingRequest } from "../messages/pending-request.ts";
import type { McpSession } from "../session/mcp-session.ts";
import type { Firewall } from "./firewall.ts";
import type { StreamEnd } from "./response-reader.ts";

/** How an attempt ended. What to do about it is decided elsewhere. */
export type SendOutcome =
  /** The answer was read to its end; whether it answered every request is seen at the message. */
  | {
      readonly kind: "ended";
      readonly end: StreamEnd;
      /** 202, or no body: nothing was promised. */
      readonly accepted: boolean;
      /** What was wrong with something that came in the place of a message. */
      readonly unreadable?: string | undefined;
      /** Nothing came, but may yet for so long on the remote's own stream, if it has one. Absent: nothing will. */
      readonly elsewhereMs?: number | undefined;
    }
  | { readonly kind: "challenged"; readonly httpError: HttpError }
  | { readonly kind: "refused"; readonly httpError: HttpError }
  /** The stream that carried the session is over: nothing was sent. */
  | { readonly kind: "session over" }
  | {
      readonly kind: "failed";
      readonly failure: Failure;
      /** It answered a POST as HTTP+SSE answers a GET. */
      readonly isOldTransport?: true;
    };

/** An HTTP error, with what its body says. */
export interface HttpError {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly wwwAuthenticate: readonly string[];
  readonly dpopNonce: string | undefined;
  readonly sent: Credentials | undefined;
  /** The JSON-RPC response in the body, if that is what it is. */
  readonly answer: ResponseMessage | undefined;
  /** What stands in front of the remote and refuses, if that is what answered. */
  readonly firewall?: Firewall | undefined;
  /** One sentence for people: status, address, the remote's own words. */
  readonly sentence: string;
  /** The body's first characters, for recognising what it says about the session. */
  readonly text: string;
}

/** A request or notification of the remote, with the session it came in; undefined: a handshake's, or none. */
export type OnRemoteMessage = (
  message: Exclude<Message, ResponseMessage>,
  mcpSession: McpSession | undefined,
) => void;

/** Hears that the remote answers, and the session id of the answer; undefined: it names none. */
export type OnSession = (id: string | undefined) => void;

export interface Transport {
  /** Never rejects. `onSession` hears the session id before the first message is handed on. */
  post(
    outbound: OutboundMessage,
    mcpSession: McpSession | undefined,
    onSession?: OnSession,
  ): Promise<SendOutcome>;
  /**
   * Takes up the stream that was to bring the answers (GET with `Last-Event-ID`). Never rejects.
   * @param signal gives it up
   */
  resume(
    outbound: OutboundMessage,
    mcpSession: McpSession | undefined,
    lastEventId: string,
    signal?: AbortSignal,
  ): Promise<SendOutcome>;
}

/**
 * Gives a response to the one open request it answers. False: there is none. A number that the remote rounded
 * to a double counts, and is put right, as otherwise the host would never see its answer.
 */
export function answerPending(requests: OutboundMessage["requests"], message: ResponseMessage): boolean {
  const exact = requests.find((one) => !one.done && one.id.key === message.id.key);
  if (exact) {
    respond(exact, message);
    return true;
  }
  const rounded = requests.find((one) => !one.done && sameAsDouble(one.id, message.id));
  if (rounded) respond(rounded, { ...message, id: rounded.id, bytes: withId(message, rounded.id) });
  return rounded !== undefined;
}

/** Does it answer a request whose result the bridge reads: a list, or the handshake? */
export function isForReader(requests: OutboundMessage["requests"], { id }: ResponseMessage): boolean {
  return requests.some(
    (one) =>
      !one.done &&
      (isListMethod(one.method) || one.method === "initialize") &&
      (one.id.key === id.key || sameAsDouble(one.id, id)),
  );
}

/**
 * The same for what answers a POST: an error without an id can speak of one request only, if there is one only (JSON-RPC 5:
 * the id is null where it could not be read).
 */
export function answerPost(requests: OutboundMessage["requests"], message: ResponseMessage): boolean {
  const only = message.id.key === "null" && message.value.error !== undefined ? onlyOne(requests) : undefined;
  if (only === undefined) return answerPending(requests, message);
  // It becomes an answer of ours, and what leaves in those tells no secret.
  const text = message.bytes.toString("utf8", 0, 64 << 10);
  if (KNOWN_SECRETS.hide(text) !== text) return false;
  respond(only, { ...message, id: only.id, bytes: withId(message, only.id) });
  return true;
}

/** The only request of a message, as long as nobody answered it. */
export function onlyOne(requests: OutboundMessage["requests"]): PendingRequest | undefined {
  const [first] = requests;
  return requests.length === 1 && first?.done === false ? first : undefined;
}

/** A bug on the answer's way becomes the answer, and is for the guard where the message came in. */
function respond(pending: PendingRequest, message: ResponseMessage): void {
  try {
    pending.respond(message);
  } catch (error) {
    pending.fail(asFailure(error));
    throw error;
  }
}

/** Fails every request in the message that is still open. */
export function failPending(outbound: OutboundMessage, failure: Failure): void {
  if (isSettled(outbound)) return;
  for (const pending of outbound.requests) pending.fail(failure);
}

/** @param reason completes "an answer that ..." */
export function badResponse(reason: string): Failure {
  return new Failure("REMOTE_BAD_ANSWER", `The server sent an answer that ${reason}.`);
}
