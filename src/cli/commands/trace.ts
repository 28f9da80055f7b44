import path from "node:path";
import { connectionOf, type DefineCommand, helpEnd, JSON_OPTION, NO_URL, wantsJson } from "./command.ts";

export const defineTrace: DefineCommand = (parent, chosen) => {
  const command = parent
    .command("trace")
    .description("Shows the file that --debug wrote as a page, or as lines while it is written.")
    .argument("[log]", "the file; default: the newest one")
    .option("--output <file>", "where the page goes; - is standard output (default: beside the log)")
    .option("--follow", "print lines in the terminal, and go on while the bridge runs")
    .option(...JSON_OPTION)
    .addHelpText("after", helpEnd("trace", "trace --follow"))
    .action((given: string | undefined) => {
      const json = wantsJson(command);
      const { follow, output: to } = command.opts<{ follow?: boolean; output?: string }>();
      chosen({
        kind: "trace",
        answersHost: false,
        json,
        connection: connectionOf(command, NO_URL, undefined),
        async run({ settings, adapters, output, program: { cwd } }) {
          const { logToTrace, tracedPage, followTrace } = await import("../../app/trace/trace.ts");
          const log = await logToTrace(given === undefined ? undefined : path.resolve(cwd, given), settings);
          if (follow === true) {
            await followTrace(log, adapters, (line) => output.text(line));
            return 0;
          }
          const { html, events } = await tracedPage(log);
          if (to === "-") {
            await output.raw(html);
            return 0;
          }
          const { writeNewFile } = await import("../../app/write-file.ts");
          const file = path.resolve(cwd, to ?? `${log.replace(/\.jsonl$/, "")}.html`);
          await writeNewFile(file, html);
          if (json) await output.json({ version: 1, command: "trace", log, file, events });
          else await output.text(`${events} events of ${log}\nOpen this file in a browser: ${file}`);
          return 0;
        },
      });
    });
  return command;
};
