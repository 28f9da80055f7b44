// Which era the host speaks, from its first message. A legacy host passes; what a modern one needs is loaded when there is one.

import type { Message } from "../../core/mcp/message.ts";
import { modernVersionOf } from "../era/modern-meta.ts";
import type { ModernHost } from "./modern-host.ts";

export interface HostEraOptions {
  readonly sendToHost: (message: Buffer) => void;
  /** Made when it is needed. What earlier runs found of the remote is read then. */
  readonly modern: () => Promise<ModernHost>;
  readonly onBug: (error: unknown) => void;
}

export class HostEra {
  readonly #options: HostEraOptions;
  #isLegacy = false;
  #modern: ModernHost | undefined;
  /** What came while that was loaded. */
  #waiting: Message[] | undefined;

  constructor(options: HostEraOptions) {
    this.#options = options;
  }

  get isModern(): boolean {
    return this.#modern !== undefined && !this.#isLegacy;
  }

  /** True: the message is of the modern era, and is taken care of. */
  takes(message: Message): boolean {
    if (this.#isLegacy) return false;
    if (message.kind === "request" && message.method === "initialize") {
      // Some hosts try the modern era first.
      this.#isLegacy = true;
      this.#waiting = undefined;
      this.#modern?.leave();
      return false;
    }
    if (this.#waiting !== undefined) this.#waiting.push(message);
    else if (this.#modern !== undefined) this.#modern.take(message);
    else if (message.kind === "request" && modernVersionOf(message) !== undefined) void this.#load(message);
    else return false;
    return true;
  }

  /** For a message to the host that the bridge has of a legacy remote, or by itself. */
  readonly send = (message: Buffer): void => {
    if (this.isModern) this.#modern?.fromBridge(message);
    else this.#options.sendToHost(message);
  };

  async #load(first: Message): Promise<void> {
    this.#waiting = [first];
    const modern = await this.#options.modern();
    this.#modern = modern;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    for (const message of waiting ?? []) {
      try {
        modern.take(message);
      } catch (error) {
        this.#options.onBug(error);
      }
    }
  }
}
