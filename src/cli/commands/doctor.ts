import path from "node:path";
import {
  address,
  connectionOf,
  type DefineCommand,
  helpEnd,
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
    .option("--bundle <file>", "write one file to attach to a bug report, without secrets (.tar.gz)")
    .option(...JSON_OPTION)
    .addHelpText(
      "after",
      helpEnd(
        "doctor https://example.com/mcp",
        "doctor --bundle report.tar.gz",
        "0 all lines pass, 1 some warn, else of the first line that fails",
      ),
    )
    .action((url: string | undefined, callbackPort: number | undefined) => {
      const json = wantsJson(command);
      const { bundle } = command.opts<{ bundle?: string }>();
      chosen({
        kind: "doctor",
        answersHost: false,
        json,
        connection: connectionOf(command, url ?? NO_URL, callbackPort),
        async run({ settings, adapters, output, program: { cwd } }) {
          const { doctor } = await import("../../app/doctor/doctor.ts");
          const report = await doctor(settings, adapters, url !== undefined);
          if (json) await output.json(report);
          else {
            const { doctorText } = await import("../../app/doctor/doctor-text.ts");
            await output.text(doctorText(report, output.colours));
          }
          if (bundle !== undefined) {
            const { writeBundle } = await import("../../app/doctor/bundle.ts");
            const file = path.resolve(cwd, bundle);
            const names = await writeBundle(file, settings, adapters, report);
            adapters.diagnostics.notice(`Wrote ${file}: ${names.join(", ")}. Look at it before you send it.`);
          }
          return report.exitCode;
        },
      });
    });
  return command;
};
