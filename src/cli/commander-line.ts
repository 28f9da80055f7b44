import { Failure } from "../core/failure/failure.ts";
import { refuseValueOfSwitch } from "./command-line/switch-value.ts";
import { usageFailure } from "./command-line/usage-failure.ts";
import { Command, CommanderError, Option } from "./commander.ts";
import type { Invocation, Printed } from "./commands/command.ts";
import { defineConnect } from "./commands/connect.ts";
import { COMMANDS } from "./commands/table.ts";
import { DESCRIPTIONS } from "./flags/descriptions.ts";
import { type Flag, flagName, refuseUnfilledFlag, takesValue } from "./flags/flag.ts";
import { FLAG_GROUPS } from "./flags/table.ts";
import { rejoinHeaderWords } from "./inputs/headers.ts";
import { flagOfSplitJson } from "./inputs/json-argument.ts";
import { placeholderFailure } from "./inputs/placeholder-failure.ts";
import { Unfilled } from "./inputs/placeholders.ts";

/**
 * Reads any command line, with help and what to say about mistakes.
 * @throws Failure USAGE_BAD_ARGUMENT, with a suggestion where a flag looks misspelt
 */
export function readWithCommander(argv: readonly string[]): Invocation | Printed {
  let invocation: Invocation | undefined;
  let printed = "";
  let complaint = "";
  const choose = (chosen: Invocation): void => {
    invocation = chosen;
  };
  const program = new Command("mcp-drawbridge");
  // Before the commands: they inherit it.
  program.exitOverride().configureOutput({
    getOutHelpWidth: () => 100,
    writeOut: (text) => {
      printed += text;
    },
    writeErr: (text) => {
      complaint += text;
    },
  });
  addConnectionFlags(defineConnect(program, choose));
  for (const define of COMMANDS) addConnectionFlags(define(program, choose));
  refuseValueOfSwitch(argv, switchesOf(program));
  try {
    program.parse(rejoinHeaderWords(argv), { from: "user" });
  } catch (error) {
    if (error instanceof Unfilled) throw placeholderFailure(error);
    if (!(error instanceof CommanderError)) throw error;
    const split = flagOfSplitJson(argv);
    // Before commander's complaint, which would quote the piece that it took for something else: maybe a secret.
    if (split !== undefined) {
      throw new Failure("USAGE_BAD_JSON", `${split}: the shell split the JSON at its spaces.`, {
        hint: `Put the JSON into a file and write ${split} @path/to/file.json; that works everywhere.`,
      });
    }
    if (error.exitCode !== 0) throw usageFailure(complaint === "" ? error.message : complaint, error, argv);
  }
  return invocation ?? { kind: "print", answersHost: false, text: printed };
}

/** Every command that names a URL takes all of them. */
function addConnectionFlags(command: Command): void {
  // What `setup` writes down is for the host, which may replace placeholders of its own.
  const writes = command.name() === "setup";
  for (const [title, flags] of FLAG_GROUPS) {
    for (const flag of flags) command.addOption(optionOf(flag, writes).helpGroup(title));
  }
}

/** Names of the flags that take no value, of all commands. */
function switchesOf(program: Command): ReadonlySet<string> {
  const options = [program, ...program.commands].flatMap((command) => command.options);
  return new Set(
    options.filter(({ required, optional }) => !required && !optional).map(({ long }) => long ?? ""),
  );
}

function optionOf(flag: Flag, mayBeUnfilled: boolean): Option {
  const { usage, parse, choices, preset, presetText, conflicts } = flag;
  const option = new Option(usage, DESCRIPTIONS[flagName(flag)]);
  if (takesValue(flag) && choices === undefined)
    option.argParser((text: string, before: unknown) => {
      if (!mayBeUnfilled) refuseUnfilledFlag(flag, text, flagName(flag));
      return parse === undefined ? text : parse(text, before as never);
    });
  if (choices !== undefined) option.choices(choices);
  if (preset !== undefined) option.default(preset, presetText);
  if (conflicts !== undefined) option.conflicts(conflicts);
  return option;
}
