// What the bridge reads of a message. Objects are made of it when somebody asks, and only of as much as is bounded.

import type { Span } from "./json-scan.ts";
import type { MessageOutline } from "./message-outline.ts";

/** The members of `params` of which the bridge makes decisions. */
export type ReadParam = "name" | "uri" | "cursor";

/** What is longer is carried, but of what lies in it the bridge reads single members only. */
const MOST_READ_BYTES = 8 << 20;
/** Each value costs some forty bytes, whatever its length. */
const MOST_READ_VALUES = 100_000;
/** Up to here the length alone bounds the cost. */
export const SMALL_BYTES = 256 << 10;

/**
 * The members of one message. `params`, `result` and `error` are parsed when they are first read; of one that is over the
 * bounds above only the members in the outline are there, and `result` is undefined.
 */
export class MessageValue {
  readonly #bytes: Buffer;
  readonly #outline: MessageOutline;
  readonly #parsed = new Map<string, unknown>();

  constructor(bytes: Buffer, outline: MessageOutline) {
    this.#bytes = bytes;
    this.#outline = outline;
  }

  get params(): unknown {
    return this.#read("params", ["name", "uri", "cursor", "requestId"]);
  }

  get result(): unknown {
    return this.#read("result", undefined);
  }

  get error(): unknown {
    return this.#read("error", ["code", "message"]);
  }

  /** There is a result, but it is over the bounds. */
  get isResultTooLarge(): boolean {
    const span = this.#outline.members.get("result");
    return span !== undefined && !this.#isBounded(span);
  }

  /** A string of `params`. */
  param(name: ReadParam): string | undefined {
    const span = this.#outline.members.get(`params.${name}`);
    const found = span && this.#parse(span);
    return typeof found === "string" ? found : undefined;
  }

  #read(name: string, outlined: readonly string[] | undefined): unknown {
    const span = this.#outline.members.get(name);
    if (span === undefined) return undefined;
    if (!this.#parsed.has(name))
      this.#parsed.set(name, this.#isBounded(span) ? this.#parse(span) : this.#members(name, outlined));
    return this.#parsed.get(name);
  }

  #members(of: string, names: readonly string[] | undefined): unknown {
    return (
      names &&
      Object.fromEntries(
        names.flatMap((name) => {
          const span = this.#outline.members.get(`${of}.${name}`);
          return span && this.#isBounded(span) ? [[name, this.#parse(span)]] : [];
        }),
      )
    );
  }

  #isBounded({ start, end }: Span): boolean {
    if (end - start <= SMALL_BYTES) return true;
    return end - start <= MOST_READ_BYTES && this.#outline.values <= MOST_READ_VALUES;
  }

  #parse({ start, end }: Span): unknown {
    return JSON.parse(this.#bytes.toString("utf8", start, end));
  }
}
