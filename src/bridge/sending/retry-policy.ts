// Decides what follows an attempt to send a message. Pure: the table of NET-2 to NET-5.

import { Failure, isFailure } from "../../core/failure/failure.ts";
import type { ResponseMessage } from "../../core/mcp/message.ts";
import { pauseMs, retryAfterMs } from "../../core/pause.ts";
import type { Credentials } from "../../core/ports/authorizer.ts";
import { isSettled, type OutboundMessage } from "../messages/outbound-message.ts";
import type { McpSession } from "../session/mcp-session.ts";
import { badResponse, type HttpError, type SendOutcome } from "../transport/transport.ts";
import { mayBeToken } from "./doubtful-token.ts";
import { httpErrorFailure, noAnswer, tokenRejected, tooLarge, unknownOutcome } from "./send-failures.ts";
import { sessionLoss } from "./session-loss.ts";

export type RetryDecision =
  | { readonly do: "stop" }
  /** `doubt`: the session may be lost as well. */
  | { readonly do: "fail"; readonly failure: Failure; readonly doubt?: boolean }
  /** The remote's own error belongs to the request. */
  | {
      readonly do: "pass";
      readonly answer: ResponseMessage;
      readonly otherwise: Failure;
      readonly doubt?: boolean;
    }
  | { readonly do: "again"; readonly afterMs: number; readonly failure: Failure }
  /** `otherwise`: what follows where the authorizer finds nothing to sign in to. */
  | { readonly do: "authorize"; readonly httpError: HttpError; readonly otherwise?: RetryDecision }
  /** Renew the token, if that can be done, and then send it again if it may be. `otherwise`: what follows else. */
  | {
      readonly do: "renew";
      readonly sent: Credentials;
      readonly repeats: boolean;
      readonly otherwise: RetryDecision;
    }
  | { readonly do: "recover"; readonly failure: Failure }
  /** The answer may come on the remote's own stream. `otherwise`: what follows if it does not. */
  | { readonly do: "listen"; readonly forMs: number; readonly otherwise: RetryDecision }
  /** Take the stream up where it broke (NET-4). */
  | { readonly do: "resume"; readonly lastEventId: string; readonly retryMs: number | undefined };

/** What was already done for the message. */
export interface SendAttempts {
  /** POSTs so far. */
  readonly attempts: number;
  readonly challenges: number;
  readonly recoveries: number;
  /** Of the token, that the remote did not ask for. */
  readonly renewals: number;
  /** Since the first attempt, or since the last one that got further. */
  readonly elapsedMs: number;
  /** The session in which it was sent; undefined: in none. */
  readonly mcpSession: McpSession | undefined;
}

/** Connection failures are retried this long. */
export const RETRY_BUDGET_MS = 30_000;
/** Who renews the token keeps the pauses with the issuer; asking whether it is there costs nothing (TOK-5). */
export const RENEWAL_POLL_MS = 500;
/** A `Retry-After` up to here is waited for. */
const MAX_RETRY_AFTER_MS = 60_000;
/** A DPoP nonce, a renewal, two widenings of the scope, one to spare. The authorizer has bounds of its own. */
const MAX_CHALLENGES = 5;
const MAX_ATTEMPTS_AFTER_SENDING = 4;
/** What is safe to ask again does not wait longer for an answer elsewhere, where the stream it was to come on was empty. */
const ASK_AGAIN_MS = 5_000;

/** Failures that a moment later may be gone, of the remote or of its issuer. A certificate or a blocked address will not. */
const PASSING = new Set([
  "NETWORK_DNS",
  "NETWORK_REFUSED",
  "NETWORK_TIMEOUT",
  "NETWORK_RESET",
  "AUTH_REFRESH_FAILED",
  "LOCAL_BUSY",
]);
const BUSY_STATUS = new Set([429, 502, 503, 504]);

