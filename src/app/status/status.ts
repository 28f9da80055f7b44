// What is saved, what runs and what is under way. Asks nobody on the network, and shows no secret.
import { asFailure } from "../../core/failure/failure.ts";
import type { Settings } from "../../core/settings.ts";
import { outgoing } from "../../core/text/outgoing.ts";
import { urlForPeople } from "../../core/text/printable.ts";
import { runningProcesses } from "../../platform/process/running-processes.ts";
import { type SavedRecord, savedRecords } from "../../store/saved-records.ts";
import type { Adapters } from "../adapters.ts";
import { accountStatus } from "./account-status.ts";
import type { ProcessStatus, RemoteStatus, StatusReport } from "./status-report.ts";

/** What a command line says, as far as it concerns `status`. */
export interface StartedWith {
  readonly command: string;
  readonly url?: string;
  readonly profile?: string;
}

/**
 * @param only one remote, with all its profiles; undefined: all that is saved
 * @param readWords takes the command line of another process apart
 * @throws Failure LOCAL_*: the folder cannot be read
 */
export async function status(
  settings: Settings,
  adapters: Adapters,
  only: string | undefined,
  readWords: (words: readonly string[]) => StartedWith,
): Promise<StatusReport> {
  const remotes: RemoteStatus[] = [];
  for (const record of await savedRecords({ ...adapters, settings: settings.store })) {
    const one = await remoteStatus(record, settings, adapters);
    // What cannot be read may be the one that is asked for.
    if (only === undefined || !("key" in record) || record.key.remote === only) remotes.push(one);
  }
  const processes = (await runningProcesses()).map(({ pid, words, host }): ProcessStatus => {
    const { command, url, profile } = readWords(words);
    return {
      pid,
      command,
      ...(url !== undefined && { remote: urlForPeople(url) }),
      ...(profile !== undefined && { profile: shown(profile) }),
      ...(host !== undefined && { host: shown(host) }),
    };
  });
  const mine =
    only === undefined ? processes : processes.filter(({ remote }) => remote === urlForPeople(only));
  return { version: 1, command: "status", folder: settings.store.folder, remotes, processes: mine };
}

async function remoteStatus(
  saved: SavedRecord,
  settings: Settings,
  adapters: Adapters,
): Promise<RemoteStatus> {
  const { file } = saved;
  if (!("key" in saved))
    return { remote: "", profile: "", state: "unreadable", file, ...problem(saved.error) };
  const { key } = saved;
  const named = {
    remote: urlForPeople(key.remote),
    profile: shown(key.profile),
    ...(key.resource !== undefined && { resource: urlForPeople(key.resource) }),
    file,
  };
  try {
    return { ...named, ...(await accountStatus(key, settings, adapters)) };
  } catch (error) {
    return { ...named, state: "unreadable", ...problem(error) };
  }
}

function problem(error: unknown): Pick<RemoteStatus, "problem"> {
  const failure = asFailure(error);
  const { code, hint } = failure.data();
  return { problem: { code, message: failure.said, hint } };
}

const shown = (text: string): string => outgoing(text, 300);
