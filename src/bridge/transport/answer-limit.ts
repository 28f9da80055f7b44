// An answer that has begun has to end: a remote that sends a little for ever would leave the host waiting for ever.

import { Failure } from "../../core/failure/failure.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { HttpResponse } from "../../core/ports/http.ts";
import type { OutboundMessage } from "../messages/outbound-message.ts";

/** Everybody waits for a handshake. */
const HANDSHAKE_MS = 60_000;
/** Longer than hosts wait, and enough for a large answer on a slow line. */
const REQUEST_MS = 600_000;

/** From its first byte on, in milliseconds. Undefined: any, since calls may take as long as they like (NET-8). */
export function answerLimitMs({ handshake, unlimited, requests }: OutboundMessage): number | undefined {
  if (unlimited || requests.length === 0) return undefined;
  return handshake ? HANDSHAKE_MS : REQUEST_MS;
}

export function answerTooSlow(limitMs: number): Failure {
  return new Failure("NETWORK_TIMEOUT", `The server's answer did not end within ${limitMs / 1_000} s.`);
}

/** Ends the body when its time is over. @returns call it when the body has been read */
export function limitAnswer(outbound: OutboundMessage, { body }: HttpResponse, clock: Clock): () => void {
  const limitMs = answerLimitMs(outbound);
  if (limitMs === undefined) return () => undefined;
  return clock.after(limitMs, () => void body.destroy(answerTooSlow(limitMs)));
}
