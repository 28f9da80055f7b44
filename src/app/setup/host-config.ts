import { Failure } from "../../core/failure/failure.ts";
import { isObject } from "../../core/mcp/json-object.ts";
import { KNOWN_SECRETS } from "../../core/text/known-secrets.ts";
import { Secret } from "../../core/text/secret.ts";
import {
  readUserFile,
  removeUserFile,
  replaceUserFile,
  type UserFile,
} from "../../platform/files/user-file.ts";
import type { Adapters } from "../adapters.ts";
import { Backups, hashOf } from "./backups.ts";
import { type HostDocument, openDocument } from "./documents/document.ts";
import { readEntry } from "./host-entry.ts";
import { filesOf, type HostPlaces, projectFilesOf } from "./host-files.ts";
import type { HostRow } from "./host-table.ts";
import { lineDiff } from "./line-diff.ts";

/** What `setup` and `import` work with. */
export interface SetupContext {
  readonly adapters: Pick<Adapters, "clock" | "random" | "diagnostics" | "identity">;
  readonly places: HostPlaces;
  /** Where this very program is. */
  readonly program: string;
  /** The program's own folder. */
  readonly dataFolder: string;
  /** Absolute: the host's file in this project instead of the user's. */
  readonly project?: string;
  /** Asks the person; undefined where there is nobody to ask. */
  readonly confirm?: (question: string) => Promise<boolean>;
}

/** A host's configuration as it is now. */
export interface HostConfig {
  readonly host: HostRow;
  /** The file, or where it would be. */
  readonly file: string;
  readonly seen?: UserFile;
  readonly document: HostDocument;
}

/** @throws Failure USAGE_BAD_ARGUMENT where the host has no file for a project; LOCAL_HOST_FILE */
export async function openHostConfig(host: HostRow, context: SetupContext): Promise<HostConfig> {
  const { places, project, adapters } = context;
  const candidates = project === undefined ? filesOf(host, places) : projectFilesOf(host, project);
  const [first] = candidates;
  if (first === undefined) {
    throw new Failure("USAGE_BAD_ARGUMENT", `${host.name} has no file for a project.`, {
      hint: "Leave --project out.",
    });
  }
  for (const file of candidates) {
    const seen = await readUserFile(file, adapters.identity.userId);
    if (seen !== undefined) return { host, file, seen, document: await openDocument(host, file, seen.text) };
  }
  return { host, file: first, document: await openDocument(host, first, "") };
}

/** The lines that a change would change, without the secrets that any entry may have: a neighbour's line may get a comma. */
export function changedLines({ document }: HostConfig, after: string): string[] {
  for (const value of document.entries().values()) {
    if (!isObject(value)) continue;
    hideValues(readEntry(value)?.env);
    if (isObject(value.headers)) hideValues(value.headers);
  }
  return lineDiff(document.text, after).map((line) => KNOWN_SECRETS.hide(line));
}

/** Whatever is in an `env` block may be a secret. */
export function hideValues(env: Readonly<Record<string, unknown>> = {}): void {
  for (const value of Object.values(env)) if (typeof value === "string") new Secret(value);
}

/**
 * Writes the new text, and before it what is needed to undo that.
 * @returns where the backup is
 */
export async function writeHostConfig(
  { host, file, seen }: HostConfig,
  name: string,
  text: string,
  { adapters, dataFolder }: SetupContext,
): Promise<string> {
  const { identity, clock, random } = adapters;
  const written = seen?.bytes.subarray(0, 3).equals(Buffer.from("\ufeff")) === true ? `\ufeff${text}` : text;
  const backup = await new Backups(dataFolder, adapters).save({
    host: host.id,
    file,
    name,
    ...(seen !== undefined && { before: seen.bytes }),
    afterHash: hashOf(written),
    atMs: clock.nowMs(),
  });
  await replaceUserFile(file, seen, Buffer.from(written), {
    userId: identity.userId,
    unique: random.token(9),
  });
  return backup;
}

/**
 * Puts the file back as it was before the last change. Where it was changed since by somebody else, only the entry is put
 * back.
 * @returns a sentence
 */
export async function undoLast(host: HostRow, context: SetupContext): Promise<string> {
  const { adapters, dataFolder, places, project } = context;
  const files = project === undefined ? filesOf(host, places) : projectFilesOf(host, project);
  const backups = new Backups(dataFolder, adapters);
  const backup = await backups.last(({ host: id, file }) => id === host.id && files.includes(file));
  if (backup === undefined) return `There is no change of ${host.name} to undo.`;
  const { file, before, name } = backup;
  const { userId } = adapters.identity;
  const seen = await readUserFile(file, userId);
  const options = { userId, unique: adapters.random.token(9) };
  if (seen !== undefined && hashOf(seen.bytes) !== backup.afterHash) {
    const old = before === undefined ? undefined : new TextDecoder().decode(before);
    const value = old === undefined ? undefined : (await openDocument(host, file, old)).entries().get(name);
    const text = (await openDocument(host, file, seen.text)).with(name, value);
    await replaceUserFile(file, seen, text, options);
    await backups.drop(backup.path);
    return `${file} was changed since. Only the server "${name}" was put back as it was.`;
  }
  if (before === undefined) {
    if (seen !== undefined) await removeUserFile(seen);
  } else {
    await replaceUserFile(file, seen, before, options);
  }
  await backups.drop(backup.path);
  return before === undefined
    ? `${file} is removed: it was not there before.`
    : `${file} is as it was before.`;
}
