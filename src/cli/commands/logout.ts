import { EXIT_CODES, Failure } from "../../core/failure/failure.ts";
import {
  address,
  connectionOf,
  type DefineCommand,
  helpEnd,
  JSON_OPTION,
  NO_URL,
  URL_ARGUMENT,
  wantsJson,
} from "./command.ts";

export const defineLogout: DefineCommand = (parent, chosen) => {
  const command = parent
    .command("logout")
    .description("Revokes the sign-in at the issuer and forgets it.")
    .argument("[url]", URL_ARGUMENT[1], address)
    .option("--all", "for every server")
    .option(...JSON_OPTION)
    .addHelpText("after", helpEnd("logout https://example.com/mcp", "logout --all"))
    .action((url: string | undefined) => {
      const json = wantsJson(command);
      const all = command.opts<{ all?: boolean }>().all === true;
      if (all === (url !== undefined)) {
        throw new Failure("USAGE_BAD_ARGUMENT", "logout needs either the address of a server or --all.");
      }
      chosen({
        kind: "logout",
        answersHost: false,
        // `--all` reads the remotes from their records, and none from the settings.
        connection: connectionOf(command, url ?? NO_URL, undefined),
        json,
        async run({ settings, adapters, output }) {
          const { logout, logoutEverywhere, signedOutSentence } = await import("../../app/logout.ts");
          const remotes =
            url === undefined
              ? await logoutEverywhere(settings, adapters)
              : [await logout(settings, adapters)];
          if (json) await output.json({ version: 1, command: "logout", remotes });
          else await output.text(remotes.map(signedOutSentence).join("\n") || "No saved sign-ins.");
          return remotes.some((one) => "error" in one) ? EXIT_CODES.LOCAL : 0;
        },
      });
    });
  return command;
};
