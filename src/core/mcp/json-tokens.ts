// Checks that bytes, UTF-8 already, are JSON (RFC 8259) without making anything of them. Time grows with their number alone, memory not
// at all, whatever their structure: `JSON.parse` takes forty times the size of `[{},{},...]`. The work can be done in parts.

import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  escapeEnd,
  isDigit,
  MINUS,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  ZERO,
} from "./json-bytes.ts";

/** The deepest nesting that is let through. Few readers go further: Python's stops near 1,000, Go's at 10,000. */
export const MAX_DEPTH = 10_000;

/** What the next token may be. */
const VALUE = 0;
const VALUE_OR_END = 1;
const NAME = 2;
const NAME_OR_END = 3;
const AFTER_NAME = 4;
const AFTER_VALUE = 5;
/** Inside a token that may be as long as the whole document, so that it can be left in its middle. */
const IN_STRING = 6;
const IN_DIGITS = 7;
const IN_FRACTION = 8;
const IN_EXPONENT = 9;

const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");
const NULL = Buffer.from("null");

/** Hears of what lies near the top. Positions are of the first byte, and of the first byte after. */
export interface JsonWatcher {
  /** How deep it looks: 1 are the members of the outermost value. */
  readonly depth: number;
  /** The name of a member, as it is written, with its quotes. */
  onName(depth: number, start: number, end: number): void;
  onValueEnd(depth: number, start: number, end: number): void;
}

export class JsonTokenizer {
  readonly #bytes: Buffer;
  readonly #watcher: JsonWatcher | undefined;
  readonly #watched: number;
  /** 1 where an object is open at that depth, 0 where it is an array. */
  readonly #isObject: (0 | 1)[] = [0];
  /** Where the values that are being read begin, as far down as the watcher looks. */
  readonly #starts: number[];
  #depth = 0;
  #at = 0;
  #expected = VALUE;
  #nameStart = 0;
  /** The string that is being read is a member's name. */
  #isName = false;
  fault: "syntax" | "depth" | undefined;
  /** Values begun so far, and the deepest nesting since somebody set this to 0. */
  values = 0;
  deepest = 0;

  /** Line ends between tokens become blanks, in `bytes` itself: a message travels as one line. */
  constructor(bytes: Buffer, watcher?: JsonWatcher) {
    this.#bytes = bytes;
    this.#watcher = watcher;
    this.#watched = watcher?.depth ?? -1;
    this.#starts = new Array<number>(Math.min(this.#watched, MAX_DEPTH) + 2).fill(0);
  }

