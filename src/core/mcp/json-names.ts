// Names of members, as the readers of the world compare them.

import { BACKSLASH } from "./json-bytes.ts";

/** No wanted name is longer than this, even with every character written as an escape. */
const LONGEST = 6 * 24;

/** What a name is among the wanted ones. */
export interface NameMatch {
  /** With the prefix. */
  readonly wanted: string;
  /** False: only some readers take it for the wanted one. */
  readonly isExact: boolean;
}

/** Names to look for among those that stand in a document. */
export class WantedNames {
  /** Written plainly, by length: nearly every name is told by a comparison of bytes. */
  readonly #byLength: (readonly { readonly bytes: Buffer; readonly match: NameMatch }[])[] = [];
  readonly #exact = new Map<string, NameMatch>();
  readonly #folded = new Map<string, NameMatch>();

  constructor(names: readonly string[], prefix = "") {
    for (const name of names) {
      const wanted = prefix + name;
      const match = { wanted, isExact: true };
      this.#exact.set(name, match);
      this.#folded.set(foldedName(name), { wanted, isExact: false });
      const ofThatLength = this.#byLength[name.length] ?? [];
      this.#byLength[name.length] = [...ofThatLength, { bytes: Buffer.from(name), match }];
    }
  }

  /**
   * @param start of the name's quote; `end` is behind the other. Names are compared decoded: `"\u0069d"` is `id`.
   */
  match(bytes: Buffer, start: number, end: number): NameMatch | undefined {
    for (const { bytes: wanted, match } of this.#byLength[end - start - 2] ?? [])
      if (isAt(bytes, start + 1, wanted)) return match;
    if (end - start > LONGEST || !mayBeAnother(bytes, start + 1, end - 1)) return undefined;
    const name: unknown = JSON.parse(bytes.toString("utf8", start, end));
    return typeof name === "string"
      ? (this.#exact.get(name) ?? this.#folded.get(foldedName(name)))
      : undefined;
  }
}

function isAt(bytes: Buffer, start: number, wanted: Buffer): boolean {
  for (let at = 0; at < wanted.length; at += 1) if (bytes[start + at] !== wanted[at]) return false;
  return true;
}

/** Is there anything in it of which some readers make another character? */
function mayBeAnother(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === BACKSLASH || byte >= 0x80 || (byte >= 0x41 && byte <= 0x5a)) return true;
  }
  return false;
}

/**
 * Two names with the same result are one name to some reader: Go's ignores case and takes U+017F and U+212A for s and k,
 * what is written in C ends at a NUL.
 */
export function foldedName(name: string): string {
  return name.replace(/\0.*/s, "").replaceAll("\u017f", "s").toLowerCase();
}
