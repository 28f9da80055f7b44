// The one way out for words of ours: to a host, a terminal, a page. Files of events have `Redactor.field` beside it.
import { KNOWN_SECRETS } from "./known-secrets.ts";
import { printable, withoutControls } from "./printable.ts";
import { Redactor } from "./redaction.ts";

/** An authorization URL with everything in it must fit. */
export const MAX_OUTGOING = 8_192;

/** Hides the values of `Secret`; the patterns are enough without any others. */
const redactor = new Redactor();

/**
 * A sentence as it may leave: on one line, without secrets, cut. In that order, for a secret that was broken by characters
 * that nobody sees is one, and half of one is what no pattern knows.
 */
export function outgoing(text: string, max = MAX_OUTGOING): string {
  return printable(redactor.forPerson(printable(joined(text), Number.POSITIVE_INFINITY)), max);
}

/** For hints: they are our own words, and show how to write headers and parameters, which the patterns would hide. */
export function outgoingHint(text: string, max = MAX_OUTGOING): string {
  return printable(KNOWN_SECRETS.hide(joined(text)), max);
}

/**
 * Lines that are laid out, in columns and with hints among them: without control characters, but for the colours of our own
 * marks, and without known secrets. What others said in them has passed `outgoing` alone.
 */
export function outgoingLines(text: string): string {
  const lines = joined(text).split("\n").map(withoutControls);
  return lines.map((line) => KNOWN_SECRETS.hide(line)).join("\n");
}

/** Without what has no width. */
function joined(text: string): string {
  return text.replace(/[\u00ad\u200b-\u200f\u2060-\u206f\ufeff]/g, "");
}
