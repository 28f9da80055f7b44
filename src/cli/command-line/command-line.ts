import { Failure } from "../../core/failure/failure.ts";
import { quoted } from "../../core/text/printable.ts";
import { VERSION } from "../../core/version.ts";
import { Command, CommanderError } from "../commander.ts";
import { port } from "../flags/values.ts";
import { rejoinHeaderWords } from "../inputs/headers.ts";
import { flagOfSplitJson } from "../inputs/json-argument.ts";
import { applyEnvFlags } from "./env-flags.ts";
import { addConnectionFlags, type ConnectionArguments, type ConnectionFlags } from "./settings-from-flags.ts";

/** What the command line asks for. */
export type Invocation =
  | { readonly kind: "connect"; readonly connection: ConnectionArguments }
  | { readonly kind: "login"; readonly connection: ConnectionArguments; readonly again: boolean }
  /** Without `url`: everything. */
  | {
      readonly kind: "logout";
      readonly connection: Omit<ConnectionArguments, "url"> & { readonly url?: string };
    }
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
  const program = connectCommand(env, (asked) => {
    invocation = asked;
  });
  // Before the subcommands: they inherit it.
  program.exitOverride().configureOutput({
    getOutHelpWidth: () => 100,
    writeOut: (text) => {
      printed += text;
    },
    writeErr: (text) => {
      complaint += text;
    },
  });
  // Whoever connects should not pay for the commands that people type.
  if (argv[0] !== undefined && !/^(https?:|-[^hV-])/i.test(argv[0])) {
    addCommands(program, env, (asked) => {
      invocation = asked;
    });
  }
  try {
    program.parse(rejoinHeaderWords(argv), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const split = flagOfSplitJson(argv);
    // Before commander's complaint, which would quote the piece that it took for something else: maybe a secret.
    if (split !== undefined) {
      throw new Failure("USAGE_BAD_JSON", `${split}: the JSON came in pieces, split at its blanks.`, {
        hint: `Put the JSON into a file and write ${split} @path/to/file.json; that works everywhere.`,
      });
    }
    if (error.exitCode !== 0) throw usageFailure(complaint === "" ? error.message : complaint, error);
  }
  return invocation ?? { kind: "print", text: printed };
}

type Asked = (invocation: Invocation) => void;

const URL_ARGUMENT = ["<url>", "address of the remote MCP server", address] as const;
const PORT_ARGUMENT = [
  "[callback-port]",
  "port for the redirect after sign-in, when the issuer knows only that one",
  port,
] as const;

/** Looks before the next argument is looked at: `logn <url>` should not read as a wrong port. */
function address(text: string): string {
  if (text.includes(":") || text.includes(".") || text.includes("/")) return text;
  throw new Failure("USAGE_BAD_URL", `${quoted(text)} is neither a URL nor a command.`);
}

function connectCommand(env: NodeJS.ProcessEnv, asked: Asked): Command {
  const program = new Command("mcp-drawbridge")
    .description(
      "Connects an MCP host that starts local programs to a remote MCP server, and signs you in where the server asks for it.",
    )
    .version(VERSION, "-V, --version", "print the version")
    .argument(...URL_ARGUMENT)
    .argument(...PORT_ARGUMENT)
    .helpOption("-h, --help", "print this")
    .helpCommand(false)
    .showSuggestionAfterError(true)
    // Flags behind the name of a command are the command's, though the main command knows the same ones.
    .enablePositionalOptions()
    .action((url: string, callbackPort: number | undefined) => {
      applyEnvFlags(program, env);
      asked({ kind: "connect", connection: connectionOf(program, url, callbackPort) });
    });
  addConnectionFlags(program);
  program.addHelpText(
    "after",
    "\nEvery flag has an environment twin: --ca-file is DRAWBRIDGE_CA_FILE.\nA host's configuration starts it, see the README: https://www.npmjs.com/package/mcp-drawbridge",
  );
  return program;
}

function addCommands(program: Command, env: NodeJS.ProcessEnv, asked: Asked): void {
  const login = program
    .command("login")
    .description(
      "Signs in ahead of time. Takes the flags of the main command, so that the same sign-in is found.",
    )
    .argument(...URL_ARGUMENT)
    .argument(...PORT_ARGUMENT)
    .option("--again", "sign in although you are signed in")
    .action((url: string, callbackPort: number | undefined) => {
      applyEnvFlags(login, env);
      const again = login.opts<{ again?: boolean }>().again === true;
      asked({ kind: "login", connection: connectionOf(login, url, callbackPort), again });
    });
  addConnectionFlags(login);
  const logout = program
    .command("logout")
    .description("Revokes the sign-in at the issuer and forgets it.")
    .argument("[url]", URL_ARGUMENT[1], address)
    .option("--all", "for every server")
    .action((url: string | undefined) => {
      applyEnvFlags(logout, env);
      const all = logout.opts<{ all?: boolean }>().all === true;
      if (all === (url !== undefined)) {
        throw new Failure("USAGE_BAD_ARGUMENT", "logout needs either the address of a server or --all.");
      }
      const flags = logout.opts<ConnectionFlags>();
      asked({ kind: "logout", connection: url === undefined ? { flags } : { url, flags } });
    });
  addConnectionFlags(logout);
}

function connectionOf(command: Command, url: string, callbackPort: number | undefined): ConnectionArguments {
  const flags = command.opts<ConnectionFlags>();
  return callbackPort === undefined ? { url, flags } : { url, flags, callbackPort };
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
