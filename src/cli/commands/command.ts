import type { Adapters } from "../../app/adapters.ts";
import { Failure } from "../../core/failure/failure.ts";
import type { Settings } from "../../core/settings.ts";
import { sized } from "../../core/text/printable.ts";
import type { Output } from "../command-line/output.ts";
import type { ProgramContext } from "../command-line/program-context.ts";
import { type ConnectionArguments, REMOTE_ADDRESS } from "../command-line/settings-from-flags.ts";
import type { Command } from "../commander.ts";
import { memberName } from "../flags/flag.ts";
import { FLAGS } from "../flags/table.ts";
import { port } from "../flags/values.ts";
import { refuseUnfilled } from "../inputs/placeholders.ts";

/** What a command works with. */
export interface CommandContext {
  readonly settings: Settings;
  readonly adapters: Adapters;
  readonly output: Output;
  readonly program: ProgramContext;
}

/** What the command line asks for. */
export interface Invocation {
  /** Name of the command. */
  readonly kind: string;
  /** Standard input and output belong to a host: it is told of a failure too. */
  readonly answersHost: boolean;
  /** What it finds, and a failure too, is printed as one JSON document. Default false. */
  readonly json?: boolean;
  readonly connection: ConnectionArguments;
  /** Does it. @returns the exit code @throws Failure */
  run(context: CommandContext): Promise<number>;
}

/** Help or version: already the whole answer. */
export interface Printed {
  readonly kind: "print";
  readonly answersHost: false;
  readonly text: string;
}

/** One verb: adds itself to commander, and hands out what was asked when it is the one. */
export type DefineCommand = (parent: Command, chosen: (invocation: Invocation) => void) => Command;

export const URL_ARGUMENT = ["<url>", "address of the MCP server", address] as const;
export const PORT_ARGUMENT = [
  "[callback-port]",
  "port of the redirect address, when the issuer accepts only the one that you registered",
  port,
] as const;

export const JSON_OPTION = ["--json", "print one JSON document"] as const;

/** Behind the help of a command: two lines to copy, and what its exit codes mean. */
export function helpEnd(first: string, second: string, codes = "0 done"): string {
  const others = "2 usage, 3 network, 4 sign-in, 5 server, 6 this computer, 130 interrupted";
  return `\nExamples:\n  mcp-drawbridge ${first}\n  mcp-drawbridge ${second}\n\nExit codes: ${codes}, ${others}.`;
}

export function wantsJson(command: Command): boolean {
  return command.opts<{ json?: boolean }>().json === true;
}

/** The settings need an address, also where a command has none. */
export const NO_URL = "https://localhost";

/** Looks before the next argument is looked at: `logn <url>` should not read as a wrong port. */
export function address(text: string): string {
  refuseUnfilled(text, REMOTE_ADDRESS, "url");
  if (text.includes(":") || text.includes(".") || text.includes("/")) return text;
  throw new Failure("USAGE_BAD_URL", `The first argument (${sized(text)}) is neither a URL nor a command.`);
}

export function connectionOf(
  command: Command,
  url: string,
  callbackPort: number | undefined,
): ConnectionArguments {
  const members = FLAGS.map(memberName).filter((name) => command.getOptionValueSource(name) === "cli");
  const given = new Map<string, unknown>(members.map((name) => [name, command.getOptionValue(name)]));
  return callbackPort === undefined ? { url, given } : { url, given, callbackPort };
}