/** Is it a trouble that may be gone in a moment, the remote or its issuer being down or busy? */
export function isTransient(failure: Failure): boolean {
  if (PASSING.has(failure.code) || failure.code === "REMOTE_BUSY") return true;
  return failure.code === "REMOTE_HTTP_ERROR" && BUSY_STATUS.has(failure.status ?? 0);
}

/** @param jitter 0 <= x < 1 */
export function decideRetry(
  outbound: OutboundMessage,
  outcome: SendOutcome,
  tries: SendAttempts,
  nowMs: number,
  jitter: number,
): RetryDecision {
  const next = decide(outbound, outcome, tries, nowMs, jitter);
  const sent = outbound.signed.by;
  const isOver = next.do === "fail" || next.do === "pass";
  if (!isOver || sent === undefined || tries.renewals > 0 || !mayBeToken(outbound, outcome)) return next;
  // A redirect that asks for the same request elsewhere was not followed: nothing was carried out.
  const repeats = outbound.safe || (outcome.kind === "failed" && outcome.failure.received === "no");
  return { do: "renew", sent, repeats, otherwise: next };
}

function decide(
  outbound: OutboundMessage,
  outcome: SendOutcome,
  tries: SendAttempts,
  nowMs: number,
  jitter: number,
): RetryDecision {
  if (isSettled(outbound)) return { do: "stop" };
  switch (outcome.kind) {
    case "failed":
      // Nobody there takes messages: the remote has become another one.
      if (outcome.isOldTransport && tries.mcpSession !== undefined && tries.recoveries === 0)
        return { do: "recover", failure: outcome.failure };
      return afterFailure(outbound, outcome.failure, tries, jitter);
    case "ended":
      return afterEnd(outbound, outcome, tries, jitter);
    case "challenged":
      return tries.challenges < MAX_CHALLENGES
        ? { do: "authorize", httpError: outcome.httpError }
        : { do: "fail", failure: tokenRejected(outcome.httpError) };
    case "refused": {
      const { httpError } = outcome;
      const next = afterHttpError(outbound, httpError, tries, nowMs, jitter);
      return mayBeSignIn(httpError, tries) ? { do: "authorize", httpError, otherwise: next } : next;
    }
    case "session over": {
      const failure = new Failure(
        "REMOTE_SESSION_LOST",
        "The server ended its event stream, and the session with it.",
        { received: "no" },
      );
      // The stream was this handshake's own: there is no session that could be made anew.
      if (outbound.handshake) return again(failure, tries, jitter);
      return tries.recoveries === 0 ? { do: "recover", failure } : { do: "fail", failure };
    }
  }
}

/** Some answer 403 without a challenge to whom nobody signed in; what the remote publishes about itself tells (RFC 9728). */
function mayBeSignIn({ status, sent, answer, firewall }: HttpError, { challenges }: SendAttempts): boolean {
  if (status !== 403 || sent !== undefined || challenges > 0) return false;
  return answer === undefined && firewall?.isSure !== true;
}

function afterFailure(
  outbound: OutboundMessage,
  failure: Failure,
  tries: SendAttempts,
  jitter: number,
): RetryDecision {
  // Attempts in the background are repeated by whoever makes them, with longer pauses.
  const once = outbound.handshake && outbound.cause === "background";
  if (!PASSING.has(failure.code) || once) return { do: "fail", failure };
  if (failure.received === "no") return again(failure, tries, jitter);
  if (!outbound.safe) return { do: "fail", failure: unknownOutcome(failure) };
  // However long it was under way (the computer slept, the other end was gone): once more is always fair.
  if (tries.attempts === 1) return { do: "again", afterMs: backOffMs(1, jitter), failure };
  return tries.attempts < MAX_ATTEMPTS_AFTER_SENDING
    ? again(failure, tries, jitter)
    : { do: "fail", failure };
}

