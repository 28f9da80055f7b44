import { Failure } from "../../core/failure/failure.ts";
import { sized } from "../../core/text/printable.ts";
import {
  environmentName,
  type Flag,
  flagValue,
  type GivenFlags,
  InvalidValue,
  isNegated,
  memberName,
  takesValue,
} from "../flags/flag.ts";
import { type ConnectionFlags, FLAGS } from "../flags/table.ts";

/**
 * Every flag's value: of the command line, else of its environment variable, else the preset one.
 * @throws Failure USAGE_BAD_ARGUMENT naming the variable; Unfilled
 */
export function flagValues(given: GivenFlags, env: NodeJS.ProcessEnv): ConnectionFlags {
  const values = new Map<string, unknown>();
  for (const flag of FLAGS) {
    const member = memberName(flag);
    const text = env[environmentName(flag)];
    if (given.has(member)) values.set(member, given.get(member));
    else if (text !== undefined) values.set(member, fromEnvironment(flag, text));
    else if (isNegated(flag)) values.set(member, true);
    else if (flag.preset !== undefined) values.set(member, flag.preset);
  }
  return Object.fromEntries(values) as unknown as ConnectionFlags;
}

/** Repeatable flags take one value a line. */
function fromEnvironment(flag: Flag, text: string): unknown {
  const name = environmentName(flag);
  if (!takesValue(flag)) return isNegated(flag) !== isOn(name, text);
  const lines = flag.parse === undefined ? [text] : text.split(/\r?\n/).filter((line) => line !== "");
  try {
    return lines.reduce<unknown>((before, line) => flagValue(flag, line, before, name), undefined);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    const value = flag.choices === undefined ? "" : `the value (${sized(text)}) is not valid. `;
    throw new Failure("USAGE_BAD_ARGUMENT", `${name}: ${value}${error.message}`, { cause: error });
  }
}

function isOn(name: string, text: string): boolean {
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  if (/^(0|false|no|off|)$/i.test(text)) return false;
  throw new Failure("USAGE_BAD_ARGUMENT", `${name}: the value (${sized(text)}) is neither true nor false.`);
}
