// What one saved record says.
import { isLegacyRevision } from "../../core/mcp/revisions.ts";
import type { VaultRecord } from "../../core/oauth/vault-record.ts";
import type { CachedRemote } from "../../core/ports/remote-cache.ts";
import type { SignInNotice, VaultKey } from "../../core/ports/vault.ts";
import type { Settings } from "../../core/settings.ts";
import { outgoing } from "../../core/text/outgoing.ts";
import { lazyKeyRing } from "../../store/keys/lazy-key-ring.ts";
import { createRemoteCache } from "../../store/remote-cache.ts";
import { createVault } from "../../store/vault.ts";
import type { Adapters } from "../adapters.ts";
import type { RemoteStatus, SignInStatus } from "./status-report.ts";

const NEVER = new AbortController().signal;

/** @throws Failure LOCAL_*: it is there, and cannot be read */
export async function accountStatus(
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

const shown = (text: string, max = 300): string => outgoing(text, max);

const iso = (ms: number): string => new Date(ms).toISOString();
