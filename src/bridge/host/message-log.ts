// The host's messages in the debug log: each has a number, which its HTTP requests and its answer carry, too (DIAG-2).

import type { Batch, Message, RequestMessage } from "../../core/mcp/message.ts";
import type { Diagnostics } from "../../core/ports/diagnostics.ts";
import { printable } from "../../core/text/printable.ts";

const LONGEST_ID = 60;

export class MessageLog {
  readonly #diagnostics: Diagnostics;
  #count = 0;

  constructor(diagnostics: Diagnostics) {
    this.#diagnostics = diagnostics;
  }

  /** @returns the message's number; undefined: nobody reads the log */
  received(message: Message | Batch): number | undefined {
    if (!this.#diagnostics.enabled) return undefined;
    this.#count += 1;
    const method = "method" in message ? message.method : message.kind;
    const id = message.kind === "request" ? printable(message.id.raw, LONGEST_ID) : undefined;
    const fields = { message: this.#count, method, id, bytes: message.bytes.length };
    this.#diagnostics.event(`host.${message.kind}`, fields);
    return this.#count;
  }

  /** @param outcome `result`, `error`, the code of a failure, or that the bridge answered itself */
  answered(message: number | undefined, { id, method }: RequestMessage, outcome: string): void {
    if (message === undefined) return;
    this.#diagnostics.event("host.answered", { message, method, id: printable(id.raw, LONGEST_ID), outcome });
  }
}
