import type { OutboundMessage } from "../messages/outbound-message.ts";
import type { SendOutcome } from "../transport/transport.ts";

/** Faults that have reasons of their own: not implemented, busy, down, slow, another HTTP. */
const OTHER_FAULTS = new Set([501, 502, 503, 504, 505]);

/** Some remotes answer 500, or with a page for people, where they do not know the token any more. Is it perhaps that? */
export function mayBeToken({ requests }: Pick<OutboundMessage, "requests">, outcome: SendOutcome): boolean {
  if (outcome.kind === "failed") {
    const { code, status = 0 } = outcome.failure;
    return code === "REMOTE_REDIRECT" || (code === "REMOTE_NOT_MCP" && status >= 200 && status < 300);
  }
  if (outcome.kind !== "refused") return false;
  const { status, answer, firewall } = outcome.httpError;
  // Who names the request has read it: that is an answer.
  const isAnswer = answer !== undefined && requests.some(({ id }) => id.key === answer.id.key);
  return status >= 500 && !OTHER_FAULTS.has(status) && !isAnswer && firewall === undefined;
}
