// What a message is, seen on its bytes: where the members lie that say it. Nothing else of it is made into anything.

import { OPEN_BRACE, OPEN_BRACKET } from "./json-bytes.ts";
import { type NameMatch, WantedNames } from "./json-names.ts";
import { isDeeper, isObject, type JsonObject } from "./json-object.ts";
import { blankLineEnds, forEachMember, type Span, scanArray, skipBlank } from "./json-scan.ts";
import { JsonTokenizer, type JsonWatcher, MAX_DEPTH } from "./json-tokens.ts";

const TOP = new WantedNames(["jsonrpc", "id", "method", "params", "result", "error"]);
const INSIDE: ReadonlyMap<string, WantedNames> = new Map([
  ["params", new WantedNames(["name", "uri", "cursor", "requestId"], "params.")],
  ["error", new WantedNames(["code", "message"], "error.")],
]);

/** Nobody sends more at once; each costs an object, and an answer. */
export const MAX_BATCH = 1_000;

export interface MessageOutline extends Span {
  /** By path: `id`, `params.name`. */
  readonly members: ReadonlyMap<string, Span>;
  /** Paths that are there more than once. */
  readonly repeated: ReadonlySet<string> | undefined;
  /** Paths that only some readers see: `ID`, `params.Name`, under the names of the wanted ones. */
  readonly variants: ReadonlySet<string> | undefined;
  /** What a small message is, as `JSON.parse` made it. Of a larger one the values and their nesting were counted. */
  readonly parsed: unknown;
  readonly counted: { readonly values: number; readonly depth: number } | undefined;
}

/** What one document is made of. */
export interface Outlines {
  readonly fault: "syntax" | "depth" | undefined;
  readonly isBatch: boolean;
  /** In the order of the batch, of which those behind `MAX_BATCH` are only counted. */
  readonly messages: readonly MessageOutline[];
  readonly count: number;
}

/**
 * Up to here `JSON.parse` tells whether it is JSON: native code is fast from the first message on, what it costs is bounded
 * by the length, and no document of this length can be nested deeper than allowed.
 */
export const PARSED_BYTES = 2 * MAX_DEPTH;

const MOST_WRITTEN_DEPTH = 200;
/** In shorter messages the bytes are walked over. */
const LONG_BYTES = 512;

/** The outlines of a document of up to `PARSED_BYTES`. @param bytes UTF-8; line ends between tokens become blanks */
export function parsedOutlines(bytes: Buffer): Outlines {
  const text = bytes.toString("utf8");
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { fault: "syntax", isBatch: false, messages: [], count: 0 };
  }
  blankLineEnds(bytes);
  const start = skipBlank(bytes, 0);
  if (!Array.isArray(parsed)) {
    const ascii = text.length === bytes.length ? text : undefined;
    const message = outlineOf(bytes, { start, end: bytes.length }, parsed, ascii);
    return { fault: undefined, isBatch: false, messages: [message], count: 1 };
  }
  const elements = scanArray(bytes, start).slice(0, MAX_BATCH);
  const messages = elements.map((span, at) => outlineOf(bytes, span, parsed[at]));
  return { fault: undefined, isBatch: true, messages, count: parsed.length };
}

/** Reads one document: a message, or a batch of them. Give it the bytes part by part with `advance`. */
export class OutlineReader implements JsonWatcher, Outlines {
  readonly isBatch: boolean;
  readonly depth: number;
  readonly messages: MessageOutline[] = [];
  count = 0;
  readonly #bytes: Buffer;
  readonly #tokens: JsonTokenizer;
  #current = new Found();
  #valuesBefore = 0;

  /** @param bytes UTF-8; line ends between tokens become blanks */
  constructor(bytes: Buffer) {
    this.isBatch = bytes[skipBlank(bytes, 0)] === OPEN_BRACKET;
    this.depth = this.isBatch ? 3 : 2;
    this.#bytes = bytes;
    this.#tokens = new JsonTokenizer(bytes, this);
  }

  /** @returns true: it is read, or `fault` says why not */
  advance(most: number): boolean {
    return this.#tokens.advance(most);
  }

  get fault(): Outlines["fault"] {
    return this.#tokens.fault;
  }

