// Takes up an answer's event stream where it broke, until it has brought what it was opened for (NET-4).

import { Deadline } from "../../core/deadline.ts";
import { Failure, isFailure } from "../../core/failure/failure.ts";
import { pauseMs } from "../../core/pause.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { isAnswered, type OutboundMessage } from "../messages/outbound-message.ts";
import type { McpSession } from "../session/mcp-session.ts";
import type { SendOutcome, Transport } from "../transport/transport.ts";
import { RETRY_BUDGET_MS } from "./retry-policy.ts";

export interface StreamResumeOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly lifetime: AbortSignal;
  readonly outbound: OutboundMessage;
  readonly mcpSession: McpSession | undefined;
  readonly lastEventId: string;
  readonly retryMs: number | undefined;
}

/** Everybody waits for a handshake, so it is begun anew sooner than other requests. */
const HANDSHAKE_MS = 4_000;
/** A stream that ends this often without one new event will not bring the answer any more. */
const MAX_FRUITLESS = 100;

/** A remote may close the stream between polls on purpose: the pauses between them grow no further. */
export const POLL_MS = 5_000;

/**
 * Resolves with nothing when no request of the message is open any more, else with why the rest will not come.
 * A remote may close the stream between polls on purpose, so resuming goes on as long as it is granted.
 */
export async function resumeStream(options: StreamResumeOptions): Promise<Failure | undefined> {
  const { clock, outbound, lifetime } = options;
  let { lastEventId, retryMs } = options;
  let fruitless = 0;
  let failedSinceMs: number | undefined;
  for (;;) {
    await clock.sleep(pauseMs(retryMs, fruitless, POLL_MS), lifetime);
    if (isAnswered(outbound)) return undefined;
    const outcome = await patiently(options, lastEventId);
    if (outcome === "late") return lost("The resumed stream brought nothing.");
    if (isAnswered(outbound) || lifetime.aborted) return undefined;
    if (outcome.kind === "failed") {
      failedSinceMs ??= clock.monotonicMs();
      if (clock.monotonicMs() - failedSinceMs > RETRY_BUDGET_MS) return lost(outcome.failure.message);
      continue;
    }
    if (outcome.kind === "session over") return lost("The stream is over.");
    if (outcome.kind !== "ended") return lost(outcome.httpError.sentence);
    if (outcome.end.tooLarge) {
      return new Failure("NETWORK_TOO_LARGE", "The server's answer was larger than allowed.");
    }
    if (isFailure(outcome.end.broken, "NETWORK_TOO_LARGE")) return outcome.end.broken;
    failedSinceMs = undefined;
    const moved = outcome.end.lastEventId !== undefined && outcome.end.lastEventId !== lastEventId;
    fruitless = moved ? 0 : fruitless + 1;
    if (fruitless >= MAX_FRUITLESS) return lost("Resuming brought nothing new.");
    lastEventId = outcome.end.lastEventId ?? lastEventId;
    retryMs = outcome.end.retryMs ?? retryMs;
  }
}

/**
 * Some remotes take a resumed stream for a new one, on which nothing will come. Where it is safe to ask again that
 * is better than to wait; where it is not, only the host knows how long its call may take.
 */
async function patiently(options: StreamResumeOptions, lastEventId: string): Promise<SendOutcome | "late"> {
  const { transport, clock, outbound, mcpSession } = options;
  if (!outbound.safe) return transport.resume(outbound, mcpSession, lastEventId);
  const deadline = new Deadline(clock, outbound.handshake ? HANDSHAKE_MS : RETRY_BUDGET_MS);
  const outcome = await transport.resume(outbound, mcpSession, lastEventId, deadline.signal);
  deadline.cancelTimer();
  return deadline.passed ? "late" : outcome;
}

function lost(why: string): Failure {
  return new Failure(
    "REMOTE_NO_ANSWER",
    `The server's answer broke off and could not be resumed: ${why} It is unknown whether the request ran.`,
  );
}
