// Which era the host speaks, from its first message. A legacy host passes; what a modern one needs is loaded when there is one.

import { within } from "../../core/deadline.ts";
import type { Message } from "../../core/mcp/message.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { modernVersionOf } from "../era/modern-meta.ts";
import type { ModernHost } from "./modern-host.ts";

/** How soon a host that has asked what there is says what it wants. */
const PROBED_MS = 1_000;

export interface HostEraOptions {
  readonly clock: Clock;
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
  /** Of a host that has said nothing but `server/discover`. */
  #probe: { readonly over: Promise<void>; readonly end: () => void } | undefined;
  #wasHeard = false;

  constructor(options: HostEraOptions) {
    this.#options = options;
  }

  /** It has said `initialize`. */
  get isLegacy(): boolean {
    return this.#isLegacy;
  }

  get isModern(): boolean {
    return this.#modern !== undefined && !this.#isLegacy;
  }

  /** True: the message is of the modern era, and is taken care of. */
  takes(message: Message): boolean {
    this.#probe?.end();
    const isProbe = !this.#wasHeard && message.kind === "request" && message.method === "server/discover";
    this.#probe = isProbe ? probe() : undefined;
    this.#wasHeard = true;
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

  /**
   * The remote wants a sign-in. Some hosts start a copy of the bridge only to ask what there is, and end it then: the tab that it
   * opened would lead nowhere. The host is answered, and the sign-in begins with its next word, or after a second.
   */
  challenged(handshake: { expect(): void; giveUp(): void }): Promise<void> | undefined {
    if (this.#probe === undefined) {
      handshake.expect();
      return undefined;
    }
    handshake.giveUp();
    return within(this.#options.clock, PROBED_MS, this.#probe.over, () => undefined);
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

function probe(): { readonly over: Promise<void>; readonly end: () => void } {
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { over, end: () => end() };
}
