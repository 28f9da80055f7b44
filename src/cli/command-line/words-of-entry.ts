import { sized } from "../../core/text/printable.ts";
import { type Flag, flagName, memberName, takesValue } from "../flags/flag.ts";
import { FLAGS } from "../flags/table.ts";
import { rejoinHeaderWords } from "../inputs/headers.ts";
import type { WrittenFlag } from "./entry-words.ts";

/** The arguments of an entry, read but not looked at. */
export interface EntryLine {
  readonly url: string;
  readonly port?: string;
  readonly flags: readonly WrittenFlag[];
}

const BY_NAME: ReadonlyMap<string, Flag> = new Map(FLAGS.map((flag) => [flagName(flag), flag]));

/**
 * What mcp-remote is given, for which we have the same flags. It takes no `--flag=value`, and no notice of what it does not
 * know.
 * @returns a sentence where it has something that we do not know
 */
export function wordsOfEntry(words: readonly string[]): EntryLine | string {
  const places: string[] = [];
  const flags: WrittenFlag[] = [];
  const rest = rejoinHeaderWords(words);
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] ?? "";
    if (!word.startsWith("-")) {
      places.push(word);
      continue;
    }
    const flag = BY_NAME.get(word);
    if (flag === undefined) {
      const shown = /^--[a-z][a-z-]{0,30}$/.test(word) ? word : `a word of ${sized(word)}`;
      return `It has a flag that mcp-drawbridge does not know: ${shown}.`;
    }
    if (!takesValue(flag)) {
      flags.push([flag]);
      continue;
    }
    const text = rest[++at];
    if (text === undefined) return `Its ${word} has no value.`;
    // Empty, it means what we have a flag for.
    if (memberName(flag) === "resource" && text.trim() === "") {
      const none = BY_NAME.get("--disable-resource-parameter");
      if (none !== undefined) flags.push([none]);
    } else flags.push([flag, text]);
  }
  const [url, port, ...more] = places;
  if (url === undefined || !/^https?:\/\//i.test(url)) return "It has no address.";
  if (more.length > 0) return "It has more arguments than an address and a port.";
  return { url, flags, ...(port !== undefined && { port }) };
}
