// Finds where things lie in JSON that is already known to be valid. Works on bytes and copies nothing, because
// `JSON.parse` loses what must survive: how an id was written, and that a member was there twice.

import { BACKSLASH, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE } from "./json-bytes.ts";
import type { WantedNames } from "./json-names.ts";

/** Where a value begins, and the first byte after it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface ScannedObject {
  /** Values of the wanted members; of a repeated one, the last. */
  readonly members: ReadonlyMap<string, Span>;
  /** A wanted member that occurs twice. Names are compared decoded: `"\u0069d"` is `id`. */
  readonly repeated: string | undefined;
  /** A wanted member that some readers see in another one: in `Name` they see `name`. */
  readonly variant: string | undefined;
}

/** Why two readers could see two objects, as the end of "it ..."; undefined: they could not. */
export function doubtIn({ repeated, variant }: ScannedObject): string | undefined {
  if (repeated !== undefined) return `has ${repeated} twice`;
  return variant && `has a member that some readers take for ${variant}`;
}

/**
 * The members of the object that begins at `start` (its brace), one by one; names with their quotes.
 * @param knownEnd where a value ends, if something quicker than walking over it tells
 */
export function forEachMember(
  bytes: Buffer,
  start: number,
  onMember: (nameStart: number, nameEnd: number, valueStart: number, valueEnd: number) => void,
  knownEnd?: (nameStart: number, nameEnd: number, valueStart: number) => number | undefined,
): void {
  let at = skipBlank(bytes, start + 1);
  while (bytes[at] === QUOTE) {
    const nameEnd = skipString(bytes, at);
    const valueStart = skipBlank(bytes, skipBlank(bytes, nameEnd) + 1);
    const valueEnd = knownEnd?.(at, nameEnd, valueStart) ?? skipValue(bytes, valueStart);
    onMember(at, nameEnd, valueStart, valueEnd);
    at = skipBlank(bytes, valueEnd);
    if (bytes[at] === COMMA) at = skipBlank(bytes, at + 1);
  }
}

/** The wanted members of the object that begins at `start` (its brace). */
export function scanObject(bytes: Buffer, start: number, names: WantedNames): ScannedObject {
  const members = new Map<string, Span>();
  let repeated: string | undefined;
  let variant: string | undefined;
  forEachMember(bytes, start, (nameStart, nameEnd, valueStart, valueEnd) => {
    const found = names.match(bytes, nameStart, nameEnd);
    if (found === undefined) return;
    const { wanted, isExact } = found;
    if (!isExact) variant ??= wanted;
    else {
      if (members.has(wanted)) repeated = wanted;
      members.set(wanted, { start: valueStart, end: valueEnd });
    }
  });
  return { members, repeated, variant };
}

/** The elements of the array that begins at `start` (its bracket). */
export function scanArray(bytes: Buffer, start: number): Span[] {
  const elements: Span[] = [];
  let at = skipBlank(bytes, start + 1);
  while (at < bytes.length && bytes[at] !== 0x5d) {
    const end = skipValue(bytes, at);
    elements.push({ start: at, end });
    at = skipBlank(bytes, end);
    if (bytes[at] === COMMA) at = skipBlank(bytes, at + 1);
  }
  return elements;
}

/** Index of the first byte from `at` on that is not JSON white space. */
export function skipBlank(bytes: Buffer, at: number): number {
  let next = at;
  for (;;) {
    const byte = bytes[next];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return next;
    next += 1;
  }
}

/** A raw line end lies between tokens only. */
export function blankLineEnds(bytes: Buffer): void {
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) bytes[at] = 0x20;
  for (let at = bytes.indexOf(0x0d); at >= 0; at = bytes.indexOf(0x0d, at + 1)) bytes[at] = 0x20;
}

function skipValue(bytes: Buffer, start: number): number {
  const first = bytes[start];
  if (first === QUOTE) return skipString(bytes, start);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return skipPlain(bytes, start);
  let depth = 0;
  for (let at = start; at < bytes.length; ) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = skipString(bytes, at);
      continue;
    }
    at += 1;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    // `}` and `]`; which of the two does not matter in valid JSON.
    else if ((byte === 0x7d || byte === 0x5d) && --depth === 0) return at;
  }
  return bytes.length;
}

/** A number or one of the three words. */
function skipPlain(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    if (byte === COMMA || byte === 0x7d || byte === 0x5d || byte <= 0x20) break;
    at += 1;
  }
  return at;
}

/** Short strings are walked; in long ones (64 MiB of base64) the native search for the next quote is far faster. */
function skipString(bytes: Buffer, start: number): number {
  let at = start + 1;
  const walkEnd = Math.min(bytes.length, at + 48);
  while (at < walkEnd) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    at += byte === BACKSLASH ? 2 : 1;
  }
  for (let from = at; ; ) {
    const quote = bytes.indexOf(QUOTE, from);
    if (quote < 0) return bytes.length;
    let slashes = 0;
    while (quote - 1 - slashes >= from && bytes[quote - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}
