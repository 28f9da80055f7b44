import { adoptGrant } from "../../auth/adopt/adopt-grant.ts";
import { probeRemote } from "../../bridge/probe-remote.ts";
import type { Settings } from "../../core/settings.ts";
import { lazyKeyRing } from "../../store/keys/lazy-key-ring.ts";
import { createSecretOwners } from "../../store/secret-owners.ts";
import { createVault } from "../../store/vault.ts";
import type { Adapters } from "../adapters.ts";
import { vaultKey } from "../compose.ts";
import { type SetupContext, undoLast } from "../setup/host-config.ts";
import { HOSTS } from "../setup/host-table.ts";
import { ImportJournal, type TakenOver } from "./import-journal.ts";
import { markMoved, putBack, readStored } from "./mcp-remote-store.ts";

/** Where mcp-remote keeps its sign-ins, and under which name this one. */
export interface StoredAt {
  readonly folder: string;
  readonly hash: string;
}

/**
 * Brings a sign-in of mcp-remote into the vault.
 * @returns undefined where it has none
 * @throws Failure LOCAL_*
 */
export async function takeOver(
  { folder, hash }: StoredAt,
  settings: Settings,
  adapters: Adapters,
  signal: AbortSignal,
): Promise<TakenOver | undefined> {
  const stored = await readStored(folder, hash, adapters.identity.userId);
  if (stored === undefined) return undefined;
  const key = vaultKey(settings);
  const options = { ...adapters, settings: settings.store, key };
  const keys = lazyKeyRing(options);
  const { remote, headers, network, session } = settings;
  const connection = { ...adapters, remote, headers, network, settings: session };
  const context = {
    ...adapters,
    settings: settings.auth,
    remote,
    probe: (until: AbortSignal) => probeRemote(connection, until),
    vault: createVault(options, keys),
    secretOwners: createSecretOwners(options),
  };
  const adopted = await adoptGrant(context, stored.grant, signal);
  if (adopted.taken === "nothing") {
    return { sentence: `The sign-in of mcp-remote was not taken over. ${adopted.why}`, files: [] };
  }
  await markMoved(stored.files);
  const sentence =
    adopted.taken === "all"
      ? "The sign-in of mcp-remote was taken over."
      : `The access token of mcp-remote was taken over; when it expires, you sign in again. ${adopted.why}`;
  return { sentence, files: stored.files, key };
}

/**
 * Undoes the last import: hosts' files, mcp-remote's files, and what was put into the vault, without revoking it.
 * @returns lines for people
 */
export async function undoImport(
  settings: Settings,
  adapters: Adapters,
  setup: SetupContext,
  signal: AbortSignal,
): Promise<string[]> {
  const journal = new ImportJournal(setup);
  const steps = await journal.read();
  if (steps === undefined) return ["There is no import to undo."];
  const lines: string[] = [];
  for (const id of [...steps.hosts].reverse()) {
    const host = HOSTS.find((row) => row.id === id);
    if (host !== undefined) lines.push(await undoLast(host, setup));
  }
  for (const key of steps.keys) {
    const vault = createVault({ ...adapters, settings: settings.store, key });
    await vault.exclusive("forget", signal, (held) => held.remove());
  }
  await putBack(steps.files);
  if (steps.files.length > 0)
    lines.push(
      "mcp-remote has its sign-ins again. One that was renewed meanwhile is void there: it asks you anew.",
    );
  await journal.drop();
  return lines;
}
