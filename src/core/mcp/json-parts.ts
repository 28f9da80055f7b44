// Makes values of JSON, and JSON of values, in parts between which other work has its turn: in one piece, a list of 8 MiB
// would hold everything up for longer than anybody should wait.

import { OPEN_BRACE, OPEN_BRACKET } from "./json-bytes.ts";
import { isObject } from "./json-object.ts";
import { JsonTokenizer, type JsonWatcher } from "./json-tokens.ts";

/** Lets other work have its turn. */
export type Turn = () => Promise<void>;

/** So many bytes are made into values at a time: some 5 ms, 25 on a slow computer. */
const PART_BYTES = 256 << 10;
/** Lists of a memory lie there, with their members one level deeper. */
const SPLIT_DEPTH = 4;

/**
 * As `JSON.parse`. @param bytes UTF-8; line ends between tokens become blanks
 * @throws SyntaxError
 */
export async function parseInParts(bytes: Buffer, turn: Turn, partBytes = PART_BYTES): Promise<unknown> {
  if (bytes.length <= partBytes) return JSON.parse(bytes.toString("utf8"));
  const values = new Values(bytes);
  const tokens = new JsonTokenizer(bytes, values);
  while (!tokens.advance(partBytes)) await turn();
  if (tokens.fault !== undefined) throw new SyntaxError("not JSON, or nested too deep");
  return values.outermost;
}

/** As `JSON.stringify` of a value that came as JSON; members that are undefined are left out. */
export async function stringifyInParts(value: unknown, turn: Turn, partBytes = PART_BYTES): Promise<Buffer> {
  const parts: Buffer[] = [];
  let text = "";
  for (const piece of pieces(value, SPLIT_DEPTH)) {
    text += piece;
    if (text.length < partBytes) continue;
    parts.push(Buffer.from(text));
    text = "";
    await turn();
  }
  return Buffer.concat([...parts, Buffer.from(text)]);
}

function* pieces(value: unknown, levels: number): Generator<string> {
  if (levels > 0 && Array.isArray(value)) {
    yield "[";
    for (const [index, member] of value.entries()) {
      if (index > 0) yield ",";
      yield* pieces(member, levels - 1);
    }
    yield "]";
  } else if (levels > 0 && isObject(value)) {
    let before = "{";
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      yield `${before}${JSON.stringify(name)}:`;
      yield* pieces(member, levels - 1);
      before = ",";
    }
    yield before === "{" ? "{}" : "}";
  } else yield JSON.stringify(value);
}

/** Puts the values together as the tokenizer finds their ends. */
class Values implements JsonWatcher {
  readonly depth = Number.MAX_SAFE_INTEGER;
  outermost: unknown;
  readonly #bytes: Buffer;
  /** By depth: what was found so far of the array or object that is open there, names with their values. */
  readonly #members: unknown[][] = [];
  readonly #entries: [name: string, value: unknown][][] = [];
  /** By depth: the name whose value is being read. */
  readonly #names: (string | undefined)[] = [];

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  onName(depth: number, start: number, end: number): void {
    this.#names[depth] = this.#scalar(start, end) as string;
  }

  onValueEnd(depth: number, start: number, end: number): void {
    const first = this.#bytes[start];
    const value =
      first === OPEN_BRACE
        ? Object.fromEntries(taken(this.#entries, depth + 1))
        : first === OPEN_BRACKET
          ? taken(this.#members, depth + 1)
          : this.#scalar(start, end);
    const name = this.#names[depth];
    this.#names[depth] = undefined;
    if (depth === 0) this.outermost = value;
    else if (name === undefined) at(this.#members, depth).push(value);
    else at(this.#entries, depth).push([name, value]);
  }

  #scalar(start: number, end: number): unknown {
    return JSON.parse(this.#bytes.toString("utf8", start, end));
  }
}

function at<T>(found: T[][], depth: number): T[] {
  const members = found[depth] ?? [];
  found[depth] = members;
  return members;
}

function taken<T>(found: T[][], depth: number): T[] {
  const members = at(found, depth);
  found[depth] = [];
  return members;
}
