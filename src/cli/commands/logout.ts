import { EXIT_CODES, Failure } from "../../core/failure/failure.ts";
import { address, connectionOf, type DefineCommand, NO_URL, URL_ARGUMENT } from "./command.ts";

export const defineLogout: DefineCommand = (parent, chosen) => {
  const command = parent
    .command("logout")
    .description("Revokes the sign-in at the issuer and forgets it.")
    .argument("[url]", URL_ARGUMENT[1], address)
    .option("--all", "for every server")
    .action((url: string | undefined) => {
      const all = command.opts<{ all?: boolean }>().all === true;
      if (all === (url !== undefined)) {
        throw new Failure("USAGE_BAD_ARGUMENT", "logout needs either the address of a server or --all.");
      }
      chosen({
        kind: "logout",
        answersHost: false,
        // `--all` reads the remotes from their records, and none from the settings.
        connection: connectionOf(command, url ?? NO_URL, undefined),
        async run({ settings, adapters, output }) {
          const { logout, logoutEverywhere } = await import("../../app/logout.ts");
          if (url !== undefined) {
            await output.text(await logout(settings, adapters));
            return 0;
          }
          const { lines, failed } = await logoutEverywhere(settings, adapters);
          await output.text(lines.join("\n"));
          return failed ? EXIT_CODES.LOCAL : 0;
        },
      });
    });
  return command;
};
