// Questions of the bridge's own to a host, and their answers.

import type { RequestMessage, ResponseMessage } from "../../core/mcp/message.ts";
import { notification } from "../messages/bridge-requests.ts";
import type { MessageHandler } from "../messages/message-handler.ts";

export class HostQuestions implements MessageHandler {
  readonly #send: (message: Buffer) => void;
  readonly #open = new Map<string, (answer: ResponseMessage) => void>();

  constructor(send: (message: Buffer) => void) {
    this.#send = send;
  }

  /** The host's answer; undefined: nobody wants it any more, and the host is told so. */
  ask(request: RequestMessage, unwanted: Promise<unknown>): Promise<ResponseMessage | undefined> {
    const { key } = request.id;
    return new Promise((resolve) => {
      this.#open.set(key, resolve);
      this.#send(request.bytes);
      void unwanted.then(() => {
        if (!this.#open.delete(key)) return;
        const requestId: unknown = JSON.parse(request.id.raw);
        this.#send(notification("notifications/cancelled", { requestId }).bytes);
        resolve(undefined);
      });
    });
  }

  onHostResponse(answer: ResponseMessage): boolean {
    const resolve = this.#open.get(answer.id.key);
    this.#open.delete(answer.id.key);
    resolve?.(answer);
    return resolve !== undefined;
  }
}
