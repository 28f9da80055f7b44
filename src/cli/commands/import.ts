import { homedir } from "node:os";
import path from "node:path";
import type { Translate, Translated } from "../../app/import/import-entries.ts";
import { asFailure } from "../../core/failure/failure.ts";
import { entryWords } from "../command-line/entry-words.ts";
import { readSettings } from "../command-line/read-settings.ts";
import { wordsOfEntry } from "../command-line/words-of-entry.ts";
import { flagName, flagValue, isNegated, memberName } from "../flags/flag.ts";
import {
  type CommandContext,
  connectionOf,
  type DefineCommand,
  JSON_OPTION,
  NO_URL,
  wantsJson,
} from "./command.ts";
import { hostNamed } from "./setup.ts";

interface ImportOptions {
  readonly yes?: boolean;
  readonly undo?: boolean;
  readonly project?: boolean;
}

export const defineImport: DefineCommand = (parent, chosen) => {
  const command = parent
    .command("import")
    .description(
      "Shows the entries of your hosts that use mcp-remote, as they would be with mcp-drawbridge. With --yes: rewrites them, and takes over their sign-ins.",
    )
    .argument("[host]", "only this host")
    .option("-y, --yes", "make the changes")
    .option("--project", "in the files of the project in this folder")
    .option("--undo", "undo the last import")
    .option(...JSON_OPTION);
  return command.action((host: string | undefined) => {
    const options = command.opts<ImportOptions>();
    chosen({
      kind: "import",
      answersHost: false,
      // Each entry has an address and flags of its own; those of the command line say where the vault is.
      connection: connectionOf(command, NO_URL, undefined),
      json: wantsJson(command),
      async run(context) {
        const lines = await runImport(host, options, context);
        const { output } = context;
        await (wantsJson(command)
          ? output.json({ version: 1, command: "import", lines })
          : output.text(lines.join("\n")));
        return 0;
      },
    });
  });
};

async function runImport(
  id: string | undefined,
  options: ImportOptions,
  context: CommandContext,
): Promise<readonly string[]> {
  const { settings, adapters, program } = context;
  const { setupContext } = await import("../../app/setup/setup-context.ts");
  const setup = setupContext(adapters, program, {
    dataFolder: settings.store.folder,
    ...(options.project === true && { project: program.cwd }),
  });
  const lifecycle = adapters.lifecycle(false);
  try {
    if (options.undo === true) {
      const { undoImport } = await import("../../app/import/take-over.ts");
      return await undoImport(settings, adapters, setup, lifecycle.signal);
    }
    const { importEntries } = await import("../../app/import/import-entries.ts");
    const { ownEntry } = await import("../../app/setup/setup-context.ts");
    const host = id === undefined ? {} : { host: await hostNamed(id) };
    const translate = translator(context, ownEntry, lifecycle.signal);
    return await importEntries({ ...host, translate, apply: options.yes === true }, setup);
  } finally {
    lifecycle.close();
  }
}

type OwnEntry = (words: ReturnType<typeof entryWords>) => Translated["entry"];

function translator(context: CommandContext, ownEntry: OwnEntry, signal: AbortSignal): Translate {
  const { program } = context;
  return (words, env) => {
    const line = wordsOfEntry(words);
    if (typeof line === "string") return line;
    const { MCP_REMOTE_CONFIG_DIR: configured, ...kept } = env;
    const own = entryWords(line.flags, program);
    const args = [line.url, ...(line.port === undefined ? [] : [line.port]), ...own.args];
    const entry = ownEntry({ args, env: { ...kept, ...own.env } });
    const folder = configured ?? program.env.MCP_REMOTE_CONFIG_DIR ?? path.join(homedir(), ".mcp-auth");
    return {
      url: line.url,
      entry,
      async takeOver() {
        try {
          const { storeHash } = await import("../../app/import/mcp-remote-store.ts");
          const { takeOver } = await import("../../app/import/take-over.ts");
          const settings = await readSettings(
            { url: line.url, given: givenOf(line.flags) },
            { ...program, env: { ...program.env, ...kept } },
          );
          return await takeOver(
            { folder, hash: storeHash(nameOf(line)) },
            settings,
            context.adapters,
            signal,
          );
        } catch (error) {
          const { said } = asFailure(error);
          return { sentence: `The sign-in of mcp-remote was not taken over. ${said}`, files: [] };
        }
      },
    };
  };
}

type Line = Exclude<ReturnType<typeof wordsOfEntry>, string>;

function givenOf(flags: Line["flags"]): Map<string, unknown> {
  const given = new Map<string, unknown>();
  for (const [flag, text] of flags) {
    const member = memberName(flag);
    given.set(member, text === undefined ? !isNegated(flag) : flagValue(flag, text, given.get(member)));
  }
  return given;
}

function nameOf({ url, flags }: Line) {
  const texts = (name: string): string[] =>
    flags.flatMap(([flag, text]) => (flagName(flag) === name && text !== undefined ? [text] : []));
  const one = (name: string): string | undefined => texts(name)[0];
  const [resource, clientMetadataUrl, tokenEndpoint] = [
    flags.some(([flag]) => flagName(flag) === "--disable-resource-parameter") ? undefined : one("--resource"),
    one("--client-metadata-url"),
    one("--token-endpoint"),
  ];
  return {
    url,
    headers: texts("--header"),
    authorizeParams: texts("--authorize-param"),
    ...(resource !== undefined && { resource: resource.trim() }),
    ...(clientMetadataUrl !== undefined && { clientMetadataUrl }),
    ...(tokenEndpoint !== undefined && { tokenEndpoint }),
  };
}
