// Reads messages in the order in which they come. A large one is read in parts, and those behind it wait for it.

import {
  type Batch,
  isLarge,
  type Message,
  type ResponseMessage,
  readLargeMessage,
  readMessage,
  type Unreadable,
} from "../../core/mcp/message.ts";
import type { Clock } from "../../core/ports/clock.ts";

export interface MessageReaderOptions {
  readonly clock: Pick<Clock, "sleep">;
  readonly onMessage: (message: Message | Batch | Unreadable) => void;
  /** Will the result be read, and not only be carried? Default: no. */
  readonly reads?: ((message: ResponseMessage) => boolean) | undefined;
  /** Hears what `onMessage` throws; the next message is read all the same. */
  readonly onBug: (error: unknown) => void;
}

export class MessageReader {
  readonly #options: MessageReaderOptions;
  #waiting: Buffer[] = [];
  #reading: Promise<void> | undefined;

  constructor(options: MessageReaderOptions) {
    this.#options = options;
  }

  /** Resolves when everything is read; undefined: it is, and the next message will be read at once. */
  get reading(): Promise<void> | undefined {
    return this.#reading;
  }

  /** Whoever gives messages waits for `reading` before the next ones come: what waits here has no limit. */
  push(bytes: Buffer): void {
    if (this.#reading !== undefined) this.#waiting.push(bytes);
    else if (isLarge(bytes)) this.#reading = this.#readOn(bytes);
    else this.#readNow(bytes);
  }

  async #readOn(first: Buffer): Promise<void> {
    for (let next: Buffer | undefined = first; next !== undefined; next = this.#waiting.shift()) {
      if (isLarge(next)) await this.#readLarge(next);
      else this.#readNow(next);
    }
    this.#reading = undefined;
  }

  #readNow(bytes: Buffer): void {
    const { onMessage, onBug } = this.#options;
    try {
      onMessage(readMessage(bytes));
    } catch (error) {
      onBug(error);
    }
  }

  async #readLarge(bytes: Buffer): Promise<void> {
    const { clock, onMessage, onBug, reads } = this.#options;
    const turn = () => clock.sleep(0);
    try {
      const found = await readLargeMessage(bytes, turn);
      for (const one of found.kind === "batch" ? found.members : [found])
        if (one.kind === "response" && reads?.(one)) await one.value.readResult(turn);
      onMessage(found);
    } catch (error) {
      onBug(error);
    }
  }
}
