import { sha256Of } from "../../core/hash.ts";
import type { VaultKey } from "../../core/ports/vault.ts";

/**
 * `<host>-<hash>`: the host is for people who look into the folder. Lower case only, as some file systems
 * do not tell cases apart. Different keys have different names, so that a record bound to its name is bound to its key.
 */
export function recordName(key: VaultKey): string {
  const whole = JSON.stringify([key.remote, key.profile, key.resource ?? null, key.clientChoice ?? null]);
  const host = new URL(key.remote).host.replace(/[^a-z0-9.-]/g, "_").slice(0, 60);
  return `${host}-${sha256Of(whole).toString("hex", 0, 16)}`;
}
