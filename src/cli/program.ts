import { Command, CommanderError } from "commander";
import { Failure } from "../core/failure.ts";
import { VERSION } from "../core/version.ts";
import { addConnectionFlags, type ConnectionArguments, type ConnectionFlags } from "./connection-flags.ts";
import { applyEnvironmentTwins } from "./environment-twins.ts";
import { port } from "./flags/values.ts";
import { rejoinHeaderWords } from "./headers.ts";

/** What the command line asks for. */
export type Invocation =
  | { readonly kind: "connect"; readonly connection: ConnectionArguments }
  /** Help or version: already the whole answer. */
  | { readonly kind: "print"; readonly text: string };

/**
 * Reads the command line. Nothing is printed and nothing exits here.
 * @throws Failure USAGE_BAD_ARGUMENT, with a suggestion where a flag looks misspelt
 */
export function readCommandLine(argv: readonly string[], env: NodeJS.ProcessEnv): Invocation {
  let invocation: Invocation | undefined;
  let printed = "";
  let complaint = "";
  const program = connectCommand(env, (connection) => {
    invocation = { kind: "connect", connection };
  });
  program.exitOverride().configureOutput({
    getOutHelpWidth: () => 100,
    writeOut: (text) => {
      printed += text;
    },
    writeErr: (text) => {
      complaint += text;
    },
  });
  try {
    program.parse(rejoinHeaderWords(argv), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageFailure(complaint === "" ? error.message : complaint, error);
  }
  return invocation ?? { kind: "print", text: printed };
}

function connectCommand(env: NodeJS.ProcessEnv, connect: (connection: ConnectionArguments) => void): Command {
  const program = new Command("mcp-drawbridge")
    .description(
      "Connects an MCP host that starts local programs to a remote MCP server, and signs you in where the server asks for it.",
    )
    .version(VERSION, "-V, --version", "print the version")
    .argument("<url>", "address of the remote MCP server")
    .argument(
      "[callback-port]",
      "port for the redirect after sign-in, when the issuer knows only that one",
      port,
    )
    .helpOption("-h, --help", "print this")
    .showSuggestionAfterError(true)
    .action((url: string, callbackPort: number | undefined) => {
      applyEnvironmentTwins(program, env);
      connect({
        url,
        flags: program.opts<ConnectionFlags>(),
        ...(callbackPort !== undefined && { callbackPort }),
      });
    });
  addConnectionFlags(program);
  program.addHelpText(
    "after",
    "\nEvery flag has an environment twin: --ca-file is DRAWBRIDGE_CA_FILE.\nA host's configuration starts it, see the README: https://www.npmjs.com/package/mcp-drawbridge",
  );
  return program;
}

/** commander says `error: unknown option '--debgu'\n(Did you mean --debug?)`. */
function usageFailure(complaint: string, cause: CommanderError): Failure {
  const sentence = complaint
    .trim()
    .replace(/^error: /, "")
    .replace(/\s*\n\s*/g, " ");
  const capital = sentence.charAt(0).toUpperCase() + sentence.slice(1);
  return new Failure("USAGE_BAD_ARGUMENT", /[.)?]$/.test(capital) ? capital : `${capital}.`, { cause });
}
