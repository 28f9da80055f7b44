// What a message is, seen on its bytes: where the members lie that say it. Nothing else of it is made into anything.

import { OPEN_BRACKET } from "./json-bytes.ts";
import { type NameMatch, WantedNames } from "./json-names.ts";
import { type Span, skipBlank } from "./json-scan.ts";
import { JsonTokenizer, type JsonWatcher } from "./json-tokens.ts";

const TOP = new WantedNames(["jsonrpc", "id", "method", "params", "result", "error"]);
const INSIDE: Readonly<Record<string, WantedNames>> = {
  params: new WantedNames(["name", "uri", "cursor", "requestId"], "params."),
  error: new WantedNames(["code", "message"], "error."),
};

/** Nobody sends more at once; each costs an object, and an answer. */
export const MAX_BATCH = 1_000;

export interface MessageOutline extends Span {
  /** By path: `id`, `params.name`. */
  readonly members: ReadonlyMap<string, Span>;
  /** Paths that are there more than once. */
  readonly repeated: ReadonlySet<string>;
  /** Paths that only some readers see: `ID`, `params.Name`, under the names of the wanted ones. */
  readonly variants: ReadonlySet<string>;
  /** How many values it is made of, and how deep they are nested. */
  readonly values: number;
  readonly depth: number;
}

const NO_PATHS: ReadonlySet<string> = new Set();

/** Reads one document: a message, or a batch of them. Give it the bytes part by part with `advance`. */
export class OutlineReader implements JsonWatcher {
  readonly isBatch: boolean;
  readonly depth: number;
  /** In the order of the batch, of which those behind `MAX_BATCH` are only counted. */
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

  get fault(): JsonTokenizer["fault"] {
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
      this.messages.push({ start, end, values, depth, members, repeated, variants });
    this.#current = new Found();
  }
}

/** What was found so far of the message that is being read. */
class Found {
  readonly members = new Map<string, Span>();
  repeated = NO_PATHS;
  variants = NO_PATHS;
  /** The member whose value is being read, and the one inside it. */
  top: NameMatch | undefined;
  #inside: NameMatch | undefined;

  onInside(bytes: Buffer, start: number, end: number): void {
    if (this.top?.isExact === true) this.#inside = INSIDE[this.top.wanted]?.match(bytes, start, end);
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
