import type { RequestMessage } from "../../core/mcp/message.ts";
import { errorAnswer } from "../../core/mcp/rpc-error.ts";
import { LACKS_VERSION } from "../era/modern-meta.ts";
import type { PendingRequest } from "../messages/pending-request.ts";

/**
 * Refuses `server/discover` that does not belong to the modern era, at once: the host goes on to `initialize`, and the waits of the handshake do not
 * begin anew. Nothing is left that could be answered late, after that `initialize`.
 * @param isLegacy the host has said `initialize`, and no legacy revision has the method. Otherwise its `_meta` lacks what every request of the modern era
 *   must have (2026-07-28, basic/index, Per-request protocol fields), which is no modern error: a host that looks for the era falls back
 *   (transports/stdio, Backward Compatibility)
 */
export function refuseDiscover(
  { method }: RequestMessage,
  pending: PendingRequest,
  isLegacy: boolean,
): boolean {
  if (method !== "server/discover") return false;
  const { code, message } = isLegacy ? { code: -32601, message: "Method not found" } : LACKS_VERSION;
  pending.answer(errorAnswer(pending.id, code, message));
  return true;
}
