import {
  type Flag,
  flagName,
  flagValue,
  InvalidValue,
  isNegated,
  memberName,
  takesValue,
} from "../flags/flag.ts";
import { FLAGS } from "../flags/table.ts";
import { port } from "../flags/values.ts";
import { Unfilled } from "../inputs/placeholders.ts";
import type { ConnectionArguments } from "./settings-from-flags.ts";

const BY_NAME: ReadonlyMap<string, Flag> = new Map(FLAGS.map((flag) => [flagName(flag), flag]));

/**
 * Reads the command line that hosts start the program with: a URL, a port at most, and flags. Undefined for any other, also
 * for one with a mistake; the parser that explains mistakes costs a start as much as the rest of it, and reads those.
 */
export function readShortLine(words: readonly string[]): ConnectionArguments | undefined {
  try {
    return read(words);
  } catch (error) {
    if (error instanceof InvalidValue || error instanceof Unfilled) return undefined;
    throw error;
  }
}

function read(words: readonly string[]): ConnectionArguments | undefined {
  const given = new Map<string, unknown>();
  const places: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (!word.startsWith("-")) {
      places.push(word);
      continue;
    }
    const equals = word.indexOf("=");
    const flag = BY_NAME.get(equals < 0 ? word : word.slice(0, equals));
    if (flag === undefined) return undefined;
    const member = memberName(flag);
    if (!takesValue(flag)) {
      if (equals >= 0) return undefined;
      given.set(member, !isNegated(flag));
      continue;
    }
    const text = equals < 0 ? words[++at] : word.slice(equals + 1);
    if (text === undefined || text === "" || (equals < 0 && text.startsWith("-"))) return undefined;
    given.set(member, flagValue(flag, text, given.get(member)));
  }
  const [url, callbackPort, ...more] = places;
  // 1 is no port of anybody's, but may be what somebody gave a flag that takes no value.
  if (url === undefined || !/^https?:/i.test(url) || callbackPort === "1" || more.length > 0)
    return undefined;
  if (
    FLAGS.some(
      (flag) => flag.conflicts !== undefined && given.has(memberName(flag)) && given.has(flag.conflicts),
    )
  )
    return undefined;
  return { url, given, ...(callbackPort !== undefined && { callbackPort: port(callbackPort) }) };
}
