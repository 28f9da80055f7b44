import { Failure } from "../../core/failure/failure.ts";
import { RESERVED_HEADERS } from "../../core/reserved-headers.ts";
import type { UserHeader } from "../../core/settings.ts";
import { Secret } from "../../core/text/secret.ts";
import { type PathContext, readFlagFile } from "./files.ts";
import { refuseUnfilled } from "./placeholders.ts";
import { expandVariables, type Variables } from "./variables.ts";

/** Names are tokens of RFC 9110. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Hosts that split arguments at blanks hand `--header "Authorization: Bearer x"` over as three words. Joins
 * the words after a `--header` until the next flag, URL, or port number.
 */
export function rejoinHeaderWords(argv: readonly string[]): string[] {
  const joined: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    joined.push(word);
    if (word === "--") return [...joined, ...argv.slice(at + 1)];
    if (word !== "--header" || at + 1 >= argv.length) continue;
    let header = argv[++at] ?? "";
    while (at + 1 < argv.length && continuesHeader(header, argv[at + 1] ?? ""))
      header += ` ${argv[++at] ?? ""}`;
    joined.push(header);
  }
  return joined;
}

function continuesHeader(header: string, next: string): boolean {
  if (/^-|^https?:\/\//i.test(next)) return false;
  if (/^[^:\s]+:\s*$/.test(header)) return true;
  return header.includes(":") && !/^\d{1,5}$/.test(next);
}

/**
 * `Name: value`, with `${NAME}` replaced. The value's own text never reaches a message.
 * @throws Failure USAGE_BAD_ARGUMENT, USAGE_MISSING_VARIABLE; Unfilled
 */
export function parseHeader(text: string, variables: Variables, place: string): UserHeader {
  refuseUnfilled(text, place, "secret");
  const colon = text.indexOf(":");
  const name = (colon < 0 ? text : text.slice(0, colon)).trim();
  if (colon < 0 || !TOKEN.test(name)) {
    throw new Failure("USAGE_BAD_ARGUMENT", `${place}: write a header as Name: value.`, {
      hint: 'For example --header "X-Api-Key: ${API_KEY}", or without a blank: --header X-Api-Key:${API_KEY}',
    });
  }
  if (RESERVED_HEADERS.has(name.toLowerCase())) {
    throw new Failure(
      "USAGE_BAD_ARGUMENT",
      `${place}: the header ${name.toLowerCase()} is set by mcp-drawbridge itself.`,
    );
  }
  const value = expandVariables(text.slice(colon + 1), variables, place).trim();
  // What node:http would refuse later, in the middle of a session (RFC 9110 5.5).
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    throw new Failure(
      "USAGE_BAD_ARGUMENT",
      `${place}: the header's value has a character that no header can carry.`,
    );
  }
  return { name: name.toLowerCase(), value: new Secret(value) };
}

/** `--header-file`: one `Name: value` a line, blank lines and lines that start with `#` are skipped. */
export function readHeaderFile(file: string, context: PathContext): UserHeader[] {
  const flag = context.named("--header-file");
  const lines = readFlagFile(flag, file, context).split(/\r?\n/);
  return lines.flatMap((line, at) =>
    /^\s*(#|$)/.test(line) ? [] : [parseHeader(line, context, `${flag}, line ${at + 1}`)],
  );
}
