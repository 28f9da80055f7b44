import { asFailure } from "../../core/failure/failure.ts";
import { printable, urlForPeople } from "../../core/text/printable.ts";
import { changedLines, openHostConfig, type SetupContext, writeHostConfig } from "../setup/host-config.ts";
import { type ProgramEntry, readEntry, replaceProgram } from "../setup/host-entry.ts";
import { HOSTS, type HostRow } from "../setup/host-table.ts";
import { ImportJournal, type TakenOver } from "./import-journal.ts";
import { mcpRemoteWords } from "./mcp-remote-entry.ts";

/** One entry of a host that starts mcp-remote, in our words. */
export interface Translated {
  readonly url: string;
  readonly entry: ProgramEntry;
  /** Takes over the sign-in that mcp-remote has for it; undefined: it has none. @returns a sentence, and what to undo */
  takeOver(): Promise<TakenOver | undefined>;
}

/** @returns why not, as a sentence, where an entry has what we do not know */
export type Translate = (words: readonly string[], env: ProgramEntry["env"]) => Translated | string;

export interface ImportRequest {
  /** Absent: every host. */
  readonly host?: HostRow;
  readonly translate: Translate;
  /** False: only shows. */
  readonly apply: boolean;
}

/** Finds the entries that use mcp-remote, and rewrites them. @returns lines for people */
export async function importEntries(request: ImportRequest, context: SetupContext): Promise<string[]> {
  const lines: string[] = [];
  const journal = new ImportJournal(context);
  let found = 0;
  for (const host of request.host === undefined ? HOSTS : [request.host]) {
    for (const name of await namesIn(host, context, lines)) {
      found += 1;
      lines.push(...(await importOne(host, name, request, context, journal)));
    }
  }
  if (found === 0) lines.push("No host has an entry that uses mcp-remote.");
  else if (!request.apply)
    lines.push("Nothing was changed. `mcp-drawbridge import --yes` makes these changes.");
  return lines;
}

async function namesIn(host: HostRow, context: SetupContext, lines: string[]): Promise<string[]> {
  try {
    const { document } = await openHostConfig(host, context);
    const entries = [...document.entries()];
    return entries
      .filter(([, value]) => mcpRemoteWords(readEntry(value)) !== undefined)
      .map(([name]) => name);
  } catch (error) {
    // A host without a file for a project has nothing to import.
    const failure = asFailure(error);
    if (failure.code === "LOCAL_HOST_FILE") lines.push(`${host.name}: ${failure.said}`);
    return [];
  }
}

async function importOne(
  host: HostRow,
  name: string,
  { translate, apply }: ImportRequest,
  context: SetupContext,
  journal: ImportJournal,
): Promise<string[]> {
  // Anew for each: the entry before it was written to the same file.
  const config = await openHostConfig(host, context);
  const value = config.document.entries().get(name);
  const before = readEntry(value);
  const words = mcpRemoteWords(before);
  const title = `${host.name}, ${printable(name)}`;
  if (before === undefined || words === undefined) return [];
  const translated = translate(words, before.env);
  if (typeof translated === "string") return [`${title}: left as it is. ${translated}`];
  const text = config.document.with(name, replaceProgram(host, value, translated.entry));
  const lines = [`${title}: ${urlForPeople(translated.url)}`, ...changedLines(config, text)];
  if (!apply) return lines;
  // The sign-in first: the host may start the new entry as soon as it is written.
  const taken = await translated.takeOver();
  if (taken !== undefined) await journal.took(taken);
  await writeHostConfig(config, name, text, context);
  await journal.wrote(host.id);
  return [...lines, ...(taken === undefined ? [] : [taken.sentence]), host.afterwards];
}
