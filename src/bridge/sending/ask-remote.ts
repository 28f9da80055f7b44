// A question of the bridge's own to the remote, inside the session.

import { Failure } from "../../core/failure/failure.ts";
import type { RequestMessage, ResponseMessage } from "../../core/mcp/message.ts";
import type { RequestCause } from "../../core/ports/authorizer.ts";
import { createOutboundMessage } from "../messages/outbound-message.ts";
import { PendingRequest } from "../messages/pending-request.ts";
import type { McpSession } from "../session/mcp-session.ts";
import type { Sender } from "./sender.ts";

export interface AskOptions {
  /** `host`: a person waits for it, so it may open a browser. Default `background`. */
  readonly cause?: RequestCause;
  /** What it is asked for, such as `tools/call:delete`. Default: its own method. */
  readonly operation?: string;
  /** Ask in this session, and make no other if it is lost. */
  readonly inside?: McpSession | undefined;
  /** Ends the waiting, and the request with it. */
  readonly signal?: AbortSignal;
}

/**
 * Resolves with the remote's answer, error answers too.
 * @throws Failure when there is none; NETWORK_TIMEOUT when `signal` aborts
 */
export function askRemote(
  sender: Sender,
  request: RequestMessage,
  { cause = "background", operation, inside, signal }: AskOptions = {},
): Promise<ResponseMessage> {
  return new Promise((resolve, reject) => {
    const pending = new PendingRequest(request.id, request.method, {
      onResponse: resolve,
      onFailure: reject,
      onDone: () => signal?.removeEventListener("abort", giveUp),
    });
    function giveUp(): void {
      pending.cancel();
      reject(new Failure("NETWORK_TIMEOUT", "The server has not answered in time."));
    }
    signal?.addEventListener("abort", giveUp, { once: true });
    if (signal?.aborted) giveUp();
    else
      void sender.send(createOutboundMessage(request, [pending], { cause, operation }), {
        ...(inside && { inside }),
      });
  });
}
