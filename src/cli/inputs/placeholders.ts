// Texts that a host should have replaced, a person should have filled in, or nobody can see. Sent as they are, they would be
// a wrong key or a wrong address, and the server's answer would not say so.

/** Found instead of a value. `placeholder-failure.ts` has the words, which only a start that fails loads. */
export class Unfilled extends Error {
  readonly place: string;
  /** From 1. */
  readonly position: number;
  /** One that cannot be seen; absent: a placeholder. */
  readonly character: string | undefined;

  constructor(place: string, position: number, character?: string) {
    super(place);
    this.place = place;
    this.position = position;
    this.character = character;
  }
}

/**
 * `${X}`, `{env:X}`, `$env:X`, `{{X}}`, `%X%` and `<YOUR_KEY>`. A letter or digit beside it makes the last two something
 * else: `a<b> c`, and `%C3%A4`, which is an encoded character.
 */
const PLACEHOLDER =
  /\$\{[^{}]*\}|\$?\{\{[\w .-]*\}\}|\{(?:env|file|input|secret):[^{}]*\}|\$env:[a-z_]\w*|(?<![a-z0-9%])%[a-z_]\w*%(?![a-z0-9])|(?<![a-z0-9])<[a-z][\w -]*>(?![a-z0-9])/gi;
const BRACED = /\$\{[^{}]*\}/g;
/** What `expandVariables` replaces. */
const OURS = /^\$\{[a-z_]\w*\}$/i;
/** Formats, blanks but the plain one, and letters without a shape. */
const INVISIBLE = /(?! )[\p{Cf}\p{Z}\u115f\u1160\u3164\uffa0]|\u034f|[\u17b4\u17b5]|[\ufe00-\ufe0f]/u;

/**
 * `secret`: `${NAME}` in it is replaced by us. `word`: it is not. `url`: nor has it characters that nobody sees. `path`: only
 * `${...}` is looked for, since a file may have any name.
 */
export type TextKind = "secret" | "word" | "url" | "path";

/** @throws Unfilled */
export function refuseUnfilled(text: string, place: string, kind: TextKind): void {
  for (const { 0: found, index } of text.matchAll(kind === "path" ? BRACED : PLACEHOLDER))
    if (kind !== "secret" || !OURS.test(found)) throw new Unfilled(place, index + 1);
  const unseen = kind === "url" ? INVISIBLE.exec(text) : null;
  if (unseen !== null) throw new Unfilled(place, unseen.index + 1, unseen[0]);
}
