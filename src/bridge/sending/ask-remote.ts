// A question of the bridge's own to the remote, inside the session.

import type { RequestMessage, ResponseMessage } from "../../core/mcp/message.ts";
import type { RequestCause } from "../../core/ports/authorizer.ts";
import { createOutboundMessage } from "../messages/outbound-message.ts";
import { PendingRequest } from "../messages/pending-request.ts";
import type { Sender } from "./sender.ts";

/**
 * Resolves with the remote's answer, error answers too.
 * @param cause `host`: a person waits for it, so it may open a browser
 * @throws Failure when there is none
 */
export function askRemote(
  sender: Sender,
  request: RequestMessage,
  cause: RequestCause = "background",
): Promise<ResponseMessage> {
  return new Promise((resolve, reject) => {
    const pending = new PendingRequest(request.id, request.method, {
      onResponse: resolve,
      onFailure: reject,
    });
    void sender.send(createOutboundMessage(request, [pending], { cause }));
  });
}
