import type { Failure } from "../../core/failure/failure.ts";
import type {
  Batch,
  Message,
  NotificationMessage,
  RequestMessage,
  ResponseMessage,
} from "../../core/mcp/message.ts";
import type { OutboundMessage } from "./outbound-message.ts";
import type { PendingRequest } from "./pending-request.ts";

/**
 * One feature on the way of the messages. The router asks the handlers in order. Members of a batch pass them one by
 * one, so a handler does not see the difference; only `onOutbound` gets the batch as it will be sent.
 */
export interface MessageHandler {
  /** A request of the host. True: it is answered here, now or later, and goes no further. */
  onRequest?(message: RequestMessage, pending: PendingRequest): boolean;
  /** A notification of the host. True: it goes no further. */
  onNotification?(message: NotificationMessage): boolean;
  /** An answer of the host. True: it was to a request of the bridge's own, and goes no further. */
  onHostResponse?(message: ResponseMessage): boolean;
  /** What is ready to be sent. True: it is kept here, to be sent later or never. */
  onOutbound?(outbound: OutboundMessage, message: Message | Batch): boolean;
  /** The remote's answer. @returns what goes on: `bytes`, or others in their place */
  onResponse?(request: RequestMessage, response: ResponseMessage, bytes: Buffer): Buffer;
  /** @returns an answer in place of the failure; undefined: none */
  onFailure?(request: RequestMessage, failure: Failure, pending: PendingRequest): Buffer | undefined;
}
