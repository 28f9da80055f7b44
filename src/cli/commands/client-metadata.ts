import { EXIT_CODES } from "../../core/failure/failure.ts";
import { clientIdUrl } from "../flags/values.ts";
import {
  connectionOf,
  type DefineCommand,
  helpEnd,
  JSON_OPTION,
  NO_URL,
  PORT_ARGUMENT,
  wantsJson,
} from "./command.ts";

export const defineClientMetadata: DefineCommand = (parent, chosen) => {
  const command = parent
    .command("client-metadata")
    .description(
      "Prints the client metadata document to host at an address of yours; `check <url>` looks at a hosted one.",
    )
    .argument("<url|check>", "https address where the document will be, or `check`")
    .argument(
      "[url]",
      "with `check`: https address of the hosted document, else the port of the redirect address",
    )
    .option(...JSON_OPTION)
    .addHelpText(
      "after",
      helpEnd(
        "client-metadata https://me.example/drawbridge.json > drawbridge.json",
        "client-metadata check https://me.example/drawbridge.json",
      ),
    )
    .action((first: string, second: string | undefined) => {
      const json = wantsJson(command);
      const isCheck = first === "check";
      const url = clientIdUrl(isCheck ? (second ?? "") : first);
      const port = isCheck || second === undefined ? undefined : PORT_ARGUMENT[2](second);
      chosen({
        kind: "client-metadata",
        answersHost: false,
        json,
        connection: connectionOf(command, NO_URL, port),
        async run({ settings, adapters, output }) {
          const { checkHosted, clientDocument } = await import(
            "../../app/client-metadata/client-metadata.ts"
          );
          if (!isCheck) {
            const document = clientDocument(url, settings);
            if (json) await output.json(document);
            else await output.text(JSON.stringify(document, undefined, 2));
            return 0;
          }
          const report = await checkHosted(url, adapters);
          if (json) await output.json(report);
          else if (report.verdict === "pass")
            await output.text(`Issuers that support metadata documents will take ${report.url}.`);
          else
            await output.text(
              [`Issuers will refuse ${report.url}:`, ...report.faults.map((fault) => `- ${fault}`)].join(
                "\n",
              ),
            );
          return report.verdict === "pass" ? 0 : EXIT_CODES.AUTH;
        },
      });
    });
  return command;
};
