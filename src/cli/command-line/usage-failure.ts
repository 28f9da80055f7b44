import { Failure } from "../../core/failure/failure.ts";
import { sized } from "../../core/text/printable.ts";
import type { CommanderError } from "../commander.ts";

/**
 * What commander complains of, without the values it quotes: a private key may stand where a path belongs, a token where a
 * port does, and hosts keep errors in their logs. Names of flags are ours; an unknown one is shown only where it is like
 * one of ours.
 * @param complaint such as `error: unknown option '--debgu'\n(Did you mean --debug?)`
 */
export function usageFailure(complaint: string, cause: CommanderError, argv: readonly string[]): Failure {
  const sentence = withoutValues(complaint.trim().replace(/^error: /, ""), cause.code, argv);
  const capital = sentence.charAt(0).toUpperCase() + sentence.slice(1);
  return new Failure("USAGE_BAD_ARGUMENT", /[.)?]$/.test(capital) ? capital : `${capital}.`, { cause });
}

function withoutValues(complaint: string, code: string, argv: readonly string[]): string {
  if (code === "commander.unknownOption") return unknownFlag(complaint, argv);
  if (code === "commander.invalidArgument") {
    // Greedy: up to the end of the value, whatever stands in it.
    const [, flag, value = "", why = ""] =
      /^option '(-[^']*)' argument '([\s\S]*)' is invalid\. ([\s\S]*)$/.exec(complaint) ?? [];
    if (flag !== undefined) return `${flag}: the value (${sized(value)}) is not valid. ${why}`;
    const [, text = "", name = "argument", reason = ""] =
      /^command-argument value '([\s\S]*)' is invalid for argument '([^']*)'\. ([\s\S]*)$/.exec(complaint) ??
      [];
    return `The ${name} (${sized(text)}) is not valid. ${reason}`;
  }
  return SPEAK_OF_NAMES.has(code) ? complaint.replace(/\s*\n\s*/g, " ") : "The command line cannot be read";
}

/** Complaints that quote names of flags and arguments only. */
const SPEAK_OF_NAMES: ReadonlySet<string> = new Set([
  "commander.missingArgument",
  "commander.optionMissingArgument",
  "commander.excessArguments",
  "commander.conflictingOption",
]);

function unknownFlag(complaint: string, argv: readonly string[]): string {
  const [, word = "", near] =
    /^unknown option '([\s\S]*)'(?:\n(\(Did you mean [^()]*\)))?$/.exec(complaint) ?? [];
  const [name = ""] = word.split("=");
  // Keys and tokens have other characters than these.
  if (near !== undefined || /^--[a-z][a-z-]{0,30}$/.test(name))
    return `Unknown flag ${name}${near === undefined ? "" : ` ${near}`}`;
  return `Argument ${argv.indexOf(word) + 1} (${sized(word)}) begins with - but is no flag`;
}
