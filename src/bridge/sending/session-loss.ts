import { isObject, type MessageId } from "../../core/mcp/message.ts";
import { isListMethod, methodFacts } from "../../core/mcp/methods.ts";
import { saysSessionIsLost } from "../transport/session-words.ts";
import type { HttpError } from "../transport/transport.ts";

/** 4xx that speak of this one message, never of the session. */
const NOT_ABOUT_SESSIONS = new Set([405, 406, 408, 411, 413, 414, 415, 429, 431]);
/** Codes that servers give to errors of the transport; with any other an error is the answer of the method. */
const TRANSPORT_CODES: ReadonlySet<unknown> = new Set([-32600, -32000, -32001, -32002]);
/** Both "the server is not initialized" and "the resource was not found". */
const AMBIGUOUS_CODE = -32002;

/**
 * `certain`: the message was not carried out, and goes to the next session whatever it asks for. `likely`: only what may be
 * repeated does. `possible`: it is an answer, but somebody should look whether the session lives.
 */
export type SessionLoss = "certain" | "likely" | "possible" | "no";

/** What was refused. */
export interface RefusedRequest {
  /** A session was named. */
  readonly named: boolean;
  /** The requests in the message. */
  readonly requests: readonly { readonly id: MessageId; readonly method: string }[];
}

/**
 * Does the remote say that it does not know the session (NET-2)? 404 is how the specification says it, an error without a
 * request's id speaks of the transport too: both are certain. Others say it in words alone, with nearly any status, 200 among
 * them; a tool may do so as well ("checkout session expired"), so words are likely at most.
 */
export function sessionLoss(
  { status, answer, text }: Pick<HttpError, "status" | "answer" | "text">,
  { named, requests }: RefusedRequest,
): SessionLoss {
  if (NOT_ABOUT_SESSIONS.has(status)) return "no";
  const error = answer?.value.error;
  const code = isObject(error) ? error.code : undefined;
  // The endpoint is there and the session too, but not the method.
  if (code === -32601) return "no";
  const answered = answer && requests.find(({ id }) => id.key === answer.id.key);
  if (answered !== undefined && !TRANSPORT_CODES.has(code)) return lossInAnswer(answered.method, text);
  if (answered?.method.startsWith("resources/") && code === AMBIGUOUS_CODE && /resource/i.test(text))
    return "no";
  if (status === 404 && named && code !== AMBIGUOUS_CODE) return "certain";
  if (!saysSessionIsLost(text)) return "no";
  return answer?.id.key === "null" || (status === 404 && answer !== undefined) ? "certain" : "likely";
}

/** Of an error with a code of the method's own: what names something may speak of that thing's session. */
function lossInAnswer(method: string, text: string): SessionLoss {
  if (!saysSessionIsLost(text)) return "no";
  return isListMethod(method) || methodFacts(method).namesNothing ? "likely" : "possible";
}
