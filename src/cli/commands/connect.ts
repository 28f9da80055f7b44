import { connect } from "../../app/connect.ts";
import { VERSION } from "../../core/version.ts";
import type { ConnectionArguments } from "../command-line/settings-from-flags.ts";
import { connectionOf, type DefineCommand, type Invocation, PORT_ARGUMENT, URL_ARGUMENT } from "./command.ts";

/** The main command, which has no name: `mcp-drawbridge <url>`. */
export const defineConnect: DefineCommand = (program, chosen) =>
  program
    .description(
      "Connects an MCP host that starts local programs to an MCP server at a URL, and signs you in where the server asks for it.",
    )
    .version(VERSION, "-V, --version", "print the version")
    .argument(...URL_ARGUMENT)
    .argument(...PORT_ARGUMENT)
    .helpOption("-h, --help", "print this")
    .helpCommand(false)
    .showSuggestionAfterError(true)
    // Flags behind the name of a command are the command's, though the main command knows the same ones.
    .enablePositionalOptions()
    .addHelpText(
      "after",
      "\nEvery flag can also be set by an environment variable: --ca-file by DRAWBRIDGE_CA_FILE.\nHosts start mcp-drawbridge from their configuration; see the README: https://www.npmjs.com/package/mcp-drawbridge",
    )
    .action((url: string, callbackPort: number | undefined) =>
      chosen(connecting(connectionOf(program, url, callbackPort))),
    );

export const connecting = (connection: ConnectionArguments): Invocation => ({
  kind: "connect",
  answersHost: true,
  connection,
  run: ({ settings, adapters }) => connect(settings, adapters),
});