function afterEnd(
  outbound: OutboundMessage,
  outcome: SendOutcome & { kind: "ended" },
  tries: SendAttempts,
  jitter: number,
): RetryDecision {
  const { end } = outcome;
  if (outbound.requests.length === 0) return { do: "stop" };
  if (end.tooLarge) return { do: "fail", failure: tooLarge() };
  if (isFailure(end.broken, "NETWORK_TOO_LARGE")) return { do: "fail", failure: end.broken };
  if (end.lastEventId !== undefined) {
    return { do: "resume", lastEventId: end.lastEventId, retryMs: end.retryMs };
  }
  const next = afterSilence(outbound, outcome, tries, jitter);
  if (outcome.elsewhereMs === undefined) return next;
  const forMs = next.do === "again" ? Math.min(outcome.elsewhereMs, ASK_AGAIN_MS) : outcome.elsewhereMs;
  return { do: "listen", forMs, otherwise: next };
}

/** Nothing answers the request on the answer to its POST. */
function afterSilence(
  outbound: OutboundMessage,
  outcome: SendOutcome & { kind: "ended" },
  tries: SendAttempts,
  jitter: number,
): RetryDecision {
  const { end, accepted } = outcome;
  if (accepted) {
    return {
      do: "fail",
      failure: noAnswer("took the request but promised no answer (status 202 or no body), and sent none"),
    };
  }
  if (outcome.unreadable !== undefined) return { do: "fail", failure: badResponse(outcome.unreadable) };
  const failure = noAnswer(end.broken === undefined ? "ended its answer without the response" : "broke off");
  if (outbound.safe && tries.attempts < MAX_ATTEMPTS_AFTER_SENDING) return again(failure, tries, jitter);
  return { do: "fail", failure };
}

function afterHttpError(
  outbound: OutboundMessage,
  httpError: HttpError,
  tries: SendAttempts,
  nowMs: number,
  jitter: number,
): RetryDecision {
  const { status, answer } = httpError;
  const failure = httpErrorFailure(outbound, httpError, nowMs);
  const { mcpSession } = tries;
  const mayRecover = mcpSession !== undefined && tries.recoveries === 0;
  const refused = { named: mcpSession?.sessionId !== undefined, requests: outbound.requests };
  const loss = mayRecover ? sessionLoss(httpError, refused) : "no";
  if (loss === "certain" || (loss === "likely" && outbound.safe)) return { do: "recover", failure };
  const waitMs = retryAfterMs(httpError.retryAfter, nowMs);
  // Who says when to come back has done nothing yet.
  if (BUSY_STATUS.has(status) && (outbound.safe || (status === 503 && waitMs !== undefined))) {
    if (waitMs === undefined) {
      if (tries.attempts < MAX_ATTEMPTS_AFTER_SENDING) return again(failure, tries, jitter);
    } else if (tries.elapsedMs + waitMs <= MAX_RETRY_AFTER_MS) {
      const afterMs = pauseMs(waitMs, tries.attempts - 1);
      if (tries.elapsedMs + afterMs <= MAX_RETRY_AFTER_MS) return { do: "again", afterMs, failure };
    }
  }
  // A call that may have run is not sent again for words that may be its tool's own.
  const doubt = loss !== "no";
  return answer ? { do: "pass", answer, otherwise: failure, doubt } : { do: "fail", failure, doubt };
}

function again(failure: Failure, tries: SendAttempts, jitter: number): RetryDecision {
  if (tries.elapsedMs >= RETRY_BUDGET_MS) return { do: "fail", failure };
  const longestMs = failure.code === "AUTH_REFRESH_FAILED" ? RENEWAL_POLL_MS : undefined;
  const afterMs = Math.min(backOffMs(tries.attempts, jitter, longestMs), RETRY_BUDGET_MS - tries.elapsedMs);
  return { do: "again", afterMs, failure };
}

/** 0.2 s, 0.4 s ... 5 s, each with up to half of it taken off, so that many processes do not come back at once. */
export function backOffMs(attempts: number, jitter: number, maxMs = 5_000): number {
  return Math.min(maxMs, 100 * 2 ** Math.min(attempts, 20)) * (1 - jitter / 2);
}
