// What is saved, what runs and what is under way. Asks nobody on the network, and shows no secret.
import { asFailure } from "../../core/failure/failure.ts";
import { isLegacyRevision } from "../../core/mcp/revisions.ts";
import type { VaultRecord } from "../../core/oauth/vault-record.ts";
import type { CachedRemote } from "../../core/ports/remote-cache.ts";
import type { SignInNotice, VaultKey } from "../../core/ports/vault.ts";
import type { Settings } from "../../core/settings.ts";
import { outgoing } from "../../core/text/outgoing.ts";
import { urlForPeople } from "../../core/text/printable.ts";
import { runningProcesses } from "../../platform/process/running-processes.ts";
import { lazyKeyRing } from "../../store/keys/lazy-key-ring.ts";
import { createRemoteCache } from "../../store/remote-cache.ts";
import { type SavedRecord, savedRecords } from "../../store/saved-records.ts";
import { createVault } from "../../store/vault.ts";
import type { Adapters } from "../adapters.ts";
import type { ProcessStatus, RemoteStatus, SignInStatus, StatusReport } from "./status-report.ts";

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

const NEVER = new AbortController().signal;

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
    return { ...named, ...(await details(key, settings, adapters)) };
  } catch (error) {
    return { ...named, state: "unreadable", ...problem(error) };
  }
}

async function details(
  key: VaultKey,
  { store }: Settings,
  adapters: Adapters,
): Promise<Omit<RemoteStatus, "remote" | "profile" | "resource" | "file">> {
  const stored = { ...adapters, settings: store, key };
  const keys = lazyKeyRing(stored);
  const vault = createVault(stored, keys);
  const record = await vault.read(NEVER);
  const signIn = await vault.signIn(NEVER);
  const remembered = await createRemoteCache(stored, { vault, keys }).read();
  const { keySource } = await vault.describe();
  return {
    ...grantStatus(record, adapters.clock.nowMs()),
    ...protocolStatus(remembered),
    key: keySource,
    ...(signIn !== undefined && { signIn: signInStatus(signIn) }),
  };
}

function grantStatus(record: VaultRecord | undefined, nowMs: number) {
  const { grant, discovery } = record ?? {};
  const issuer = grant?.issuer ?? discovery?.issuer.issuer;
  const known = issuer === undefined ? {} : { issuer: shown(issuer) };
  if (record === undefined || grant === undefined) return { state: "not signed in" as const, ...known };
  const { expiresAtMs, scope, refreshToken, clientId } = grant;
  const renews = refreshToken !== undefined;
  const isOver = expiresAtMs !== undefined && expiresAtMs <= nowMs && !renews;
  const client =
    grant.source?.client ??
    record.clients.find((one) => one.clientId === clientId && one.issuer === grant.issuer);
  return {
    state: isOver ? ("expired" as const) : ("signed in" as const),
    ...known,
    ...(scope !== undefined && { scope: shown(scope) }),
    ...(expiresAtMs !== undefined && { expiresAt: iso(expiresAtMs) }),
    renews,
    ...(client !== undefined && { client: { registration: client.origin, id: shown(clientId) } }),
  };
}

function protocolStatus({ initialize, transport, lists }: CachedRemote) {
  const revision = initialize?.protocolVersion;
  const tools = lists["tools/list"]?.tools;
  // Only the older one has to be remembered.
  const by = transport ?? (initialize === undefined ? undefined : "http");
  return {
    ...(typeof revision === "string" && {
      era: isLegacyRevision(revision) ? ("legacy" as const) : ("modern" as const),
      revision: shown(revision, 40),
    }),
    ...(by !== undefined && { transport: by }),
    ...(Array.isArray(tools) && { tools: tools.length }),
  };
}

function signInStatus({ authorizationUrl, pid, startedAtMs, deadlineMs }: SignInNotice): SignInStatus {
  return {
    url: outgoing(authorizationUrl),
    process: pid,
    startedAt: iso(startedAtMs),
    until: iso(deadlineMs),
  };
}

function problem(error: unknown): Pick<RemoteStatus, "problem"> {
  const failure = asFailure(error);
  const { code, hint } = failure.data();
  return { problem: { code, message: failure.said, hint } };
}

const shown = (text: string, max = 300): string => outgoing(text, max);

const iso = (ms: number): string => new Date(ms).toISOString();
