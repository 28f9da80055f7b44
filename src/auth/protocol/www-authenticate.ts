// `WWW-Authenticate` by its grammar (RFC 9110 11.2, 11.6.1): several challenges in one or many headers, in any order.

/** One challenge. Scheme and parameter names are in lower case; of a repeated parameter the first counts. */
interface Challenge {
  readonly scheme: string;
  readonly params: ReadonlyMap<string, string>;
  /** What some schemes send in place of parameters. */
  readonly token68?: string;
}

/** Longest header text looked at, all values together; what is behind it is ignored. */
const MAX_LENGTH = 64 * 1024;

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const TOKEN68 = /[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/y;
/** Not by the grammar: unquoted URLs are sent too, and mean what they say. */
const BARE_VALUE = /[^\s,"]+/y;
const BLANKS = /[ \t]*/y;
const BLANKS_OR_COMMAS = /[ \t,]*/y;

/** All challenges of all `WWW-Authenticate` values, in order. What breaks the grammar is skipped up to the next comma. */
export function parseChallenges(values: readonly string[]): Challenge[] {
  let left = MAX_LENGTH;
  const found: Challenge[] = [];
  for (const value of values) {
    if (left <= 0) break;
    found.push(...new Scanner(value.slice(0, left)).challenges());
    left -= value.length;
  }
  return found;
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  challenges(): Challenge[] {
    const found: Challenge[] = [];
    for (;;) {
      this.#take(BLANKS_OR_COMMAS);
      if (this.#at >= this.#text.length) return found;
      const scheme = this.#take(TOKEN);
      // A parameter before any scheme, or no token at all: nothing that could be meant.
      if (scheme === "" || this.#text[this.#at] === "=") this.#skipElement();
      else found.push(this.#challenge(scheme));
    }
  }

  #challenge(scheme: string): Challenge {
    const params = new Map<string, string>();
    const named = { scheme: scheme.toLowerCase(), params };
    this.#take(BLANKS);
    const token68 = this.#take(TOKEN68);
    if (token68 !== "") return { ...named, token68 };
    for (;;) {
      const start = this.#at;
      this.#take(BLANKS_OR_COMMAS);
      const name = this.#take(TOKEN).toLowerCase();
      this.#take(BLANKS);
      if (name === "" || this.#text[this.#at] !== "=") {
        this.#at = start; // The next scheme begins here.
        return named;
      }
      this.#at += 1;
      this.#take(BLANKS);
      const value = this.#text[this.#at] === '"' ? this.#quoted() : this.#take(BARE_VALUE);
      if (!params.has(name)) params.set(name, value);
      // Behind a value comes a comma or the end; some servers leave the comma out.
      this.#take(BLANKS);
      if (this.#at >= this.#text.length) return named;
    }
  }

  /** A quoted string; a missing end quote is taken as the end of the header. */
  #quoted(): string {
    const parts: string[] = [];
    let from = this.#at + 1;
    for (let at = from; at < this.#text.length; at++) {
      const char = this.#text[at];
      if (char === '"') {
        parts.push(this.#text.slice(from, at));
        this.#at = at + 1;
        return parts.join("");
      }
      if (char === "\\" && at + 1 < this.#text.length) {
        parts.push(this.#text.slice(from, at));
        at += 1;
        from = at;
      }
    }
    parts.push(this.#text.slice(from));
    this.#at = this.#text.length;
    return parts.join("");
  }

  #skipElement(): void {
    while (this.#at < this.#text.length && this.#text[this.#at] !== ",") {
      if (this.#text[this.#at] === '"') this.#quoted();
      else this.#at += 1;
    }
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }
}

/** What a refusal of the remote says about signing in (RFC 6750 3, RFC 9728 5.1, RFC 9449 7.1). */
export interface ChallengeHints {
  /** URL of the resource metadata, as sent. */
  readonly resourceMetadata?: string;
  readonly scope?: string;
  readonly error?: string;
  readonly errorDescription?: string;
  /** It asks for DPoP. */
  readonly dpop: boolean;
}

/** Reads the hints off all challenges: Bearer first, then DPoP; `resource_metadata` counts with any scheme. */
export function readHints(values: readonly string[]): ChallengeHints {
  const all = parseChallenges(values);
  const ours = [
    ...all.filter(({ scheme }) => scheme === "bearer"),
    ...all.filter(({ scheme }) => scheme === "dpop"),
  ];
  const first = (name: string, among: readonly Challenge[]): string | undefined => {
    for (const { params } of among) {
      const value = params.get(name);
      if (value !== undefined && value !== "") return value;
    }
    return undefined;
  };
  const resourceMetadata = first("resource_metadata", [...ours, ...all]);
  const scope = normalScope(first("scope", ours));
  const error = first("error", ours);
  const errorDescription = first("error_description", ours);
  return {
    ...(resourceMetadata === undefined ? {} : { resourceMetadata }),
    ...(scope === undefined ? {} : { scope }),
    ...(error === undefined ? {} : { error }),
    ...(errorDescription === undefined ? {} : { errorDescription }),
    dpop: ours.some(({ scheme }) => scheme === "dpop") && !ours.some(({ scheme }) => scheme === "bearer"),
  };
}

function normalScope(scope: string | undefined): string | undefined {
  const words = scope?.split(/\s+/).filter((word) => word !== "") ?? [];
  return words.length === 0 ? undefined : words.join(" ");
}
