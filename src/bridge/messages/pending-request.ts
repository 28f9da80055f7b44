// A request that waits for its answer: it gets exactly one.

import type { Failure } from "../../core/failure/failure.ts";
import type { MessageId, ResponseMessage } from "../../core/mcp/message.ts";

/** What becomes of the one answer. */
export interface PendingRequestHandlers {
  onResponse?(message: ResponseMessage): void;
  /** One line without its end. */
  onAnswer?(bytes: Buffer): void;
  onFailure?(failure: Failure): void;
  onDone?(pending: PendingRequest): void;
}

/** A request on its way, of the host or of the bridge itself. */
export class PendingRequest {
  readonly id: MessageId;
  readonly method: string;
  /** Set by who carries it: whoever asked does not want to know any more. */
  onCancel: (() => void) | undefined;
  /** Set by who sends it: true keeps an answer of the remote back, until it is released or forgotten. */
  keepsBack: ((message: ResponseMessage) => boolean) | undefined;
  readonly #handlers: PendingRequestHandlers;
  readonly #watchers: (() => void)[] = [];
  #done = false;
  #kept: ResponseMessage | undefined;
  /** Its answer is being handed on. */
  #isBusy = false;

  constructor(id: MessageId, method: string, handlers: PendingRequestHandlers = {}) {
    this.id = id;
    this.method = method;
    this.#handlers = handlers;
  }

  /** True once it is answered or cancelled; nothing more is said about it then. */
  get done(): boolean {
    return this.#done;
  }

  /** The answer that is kept back; others are dropped meanwhile. */
  get kept(): ResponseMessage | undefined {
    return this.#done ? undefined : this.#kept;
  }

  /** Hands on the answer that was kept back. */
  release(): void {
    const kept = this.#kept;
    this.forget();
    if (kept !== undefined) this.respond(kept);
  }

  /** Another answer will take the place of the one that was kept back, and is not kept. */
  forget(): void {
    this.#kept = undefined;
    this.keepsBack = undefined;
  }

  /** Resolves when it is done, or its answer is kept back. */
  get whenDone(): Promise<void> {
    if (this.#done || this.#kept !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.#watchers.push(resolve));
  }

  /** The remote's answer. */
  respond(message: ResponseMessage): void {
    if (this.#done || this.#kept !== undefined) return;
    if (this.keepsBack?.(message) === true) {
      this.#kept = message;
      for (const watcher of this.#watchers) watcher();
    } else this.#finish(() => this.#handlers.onResponse?.(message));
  }

  /** An answer of the bridge's own making. One line without its end. */
  answer(bytes: Buffer): void {
    this.#finish(() => this.#handlers.onAnswer?.(bytes));
  }

  fail(failure: Failure): void {
    this.#finish(() => this.#handlers.onFailure?.(failure));
  }

  /** Who asked does not want to know any more. */
  cancel(): void {
    this.#finish(() => {
      this.#done = true;
      this.onCancel?.();
    });
  }

  /** It is done when its answer was handed on, not before: what throws leaves it open, for the failure to be its answer. */
  #finish(say: () => void): void {
    if (this.#done || this.#isBusy) return;
    this.#isBusy = true;
    try {
      say();
      this.#done = true;
    } finally {
      this.#isBusy = false;
      if (this.#done) this.#tell();
    }
  }

  #tell(): void {
    this.#handlers.onDone?.(this);
    for (const watcher of this.#watchers) watcher();
  }
}
