import { connectionOf, type DefineCommand, PORT_ARGUMENT, URL_ARGUMENT } from "./command.ts";

export const defineLogin: DefineCommand = (parent, chosen) => {
  const command = parent
    .command("login")
    .description(
      "Signs in ahead of time. Takes the flags of the main command, so that the same sign-in is found.",
    )
    .argument(...URL_ARGUMENT)
    .argument(...PORT_ARGUMENT)
    .option("--again", "sign in again although you are signed in")
    .action((url: string, callbackPort: number | undefined) =>
      chosen({
        kind: "login",
        answersHost: false,
        connection: connectionOf(command, url, callbackPort),
        async run({ settings, adapters, output }) {
          const again = command.opts<{ again?: boolean }>().again === true;
          const { login } = await import("../../app/login.ts");
          await output.text(await login(settings, adapters, again));
          return 0;
        },
      }),
    );
  return command;
};
