// Text from the network that a person will read: in a terminal, in a host's error box, in a log.

/**
 * Terminal escapes, C0 and C1 controls, the marks that reorder or hide text (bidi, zero width), and halves of surrogate
 * pairs, for which strict readers of JSON refuse the whole line.
 */
const UNPRINTABLE =
  /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Surrogate}/gu;

/** `text` without control characters, at most `max` characters (an ellipsis marks the cut). */
export function printable(text: string, max = 300): string {
  // Cleaning megabytes, of which a line is shown, would take seconds.
  const seen = text.slice(0, 8 * max);
  const clean = seen.replace(UNPRINTABLE, " ").replace(/ {2,}/g, " ").trim();
  if (clean.length < max && seen.length < text.length) return `${clean}…`;
  return clean.length <= max ? clean : `${clean.slice(0, max - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** One line with blanks in their place; the colours of a terminal stay. */
export function withoutControls(line: string): string {
  return line
    .split(/(\u001b\[\d{1,2}m)/)
    .map((part, at) => (at % 2 === 1 ? part : part.replace(UNPRINTABLE, " ")))
    .join("");
}

/** `text` cleaned, cut and in double quotes: how every error shows what somebody else sent. */
export function quoted(text: string, max = 300): string {
  return `"${printable(text, max).replaceAll('"', "'")}"`;
}

/** What somebody else said, and that it was not we who said it: models read errors too, and do what they say. */
export function inTheirWords(text: string, max = 300): string {
  return `in its own words ${quoted(text, max)}`;
}

/**
 * How an error speaks of a value of the command line or the environment: people put keys and passwords in the wrong
 * place, and hosts write errors into their logs.
 */
export function sized(text: string): string {
  return text.length === 1 ? "1 character" : `${text.length} characters`;
}

/**
 * A URL for people: no userinfo, no fragment, and nothing of the query (authorization codes, tokens and keys travel
 * there, also as a name without a value). `https://a/b?code=1` becomes `https://a/b?…`.
 */
export function urlForPeople(url: URL | string, max = 300): string {
  const text = typeof url === "string" ? url : url.href;
  if (!URL.canParse(text)) return printable(text.split("?")[0] ?? "", max);
  const parsed = new URL(text);
  const query = parsed.search === "" ? "" : "?…";
  return printable(`${parsed.protocol}//${parsed.host}${parsed.pathname}${query}`, max);
}
