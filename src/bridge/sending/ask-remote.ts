// A question of the bridge's own to the remote, inside the session.

import type { RequestMessage, ResponseMessage } from "../../core/mcp/message.ts";
import type { RequestCause } from "../../core/ports/authorizer.ts";
import { createOutboundMessage } from "../messages/outbound-message.ts";
import { PendingRequest } from "../messages/pending-request.ts";
import type { Sender } from "./sender.ts";

export interface AskOptions {
  /** `host`: a person waits for it, so it may open a browser. Default `background`. */
  readonly cause?: RequestCause;
  /** What it is asked for, such as `tools/call:delete`. Default: its own method. */
  readonly operation?: string;
}

/**
 * Resolves with the remote's answer, error answers too.
 * @throws Failure when there is none
 */
export function askRemote(
  sender: Sender,
  request: RequestMessage,
  { cause = "background", operation }: AskOptions = {},
): Promise<ResponseMessage> {
  return new Promise((resolve, reject) => {
    const pending = new PendingRequest(request.id, request.method, {
      onResponse: resolve,
      onFailure: reject,
    });
    void sender.send(createOutboundMessage(request, [pending], { cause, operation }));
  });
}
