// Names of members, as the readers of the world compare them.

/** No wanted name is longer than this, even with every character written as an escape. */
const LONGEST = 6 * 24;

/** What a name is among the wanted ones. */
export interface NameMatch {
  /** With the prefix. */
  readonly wanted: string;
  /** False: only some readers take it for the wanted one. */
  readonly isExact: boolean;
}

/** What of a name's bytes some readers make another character of. */
const DOUBTFUL = /[A-Z\\\x80-\xff]/;

/** Names to look for among those that stand in a document. */
export class WantedNames {
  readonly #exact = new Map<string, NameMatch>();
  readonly #folded = new Map<string, NameMatch>();

  constructor(names: readonly string[], prefix = "") {
    for (const name of names) {
      const wanted = prefix + name;
      this.#exact.set(name, { wanted, isExact: true });
      this.#folded.set(foldedName(name), { wanted, isExact: false });
    }
  }

  /**
   * @param start of the name's quote; `end` is behind the other. Names are compared decoded: `"\u0069d"` is `id`.
   */
  match(bytes: Buffer, start: number, end: number): NameMatch | undefined {
    if (end - start > LONGEST) return undefined;
    const text = bytes.toString("latin1", start + 1, end - 1);
    const found = this.#exact.get(text);
    if (found !== undefined) return found;
    // Folded it is the same, and a wanted one may fold to it.
    if (!DOUBTFUL.test(text)) return this.#folded.get(text);
    const name: unknown = JSON.parse(bytes.toString("utf8", start, end));
    return typeof name === "string"
      ? (this.#exact.get(name) ?? this.#folded.get(foldedName(name)))
      : undefined;
  }
}

/**
 * Two names with the same result are one name to some reader: Go's ignores case and takes U+017F and U+212A for s and k,
 * what is written in C ends at a NUL.
 */
function foldedName(name: string): string {
  return name.replace(/\0.*/s, "").replaceAll("\u017f", "s").toLowerCase();
}
