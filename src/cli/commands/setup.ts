import type { SetupContext } from "../../app/setup/host-config.ts";
import type { HostRow } from "../../app/setup/host-table.ts";
import { Failure } from "../../core/failure/failure.ts";
import { parseRemoteUrl } from "../../core/remote-url.ts";
import { askPerson } from "../command-line/ask-person.ts";
import { entryWords, type WrittenFlag } from "../command-line/entry-words.ts";
import { writtenFlags } from "../command-line/written-flags.ts";
import { InvalidValue } from "../flags/flag.ts";
import {
  address,
  type CommandContext,
  connectionOf,
  type DefineCommand,
  JSON_OPTION,
  NO_URL,
  PORT_ARGUMENT,
  URL_ARGUMENT,
  wantsJson,
} from "./command.ts";

interface SetupOptions {
  readonly name?: string;
  readonly project?: boolean;
  readonly print?: boolean;
  readonly remove?: boolean;
  readonly undo?: boolean;
  readonly yes?: boolean;
}

/** What the command line says of the entry. */
interface Wanted {
  readonly host: string | undefined;
  readonly url: string | undefined;
  readonly port: number | undefined;
  readonly options: SetupOptions;
  readonly written: readonly WrittenFlag[];
  readonly allowHttp: boolean;
  readonly json: boolean;
}

export const defineSetup: DefineCommand = (parent, chosen) => {
  const command = parent
    .command("setup")
    .description(
      "Writes a server into a host's configuration, with the flags that follow. Alone: lists the hosts and what they have.",
    )
    .argument("[host]", "such as claude-desktop, cursor or codex")
    .argument("[url]", URL_ARGUMENT[1], address)
    .argument(...PORT_ARGUMENT)
    .option("--name <name>", "name of the server in the host; default: made from the address", serverName)
    .option("--project", "into the file of the project in this folder, where the host has one")
    .option("--print", "print what the file would be, and change nothing")
    .option("--remove", "take the server out")
    .option("--undo", "put the file back as it was before the last change")
    .option("-y, --yes", "overwrite without asking")
    .option(...JSON_OPTION);
  const written = writtenFlags(command);
  return command.action((host: string | undefined, url: string | undefined, port: number | undefined) => {
    const { given } = connectionOf(command, "", undefined);
    const options = command.opts<SetupOptions>();
    const json = wantsJson(command);
    const allowHttp = given.get("allowHttp") === true;
    const wanted = { host, url, port, options, written, allowHttp, json };
    chosen({
      kind: "setup",
      answersHost: false,
      json,
      // The flags are the entry's, and what they name need not be there yet: only the folder is read here.
      connection: {
        url: NO_URL,
        given: new Map([...given].filter(([member]) => member === "configDir")),
      },
      run: (context) => runSetup(wanted, context),
    });
  });
};

async function runSetup(wanted: Wanted, context: CommandContext): Promise<number> {
  const { output, settings, adapters, program } = context;
  const { setupContext } = await import("../../app/setup/setup-context.ts");
  const setup = setupContext(adapters, program, {
    dataFolder: settings.store.folder,
    ...(wanted.options.project === true && { project: program.cwd }),
    ...(program.stdin.isTTY === true && { confirm: (question: string) => askPerson(question, program) }),
  });
  if (wanted.host !== undefined) {
    const lines = await change(await hostNamed(wanted.host), wanted, setup, context);
    if (wanted.json) await output.json({ version: 1, command: "setup", lines });
    else await (wanted.options.print === true ? output.raw(lines.join("\n")) : output.text(lines.join("\n")));
    return 0;
  }
  const { hostLines, listHosts } = await import("../../app/setup/list-hosts.ts");
  const hosts = await listHosts(setup);
  await (wanted.json ? output.json({ version: 1, command: "setup", hosts }) : output.text(hostLines(hosts)));
  return 0;
}

async function change(
  host: HostRow,
  { url, port, options, written, allowHttp }: Wanted,
  setup: SetupContext,
  { program }: CommandContext,
): Promise<readonly string[]> {
  const { print = false, yes = false } = options;
  const name = options.name === undefined ? {} : { name: options.name };
  if (options.undo === true) {
    const { undoLast } = await import("../../app/setup/host-config.ts");
    return [await undoLast(host, setup)];
  }
  const { setUp, takeOut } = await import("../../app/setup/set-up.ts");
  if (options.remove === true)
    return takeOut({ host, print, ...name, ...(url !== undefined && { url }) }, setup);
  if (url === undefined) {
    throw new Failure("USAGE_BAD_ARGUMENT", "setup needs the address of a server after the host.");
  }
  parseRemoteUrl(url, allowHttp);
  const { noteOnProgram, ownEntry } = await import("../../app/setup/setup-context.ts");
  const words = entryWords(written, program);
  const args = [url, ...(port === undefined ? [] : [`${port}`]), ...words.args];
  const entry = ownEntry({ args, env: words.env });
  const lines = await setUp({ host, url, entry, print, yes, ...name }, setup);
  return print ? lines : [...lines, ...noteOnProgram()];
}

/** @throws Failure USAGE_BAD_ARGUMENT naming those that are known */
export async function hostNamed(id: string): Promise<HostRow> {
  const { HOSTS } = await import("../../app/setup/host-table.ts");
  const host = HOSTS.find((row) => row.id === id.toLowerCase());
  if (host !== undefined) return host;
  throw new Failure("USAGE_BAD_ARGUMENT", "The argument is no host that is known.", {
    hint: `Known are ${HOSTS.map((row) => row.id).join(", ")}.`,
  });
}

/** Hosts make names of tools of it. */
function serverName(text: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(text)) return text;
  throw new InvalidValue("Use at most 64 letters, digits, _ and -.");
}
