// A question of the bridge's own to the remote, inside the session.

import type { Failure } from "../../core/failure/failure.ts";
import type { RequestMessage, ResponseMessage } from "../../core/mcp/message.ts";
import { createOutboundMessage } from "../messages/outbound-message.ts";
import { createPendingRequest } from "../messages/pending-request.ts";
import type { Sender } from "./sender.ts";

const neverSafe = (): boolean => false;

/** Resolves with the remote's answer, error answers too. @throws Failure when there is none */
export function askRemote(sender: Sender, request: RequestMessage): Promise<ResponseMessage> {
  return new Promise((resolve, reject) => {
    const pending = createPendingRequest(request.id, request.method, {
      onResponse: resolve,
      onAnswer: () => undefined,
      onFailure: (failure: Failure) => reject(failure),
    });
    void sender.send(createOutboundMessage(request, [pending], neverSafe, "background"));
  });
}
