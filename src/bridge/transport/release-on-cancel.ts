import { Failure } from "../../core/failure/failure.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { endRequest } from "../../core/ports/http.ts";
import { isSettled, type OutboundMessage } from "../messages/outbound-message.ts";

/** How long a remote may take to end the answer to a request that was cancelled. */
const RELEASE_MS = 5_000;

/**
 * Ends the HTTP request of a message that the host has cancelled. In the modern era that is what tells the remote. Legacy
 * revisions say that to hang up is not to cancel, so the remote is told by `notifications/cancelled` and given time; some never end the answer, and its connection would stay
 * for ever. What was not sent yet is not sent any more.
 * @returns call it when the HTTP request is over
 */
export function releaseOnCancel(outbound: OutboundMessage, clock: Clock): () => void {
  const { handle, requests } = outbound;
  let cancelTimer: (() => void) | undefined;
  let isOver = false;
  const onCancel = (): void => {
    if (isOver || !isSettled(outbound)) return;
    const reason = new Failure("INTERRUPTED", "The request was cancelled.");
    if (handle.request === undefined || outbound.closesOnCancel === true) endRequest(handle, reason);
    else cancelTimer ??= clock.after(RELEASE_MS, () => endRequest(handle, reason));
  };
  for (const pending of requests) pending.onCancel = onCancel;
  return () => {
    isOver = true;
    cancelTimer?.();
  };
}
