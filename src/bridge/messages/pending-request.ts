// Requests that wait for their answer: each gets exactly one.

import type { Failure } from "../../core/failure/failure.ts";
import type { MessageId, ResponseMessage } from "../../core/mcp/message.ts";

/** A request on its way, of the host or of the bridge itself. */
export interface PendingRequest {
  readonly id: MessageId;
  readonly method: string;
  /** True once it is answered or cancelled; nothing more is said about it then. */
  readonly done: boolean;
  /** Resolves when it is done. */
  readonly whenDone: Promise<void>;
  /** The remote's answer. */
  respond(message: ResponseMessage): void;
  /** An answer of the bridge's own making. One line without its end. */
  answer(bytes: Buffer): void;
  fail(failure: Failure): void;
  /** Who asked does not want to know any more. */
  cancel(): void;
}

/** What becomes of the one answer. */
export interface PendingRequestHandlers {
  onResponse(message: ResponseMessage): void;
  onAnswer(bytes: Buffer): void;
  onFailure(failure: Failure): void;
  onDone?(pending: PendingRequest): void;
}

export function createPendingRequest(
  id: MessageId,
  method: string,
  outcome: PendingRequestHandlers,
): PendingRequest {
  return new OpenRequest(id, method, outcome);
}

class OpenRequest implements PendingRequest {
  readonly id: MessageId;
  readonly method: string;
  readonly #outcome: PendingRequestHandlers;
  readonly #watchers: (() => void)[] = [];
  #done = false;

  constructor(id: MessageId, method: string, outcome: PendingRequestHandlers) {
    this.id = id;
    this.method = method;
    this.#outcome = outcome;
  }

  get done(): boolean {
    return this.#done;
  }

  get whenDone(): Promise<void> {
    if (this.#done) return Promise.resolve();
    return new Promise((resolve) => this.#watchers.push(resolve));
  }

  respond(message: ResponseMessage): void {
    if (this.#close()) this.#outcome.onResponse(message);
  }

  answer(bytes: Buffer): void {
    if (this.#close()) this.#outcome.onAnswer(bytes);
  }

  fail(failure: Failure): void {
    if (this.#close()) this.#outcome.onFailure(failure);
  }

  cancel(): void {
    this.#close();
  }

  #close(): boolean {
    if (this.#done) return false;
    this.#done = true;
    this.#outcome.onDone?.(this);
    for (const watcher of this.#watchers) watcher();
    return true;
  }
}
