import { Failure } from "../core/failure/failure.ts";
import { applyEnvFlags } from "./command-line/env-flags.ts";
import { addConnectionFlags } from "./command-line/settings-from-flags.ts";
import { usageFailure } from "./command-line/usage-failure.ts";
import { Command, CommanderError } from "./commander.ts";
import type { Invocation } from "./commands/command.ts";
import { defineConnect } from "./commands/connect.ts";
import { COMMANDS } from "./commands/table.ts";
import { rejoinHeaderWords } from "./inputs/headers.ts";
import { flagOfSplitJson } from "./inputs/json-argument.ts";

/** Help or version: already the whole answer. */
export interface Printed {
  readonly kind: "print";
  readonly answersHost: false;
  readonly text: string;
}

/**
 * Reads the command line. Nothing is printed and nothing exits here.
 * @throws Failure USAGE_BAD_ARGUMENT, with a suggestion where a flag looks misspelt
 */
export function readCommandLine(argv: readonly string[], env: NodeJS.ProcessEnv): Invocation | Printed {
  let invocation: Invocation | undefined;
  let printed = "";
  let complaint = "";
  const choose = (chosen: Invocation): void => {
    invocation = chosen;
  };
  const program = new Command("mcp-drawbridge");
  // Before the commands: they inherit it.
  program
    .exitOverride()
    .configureOutput({
      getOutHelpWidth: () => 100,
      writeOut: (text) => {
        printed += text;
      },
      writeErr: (text) => {
        complaint += text;
      },
    })
    .hook("preAction", (_, command) => applyEnvFlags(command, env));
  addConnectionFlags(defineConnect(program, choose));
  // Whoever connects should not pay for the commands that people type.
  if (argv[0] !== undefined && !/^(https?:|-[^hV-])/i.test(argv[0])) {
    for (const define of COMMANDS) addConnectionFlags(define(program, choose));
  }
  try {
    program.parse(rejoinHeaderWords(argv), { from: "user" });
  } catch (error) {
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
