// A question of the bridge's own to the remote, inside the session.

import type { Failure } from "../../core/failure/failure.ts";
import type { RequestMessage, ResponseMessage } from "../../core/mcp/message.ts";
import { createParcel } from "../messages/outbound-message.ts";
import { createWaiting } from "../messages/pending-request.ts";
import type { Delivery } from "./sender.ts";

const neverSafe = (): boolean => false;

/** Resolves with the remote's answer, error answers too. @throws Failure when there is none */
export function ask(delivery: Delivery, request: RequestMessage): Promise<ResponseMessage> {
  return new Promise((resolve, reject) => {
    const waiting = createWaiting(request.id, request.method, {
      onResponse: resolve,
      onAnswer: () => undefined,
      onFailure: (failure: Failure) => reject(failure),
    });
    void delivery.deliver(createParcel(request, [waiting], neverSafe, "background"));
  });
}
