import {
  connectionOf,
  type DefineCommand,
  helpEnd,
  JSON_OPTION,
  PORT_ARGUMENT,
  URL_ARGUMENT,
  wantsJson,
} from "./command.ts";

export const defineLogin: DefineCommand = (parent, chosen) => {
  const command = parent
    .command("login")
    .description(
      "Signs in ahead of time. Takes the flags of the main command, so that the same sign-in is found.",
    )
    .argument(...URL_ARGUMENT)
    .argument(...PORT_ARGUMENT)
    .option("--again", "sign in again although you are signed in")
    .option(...JSON_OPTION)
    .addHelpText(
      "after",
      helpEnd("login https://example.com/mcp", "login https://example.com/mcp --no-browser --json"),
    )
    .action((url: string, callbackPort: number | undefined) => {
      const json = wantsJson(command);
      chosen({
        kind: "login",
        answersHost: false,
        json,
        connection: connectionOf(command, url, callbackPort),
        async run({ settings, adapters, output }) {
          const again = command.opts<{ again?: boolean }>().again === true;
          const { login, loginText } = await import("../../app/login/login.ts");
          const report = await login(settings, adapters, again);
          if (json) await output.json(report);
          else await output.text(loginText(report, adapters.clock.nowMs()));
          return 0;
        },
      });
    });
  return command;
};
