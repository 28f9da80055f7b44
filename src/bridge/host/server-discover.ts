import type { RequestMessage } from "../../core/mcp/message.ts";
import { errorAnswer } from "../../core/mcp/rpc-error.ts";
import type { PendingRequest } from "../messages/pending-request.ts";

/**
 * Refuses `server/discover` of a host that has said `initialize`, at once, as a server of a legacy revision does: the host goes on to `initialize`, and the
 * waits of the handshake do not begin anew. Nothing is left that could be answered late, after that `initialize`.
 */
export function refuseDiscover({ method }: RequestMessage, pending: PendingRequest): boolean {
  if (method !== "server/discover") return false;
  pending.answer(errorAnswer(pending.id, -32601, "Method not found"));
  return true;
}
