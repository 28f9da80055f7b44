import type { HttpError } from "../transport/transport.ts";

/** 4xx that speak of this one message, never of the session. */
const NOT_ABOUT_SESSIONS = new Set([405, 406, 408, 411, 413, 414, 415, 429, 431]);

/**
 * Does the refusal say that the remote does not know the session (NET-2)? `named`: the request named one. 404 is how the
 * specification says it; others say it in words, with 400, 401, 403, 409, 410... The words are matched only here,
 * because no code for it was ever agreed on; to be wrong costs one more handshake.
 */
export function isSessionLost(httpError: HttpError, named: boolean): boolean {
  const { status, answer, text } = httpError;
  if (status < 400 || status >= 500 || NOT_ABOUT_SESSIONS.has(status)) return false;
  // -32601: the endpoint is there and the session too, but not the method.
  if (status === 404 && named) return !isMethodNotFound(answer);
  return /session|not initiali[sz]ed|uninitiali[sz]ed/i.test(text);
}

function isMethodNotFound(answer: HttpError["answer"]): boolean {
  const error = answer?.value.error;
  return typeof error === "object" && error !== null && "code" in error && error.code === -32601;
}
