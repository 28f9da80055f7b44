import { isObject } from "../../core/mcp/message.ts";
import type { HttpError } from "../transport/transport.ts";

/** 4xx that speak of this one message, never of the session. */
const NOT_ABOUT_SESSIONS = new Set([405, 406, 408, 411, 413, 414, 415, 429, 431]);
/** Codes that servers give to errors of the transport; with any other an error is the answer of the method. */
const TRANSPORT_CODES: ReadonlySet<unknown> = new Set([-32600, -32000, -32001]);
const WORDS = /session|not initiali[sz]ed|uninitiali[sz]ed/i;

/**
 * Does the refusal say that the remote does not know the session (NET-2)? 404 is how the specification says it, an error
 * without a request's id speaks of the transport too: both are certain, and the message was not carried out. Others say
 * it in words alone, with 400, 401, 403, 409, 410; a tool may do so as well ("checkout session expired"), so that is
 * likely at most. The words are matched only here, because no code for it was ever agreed on.
 * @param named the request named a session
 */
export function sessionLoss(
  { status, answer, text }: HttpError,
  named: boolean,
): "certain" | "likely" | "no" {
  if (status < 400 || status >= 500 || NOT_ABOUT_SESSIONS.has(status)) return "no";
  const error = answer?.value.error;
  const ofTransport = answer === undefined || answer.id.key === "null";
  if (!ofTransport && isObject(error) && !TRANSPORT_CODES.has(error.code)) return "no";
  // -32601: the endpoint is there and the session too, but not the method.
  if (isObject(error) && error.code === -32601) return "no";
  const isWorded = WORDS.test(text);
  if (status === 404 && (named || (isWorded && answer !== undefined))) return "certain";
  if (!isWorded) return "no";
  return answer !== undefined && ofTransport ? "certain" : "likely";
}
