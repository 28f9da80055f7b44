// Values that no text of ours may carry out, in whatever form they come back in.

/** Shorter values are words: hunting them would hide half of what is written. */
const LEAST = 6;
/** A piece of a value that is this long is hidden too. */
const PIECE = 12;
/** Every piece holds a run of this length that is in the index: one begins at every fifth character of a value. */
const RUN = 8;
const STRIDE = PIECE - RUN + 1;
/** Values that share a run; the runs behind it tell them apart. */
const MOST_OF_A_RUN = 16;
/** A value that is longer is hunted as it is. */
const MOST_ENCODED = 8_192;
/** Tokens come and go; what the user gave is older than all of them, and stays. */
const MOST_VALUES = 1_000;
const ALWAYS_KEPT = 64;

export const HIDDEN = "[secret]";

/** This much of a value is no coincidence, even if it is all words. */
const LONG_WORDS = 24;

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Place {
  readonly form: string;
  readonly at: number;
}

export class KnownSecrets {
  readonly #values = new Set<string>();
  #indexed = new Set<string>();
  readonly #runs = new Map<string, Place[]>();
  readonly #short = new Set<string>();

  /** Also the words in it: a header's value may be a scheme and a credential. */
  add(value: string): void {
    for (const part of new Set([value, ...value.split(/\s+/)])) {
      if (part.length < LEAST || /^(?:bearer|negotiate|digest)$/i.test(part)) continue;
      this.#values.add(part);
    }
    if (this.#values.size > MOST_VALUES) this.#forgetOld();
  }

  /** `text` without the values and their pieces. Takes time that grows with the text, whatever is in it. */
  hide(text: string): string {
    if (this.#values.size === 0 || text.length < LEAST) return text;
    this.#index();
    let clean = "";
    let done = 0;
    for (let at = 0; at + RUN <= text.length; at++) {
      const places = this.#runs.get(text.slice(at, at + RUN));
      const span = places && this.#spanAt(text, at, done, places);
      if (span === undefined) continue;
      clean += this.#withoutShort(text.slice(done, span.start)) + HIDDEN;
      done = span.end;
      at = done - 1;
    }
    return clean + this.#withoutShort(text.slice(done));
  }

  #withoutShort(text: string): string {
    let clean = text;
    for (const form of this.#short) clean = clean.replaceAll(form, HIDDEN);
    return clean;
  }

  /** What surrounds the run at `at` and is in a value too, if that is a piece or the whole of it; the longest. */
  #spanAt(text: string, at: number, from: number, places: readonly Place[]): Span | undefined {
    let longest: Span | undefined;
    for (const { form, at: inForm } of places) {
      let start = at;
      let before = inForm;
      while (start > from && before > 0 && text[start - 1] === form[before - 1]) {
        start--;
        before--;
      }
      let end = at + RUN;
      let after = inForm + RUN;
      while (end < text.length && after < form.length && text[end] === form[after]) {
        end++;
        after++;
      }
      const isWhole = before === 0 && after === form.length;
      if (!isWhole && !isPiece(text.slice(start, Math.min(end, start + LONG_WORDS)))) continue;
      // A blank in front is more likely the sentence's.
      if (text[start] === " ") start++;
      if (longest === undefined || end > longest.end) longest = { start, end };
    }
    return longest;
  }

  #index(): void {
    if (this.#indexed.size === this.#values.size) return;
    for (const value of this.#values) {
      if (this.#indexed.has(value)) continue;
      this.#indexed.add(value);
      for (const form of formsOf(value)) {
        if (form.length < PIECE) this.#short.add(form);
        else this.#addRuns(form);
      }
    }
  }

  #addRuns(form: string): void {
    const last = form.length - RUN;
    for (let at = 0; at < last; at += STRIDE) this.#addRun({ form, at });
    // Many values begin alike.
    this.#addRun({ form, at: last });
  }

  #addRun(place: Place): void {
    const run = place.form.slice(place.at, place.at + RUN);
    const places = this.#runs.get(run);
    if (places === undefined) this.#runs.set(run, [place]);
    else if (places.length < MOST_OF_A_RUN) places.push(place);
  }

  #forgetOld(): void {
    const all = [...this.#values];
    for (const value of all.slice(ALWAYS_KEPT, all.length - MOST_VALUES / 2)) this.#values.delete(value);
    this.#indexed = new Set();
    this.#runs.clear();
    this.#short.clear();
  }
}

/** Without a digit or a capital letter it is a word, such as the name of this program. */
function isPiece(text: string): boolean {
  return text.length >= LONG_WORDS || (text.length >= PIECE && /[A-Z0-9]/.test(text));
}

/** Every secret of this process: `new Secret` adds it. */
export const KNOWN_SECRETS = new KnownSecrets();

/** The value as it is, and as URLs, forms, JSON and Base64 write it. */
function formsOf(value: string): ReadonlySet<string> {
  if (value.length > MOST_ENCODED) return new Set([value]);
  // Half a surrogate pair has no such form, and is none in any of them.
  const whole = Buffer.from(value).toString();
  const form = new URLSearchParams([["", whole]]).toString().slice(1);
  const forms = [value, encodeURIComponent(whole), form, JSON.stringify(value).slice(1, -1)];
  for (const offset of [0, 1, 2]) {
    const text = base64(value, offset);
    forms.push(text, text.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return new Set(forms.filter(({ length }) => length >= LEAST));
}

/** As it is inside a longer text that was encoded: behind `offset` more bytes, without what others share at both ends. */
function base64(value: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
  return bytes.toString("base64").slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6));
}
