import {
  address,
  connectionOf,
  type DefineCommand,
  JSON_OPTION,
  NO_URL,
  PORT_ARGUMENT,
  URL_ARGUMENT,
  wantsJson,
} from "./command.ts";

export const defineDoctor: DefineCommand = (parent, chosen) => {
  const command = parent
    .command("doctor")
    .description(
      "Looks for what is wrong: on this computer, and with a URL on the way to that server and its sign-in. Says whose move it is.",
    )
    .argument("[url]", URL_ARGUMENT[1], address)
    .argument(...PORT_ARGUMENT)
    .option(...JSON_OPTION)
    .action((url: string | undefined, callbackPort: number | undefined) => {
      const json = wantsJson(command);
      chosen({
        kind: "doctor",
        answersHost: false,
        json,
        connection: connectionOf(command, url ?? NO_URL, callbackPort),
        async run({ settings, adapters, output }) {
          const { doctor } = await import("../../app/doctor/doctor.ts");
          const report = await doctor(settings, adapters, url !== undefined);
          if (json) await output.json(report);
          else {
            const { doctorText } = await import("../../app/doctor/doctor-text.ts");
            await output.text(doctorText(report, output.colours));
          }
          return report.exitCode;
        },
      });
    });
  return command;
};
