// Secrets in what is said, against a search for every piece of them.
import { KnownSecrets } from "../../src/core/text/known-secrets.ts";
import { type Seeded, seeded } from "../support/clocks/seeded.ts";
import type { FuzzTarget } from "./target.ts";

const PIECE = 12;
const LETTERS = [..."abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789-_+/=:"];
const BETWEEN = [" ", ", ", "word", "\n", "<", ">", "#"];

export const knownSecrets: FuzzTarget = (seed) => {
  const random = seeded(seed);
  const values = Array.from({ length: 1 + random.below(4) }, () => value(random));
  const known = new KnownSecrets();
  for (const one of values) known.add(one);
  const text = Array.from({ length: random.below(12) }, () =>
    random.chance(0.5) ? random.one(BETWEEN) : part(random, random.one(values)),
  ).join("");
  const clean = known.hide(text);
  for (const one of values) {
    for (const form of [one, encodeURIComponent(one), Buffer.from(one).toString("base64")])
      if (clean.includes(form)) return `${JSON.stringify([values, text])}: ${form} is left in ${clean}`;
    for (let at = 0; at + PIECE <= one.length; at += 1) {
      const piece = one.slice(at, at + PIECE);
      // Words alone are no piece.
      if (/[A-Z0-9]/.test(piece) && clean.includes(piece))
        return `${JSON.stringify([values, text])}: ${piece} is left in ${clean}`;
    }
  }
  const isFree = !values.some((one) => shares(one, text));
  return isFree && clean !== text ? `${JSON.stringify([values, text])}: became ${clean}` : undefined;
};

function value(random: Seeded): string {
  return Array.from({ length: 6 + random.below(40) }, () => random.one(LETTERS)).join("");
}

/** It, a piece of it, or it in another form. */
function part(random: Seeded, one: string): string {
  if (random.chance(0.2)) return one;
  if (random.chance(0.2)) return encodeURIComponent(one);
  if (random.chance(0.2)) return Buffer.from(one).toString("base64");
  const at = random.below(one.length);
  return one.slice(at, at + random.below(one.length));
}

/** Has `text` four characters in a row of any form of the value? */
function shares(one: string, text: string): boolean {
  const forms = [one, encodeURIComponent(one)];
  for (const before of ["", "x", "xx"]) forms.push(Buffer.from(before + one).toString("base64"));
  return forms.some((form) =>
    [...form].some((_, at) => at + 4 <= form.length && text.includes(form.slice(at, at + 4))),
  );
}