  onName(depth: number, start: number, end: number): void {
    if (depth === this.depth) this.#current.onInside(this.#bytes, start, end);
    else if (depth === this.depth - 1) this.#current.top = TOP.match(this.#bytes, start, end);
  }

  onValueEnd(depth: number, start: number, end: number): void {
    if (depth === this.depth) this.#current.onInsideEnd(start, end);
    else if (depth === this.depth - 1) this.#current.onTopEnd(start, end);
    else if (depth === this.depth - 2) this.#onMessage(start, end);
  }

  #onMessage(start: number, end: number): void {
    const { members, repeated, variants } = this.#current;
    const values = this.#tokens.values - this.#valuesBefore;
    const depth = this.#tokens.deepest;
    this.#valuesBefore = this.#tokens.values;
    this.#tokens.deepest = 0;
    this.count += 1;
    if (this.count <= MAX_BATCH)
      this.messages.push({
        start,
        end,
        parsed: undefined,
        counted: { values, depth },
        members,
        repeated,
        variants,
      });
    this.#current = new Found();
  }
}

/**
 * The outline of a message that is known to be JSON.
 * @param span of the message in `bytes`
 * @param ascii the bytes as text, if each is one character
 */
function outlineOf(bytes: Buffer, { start, end }: Span, parsed: unknown, ascii?: string): MessageOutline {
  const found = new Found();
  const onInside = (nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void => {
    found.onInside(bytes, nameStart, nameEnd);
    found.onInsideEnd(valueStart, valueEnd);
  };
  const onTop = (nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void => {
    found.top = TOP.match(bytes, nameStart, nameEnd);
    if (found.inside !== undefined && bytes[valueStart] === OPEN_BRACE)
      forEachMember(bytes, valueStart, onInside);
    found.onTopEnd(valueStart, valueEnd);
  };
  const knownEnd = ascii && isObject(parsed) && end - start > LONG_BYTES ? endBy(ascii, parsed) : undefined;
  if (bytes[start] === OPEN_BRACE) forEachMember(bytes, start, onTop, knownEnd);
  const { members, repeated, variants } = found;
  return { start, end, parsed, counted: undefined, members, repeated, variants };
}

/**
 * Most programs write JSON as `JSON.stringify` does. Where a value's text is the same, it ends with that: native code tells
 * sooner than a walk over the bytes, which costs a start 5 ms and 3 MB before it is fast.
 */
function endBy(text: string, parsed: JsonObject) {
  return (nameStart: number, nameEnd: number, valueStart: number): number | undefined => {
    const value = parsed[text.slice(nameStart + 1, nameEnd - 1)];
    // Written anew, deeper ones would run out of stack.
    if (!isObject(value) || isDeeper(value, MOST_WRITTEN_DEPTH)) return undefined;
    const written = JSON.stringify(value);
    return text.startsWith(written, valueStart) ? valueStart + written.length : undefined;
  };
}

/** What was found so far of the message that is being read. */
class Found {
  readonly members = new Map<string, Span>();
  repeated: ReadonlySet<string> | undefined;
  variants: ReadonlySet<string> | undefined;
  /** The member whose value is being read, and the one inside it. */
  top: NameMatch | undefined;
  #inside: NameMatch | undefined;

  /** What is wanted in the value that is being read. */
  get inside(): WantedNames | undefined {
    return this.top?.isExact === true ? INSIDE.get(this.top.wanted) : undefined;
  }

  onInside(bytes: Buffer, start: number, end: number): void {
    this.#inside = this.inside?.match(bytes, start, end);
  }

  onInsideEnd(start: number, end: number): void {
    if (this.#inside !== undefined) this.#note(this.#inside, start, end);
    this.#inside = undefined;
  }

  onTopEnd(start: number, end: number): void {
    if (this.top !== undefined) this.#note(this.top, start, end);
    this.top = undefined;
  }

  #note({ wanted, isExact }: NameMatch, start: number, end: number): void {
    if (!isExact) this.variants = new Set(this.variants).add(wanted);
    else {
      if (this.members.has(wanted)) this.repeated = new Set(this.repeated).add(wanted);
      this.members.set(wanted, { start, end });
    }
  }
}
