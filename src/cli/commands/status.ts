import type { StartedWith } from "../../app/status/status.ts";
import { readShortLine } from "../command-line/short-line.ts";
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

export const defineStatus: DefineCommand = (parent, chosen) => {
  const command = parent
    .command("status")
    .description("Shows saved sign-ins, running processes and sign-ins under way. Never a secret.")
    .argument("[url]", URL_ARGUMENT[1], address)
    .option(...JSON_OPTION)
    .addHelpText("after", helpEnd("status", "status https://example.com/mcp --json"))
    .action((url: string | undefined) => {
      const json = wantsJson(command);
      chosen({
        kind: "status",
        answersHost: false,
        json,
        connection: connectionOf(command, url ?? NO_URL, undefined),
        async run({ settings, adapters, output }) {
          const { status } = await import("../../app/status/status.ts");
          const only = url === undefined ? undefined : settings.remote.canonical;
          const report = await status(settings, adapters, only, startedWith);
          if (json) await output.json(report);
          else {
            const { statusText } = await import("../../app/status/status-text.ts");
            await output.text(statusText(report, adapters.clock.nowMs()));
          }
          return 0;
        },
      });
    });
  return command;
};

/** Of another process: its command, and what it was started for. */
function startedWith(words: readonly string[]): StartedWith {
  const [first = ""] = words;
  const isCommand = /^[a-z][a-z-]*$/.test(first);
  const rest = isCommand ? words.slice(1) : words;
  const read = readShortLine(rest);
  const url = read?.url ?? rest.find((word) => /^https?:\/\//.test(word) && URL.canParse(word));
  const profile = read?.given.get("profile");
  return {
    command: isCommand ? first : "bridge",
    ...(url !== undefined && { url }),
    ...(typeof profile === "string" && { profile }),
  };
}
