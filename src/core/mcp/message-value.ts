// What the bridge reads of a message. Objects are made of it when somebody asks, and only of as much as is bounded.

import { OPEN_BRACE, OPEN_BRACKET } from "./json-bytes.ts";
import { isDeeper, isObject } from "./json-object.ts";
import { parseInParts, type Turn } from "./json-parts.ts";
import type { Span } from "./json-scan.ts";
import type { MessageOutline } from "./message-outline.ts";

/** The members of `params` of which the bridge makes decisions. */
export type ReadParam = "name" | "uri" | "cursor";

/** What is longer is carried, but of what lies in it the bridge reads single members only. */
const MOST_READ_BYTES = 8 << 20;
/** Each value costs some forty bytes, whatever its length. */
const MOST_READ_VALUES = 100_000;
/** No honest message nests so deep; `JSON.stringify` runs out of stack a little further down. */
const MOST_READ_DEPTH = 200;
/** Up to here the length alone bounds the cost. */
export const SMALL_BYTES = 256 << 10;

/**
 * The members of one message. `params`, `result` and `error` are parsed when they are first read; of one that is over the
 * bounds above only the members in the outline are there, and `result` is undefined.
 */
export class MessageValue {
  readonly #bytes: Buffer;
  readonly #outline: MessageOutline;
  #parsed: Map<string, unknown> | undefined;

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

  /** Undefined also where it is null: so some libraries write that there is none (JSON-RPC 1.0). */
  get error(): unknown {
    return this.#read("error", ["code", "message"]) ?? undefined;
  }

  /** There is a result, but it is over the bounds. */
  get isResultTooLarge(): boolean {
    const span = this.#outline.members.get("result");
    return span !== undefined && !this.#isBounded(span);
  }

  /** Reads the result in parts, if it is large and may be read: then `result` costs nothing. */
  async readResult(turn: Turn): Promise<void> {
    const span = this.#outline.members.get("result");
    if (span === undefined || span.end - span.start <= SMALL_BYTES || !this.#isBounded(span)) return;
    this.#parsed ??= new Map();
    if (!this.#parsed.has("result"))
      this.#parsed.set("result", await parseInParts(this.#bytes.subarray(span.start, span.end), turn));
  }

  /** A string of `params`. */
  param(name: ReadParam): string | undefined {
    const span = this.#outline.members.get(`params.${name}`);
    if (span === undefined) return undefined;
    const { parsed } = this.#outline;
    const params = isObject(parsed) ? parsed.params : undefined;
    const found = isObject(params) ? params[name] : this.#parse(span);
    return typeof found === "string" ? found : undefined;
  }

  #read(name: string, outlined: readonly string[] | undefined): unknown {
    const span = this.#outline.members.get(name);
    if (span === undefined) return undefined;
    this.#parsed ??= new Map();
    if (!this.#parsed.has(name)) {
      const value = this.#isBounded(span)
        ? this.#member(name, span)
        : outlined && this.#outlined(name, outlined);
      this.#parsed.set(name, value);
    }
    return this.#parsed.get(name);
  }

  /** Those that are no objects; they are short, else the message were refused. */
  #outlined(of: string, names: readonly string[]): unknown {
    const found: [name: string, value: unknown][] = [];
    for (const name of names) {
      const span = this.#outline.members.get(`${of}.${name}`);
      const first = span && this.#bytes[span.start];
      if (span && first !== OPEN_BRACE && first !== OPEN_BRACKET && span.end - span.start <= SMALL_BYTES)
        found.push([name, this.#parse(span)]);
    }
    return Object.fromEntries(found);
  }

  #isBounded({ start, end }: Span): boolean {
    const { counted, parsed } = this.#outline;
    // Each level has two brackets; the message itself is one level more.
    if (counted === undefined)
      return end - start < 2 * MOST_READ_DEPTH || !isDeeper(parsed, MOST_READ_DEPTH + 1);
    if (counted.depth > MOST_READ_DEPTH || end - start > MOST_READ_BYTES) return false;
    return end - start <= SMALL_BYTES || counted.values <= MOST_READ_VALUES;
  }

  #member(name: string, span: Span): unknown {
    const { parsed } = this.#outline;
    return isObject(parsed) ? parsed[name] : this.#parse(span);
  }

  #parse({ start, end }: Span): unknown {
    return JSON.parse(this.#bytes.toString("utf8", start, end));
  }
}
