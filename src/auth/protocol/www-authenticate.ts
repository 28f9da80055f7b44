// `WWW-Authenticate` by its grammar (RFC 9110 11.2, 11.6.1): several challenges in one or many headers, in any order.
import { defined, LONGEST } from "./json-members.ts";
import { words } from "./scopes.ts";

/** One challenge. Scheme and parameter names are in lower case; of a repeated parameter the first counts. */
interface Challenge {
  readonly scheme: string;
  readonly params: ReadonlyMap<string, string>;
  /** The others of repeated parameters. */
  readonly repeats: readonly (readonly [name: string, value: string])[];
  /** What some schemes send in place of parameters. */
  readonly token68?: string;
}

/** Longest header text looked at, all values together; what is behind it is ignored. */
const MAX_LENGTH = 64 * 1024;

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const TOKEN68 = /[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/y;
/** Not by the grammar: unquoted URLs are sent too, and mean what they say. */
const BARE_VALUE = /[^\s,"]+/y;
const INSIDE_QUOTES = /(?:[^"\\]|\\.?)*/sy;
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
    const repeats: [string, string][] = [];
    const named = { scheme: scheme.toLowerCase(), params, repeats };
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
      if (params.has(name)) repeats.push([name, value]);
      else params.set(name, value);
      // Behind a value comes a comma or the end; some servers leave the comma out.
      this.#take(BLANKS);
      if (this.#at >= this.#text.length) return named;
    }
  }

  /** A quoted string; a missing end quote is taken as the end of the header. */
  #quoted(): string {
    this.#at += 1;
    const escaped = this.#take(INSIDE_QUOTES);
    this.#at += 1;
    return escaped.replace(/\\(.)/gs, "$1");
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

/** Places of resource metadata that are looked at. */
const MOST_PLACES = 4;

/** What a refusal of the remote says about signing in (RFC 6750 3, RFC 9728 5.1, RFC 9449 7.1). */
export interface ChallengeHints {
  /** Where the resource metadata is said to be, as sent: of every challenge and every repetition. */
  readonly resourceMetadata?: readonly string[];
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
  const first = (
    name: string,
    among: readonly Challenge[],
    longest: number = LONGEST.name,
  ): string | undefined =>
    among
      .map(({ params }) => params.get(name))
      .find((value) => value !== undefined && value !== "" && value.length <= longest);
  const places = [...ours, ...all]
    .flatMap(({ params, repeats }) => [...params, ...repeats])
    .flatMap(([name, value]) => (name === "resource_metadata" ? [value] : []))
    .filter((value) => value !== "" && value.length <= LONGEST.name);
  return {
    ...defined({
      resourceMetadata: places.length === 0 ? undefined : [...new Set(places)].slice(0, MOST_PLACES),
      scope: words(first("scope", ours, LONGEST.scope)).join(" ") || undefined,
      error: first("error", ours),
      errorDescription: first("error_description", ours),
    }),
    dpop: ours.some(({ scheme }) => scheme === "dpop") && !ours.some(({ scheme }) => scheme === "bearer"),
  };
}