  /** Reads on over `most` bytes. @returns true: the end is reached, or a fault was found */
  advance(most: number): boolean {
    const limit = Math.min(this.#bytes.length, this.#at + most);
    this.#tokens(limit);
    if (this.fault !== undefined) return true;
    if (this.#at < this.#bytes.length) return false;
    if (IN_DIGITS <= this.#expected) this.#endValue(this.#at);
    if (this.#expected !== AFTER_VALUE || this.#depth > 0) this.fault = "syntax";
    return true;
  }

  #tokens(limit: number): void {
    const bytes = this.#bytes;
    while (this.#at < limit && this.fault === undefined) {
      const byte = bytes[this.#at] ?? 0;
      if (this.#expected === IN_STRING) this.#string(limit);
      else if (this.#expected > IN_STRING) this.#digits(limit);
      else if (byte === 0x20 || byte === 0x09) this.#at += 1;
      else if (byte === 0x0a || byte === 0x0d) bytes[this.#at++] = 0x20;
      else this.#token(byte);
    }
  }

  #token(byte: number): void {
    switch (this.#expected) {
      case AFTER_VALUE:
        this.#afterValue(byte);
        return;
      case AFTER_NAME:
        if (byte !== COLON) this.fault = "syntax";
        this.#at += 1;
        this.#expected = VALUE;
        return;
      case NAME_OR_END:
      case NAME:
        if (byte === QUOTE) this.#beginString(true);
        else if (byte === CLOSE_BRACE && this.#expected === NAME_OR_END) this.#close();
        else this.fault = "syntax";
        return;
      default:
        if (byte === CLOSE_BRACKET && this.#expected === VALUE_OR_END) this.#close();
        else this.#value(byte);
    }
  }

  #afterValue(byte: number): void {
    const isObject = this.#isObject[this.#depth] === 1;
    if (this.#depth > 0 && byte === COMMA) {
      this.#at += 1;
      this.#expected = isObject ? NAME : VALUE;
    } else if (this.#depth > 0 && byte === (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) this.#close();
    else this.fault = "syntax";
  }

  #value(byte: number): void {
    this.values += 1;
    if (this.#depth <= this.#watched) this.#starts[this.#depth] = this.#at;
    if (byte === QUOTE) this.#beginString(false);
    else if (byte === OPEN_BRACE) this.#open(1, NAME_OR_END);
    else if (byte === OPEN_BRACKET) this.#open(0, VALUE_OR_END);
    else if (byte === MINUS || isDigit(byte)) this.#beginNumber();
    else this.#word(byte === 0x74 ? TRUE : byte === 0x66 ? FALSE : NULL);
  }

  #open(isObject: 0 | 1, expected: number): void {
    this.#at += 1;
    this.#depth += 1;
    this.deepest = Math.max(this.deepest, this.#depth);
    if (this.#depth > MAX_DEPTH) this.fault = "depth";
    else this.#isObject[this.#depth] = isObject;
    this.#expected = expected;
  }

  #close(): void {
    this.#at += 1;
    this.#depth -= 1;
    this.#endValue(this.#at);
  }

  #endValue(end: number): void {
    this.#expected = AFTER_VALUE;
    if (this.#depth > this.#watched) return;
    this.#watcher?.onValueEnd(this.#depth, this.#starts[this.#depth] ?? 0, end);
  }

  #word(word: Buffer): void {
    for (const byte of word) {
      if (this.#bytes[this.#at] !== byte) this.fault = "syntax";
      this.#at += 1;
    }
    this.#endValue(this.#at);
  }

  #beginNumber(): void {
    if (this.#bytes[this.#at] === MINUS) this.#at += 1;
    const first = this.#bytes[this.#at];
    this.#digit();
    if (this.fault !== undefined) return;
    // Nothing but a fraction or an exponent may follow a zero.
    if (first === ZERO) this.#endDigits(IN_DIGITS);
    else this.#expected = IN_DIGITS;
  }

  /** At least one digit is wanted here. */
  #digit(): void {
    if (!isDigit(this.#bytes[this.#at] ?? 0)) this.fault = "syntax";
    this.#at += 1;
  }

  #beginString(isName: boolean): void {
    this.#nameStart = this.#at;
    this.#at += 1;
    this.#isName = isName;
    this.#expected = IN_STRING;
  }

  #string(limit: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (; at < limit; at += 1) {
      const byte = bytes[at] as number;
      // Most letters, which need no other comparison.
      if (byte > BACKSLASH) continue;
      if (byte === QUOTE) {
        this.#at = at + 1;
        this.#endString();
        return;
      }
      if (byte === BACKSLASH) at = escapeEnd(bytes, at + 1);
      if (byte < 0x20 || at < 0) {
        this.fault = "syntax";
        return;
      }
    }
    this.#at = at;
  }

  #endString(): void {
    if (!this.#isName) this.#endValue(this.#at);
    else {
      this.#expected = AFTER_NAME;
      if (this.#depth <= this.#watched) this.#watcher?.onName(this.#depth, this.#nameStart, this.#at);
    }
  }

  #digits(limit: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    while (at < limit) {
      const byte = bytes[at] as number;
      if (!isDigit(byte)) {
        this.#at = at;
        this.#endDigits(this.#expected);
        return;
      }
      at += 1;
    }
    this.#at = at;
  }

  #endDigits(of: number): void {
    const byte = this.#bytes[this.#at] ?? 0;
    if (byte === 0x2e && of === IN_DIGITS) {
      this.#at += 1;
      this.#expected = IN_FRACTION;
      this.#digit();
    } else if ((byte | 0x20) === 0x65 && of !== IN_EXPONENT) {
      this.#at += 1;
      const sign = this.#bytes[this.#at];
      if (sign === 0x2b || sign === MINUS) this.#at += 1;
      this.#expected = IN_EXPONENT;
      this.#digit();
    } else this.#endValue(this.#at);
  }
}
