import { createHash } from "node:crypto";
import type { VaultKey } from "../core/ports/vault.ts";

/** All that names a record, in one unambiguous text; authenticated with it. */
export function recordIdentity(key: VaultKey): string {
  return JSON.stringify([key.remote, key.profile, key.resource ?? null, key.clientChoice ?? null]);
}

/**
 * `<host>-<hash>`: the host is for people who look into the folder. Lower case only, as some file systems
 * do not tell cases apart.
 */
export function recordName(key: VaultKey): string {
  const host = new URL(key.remote).host.replace(/[^a-z0-9.-]/g, "_").slice(0, 60);
  return `${host}-${createHash("sha256").update(recordIdentity(key)).digest("hex").slice(0, 24)}`;
}
