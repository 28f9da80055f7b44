import { asFailure } from "../core/failure.ts";
import type { SignOutReport } from "../core/ports/sign-in-control.ts";
import type { VaultKey } from "../core/ports/vault.ts";
import { parseRemoteUrl } from "../core/remote-url.ts";
import type { Settings } from "../core/settings.ts";
import { printable, urlForPeople } from "../core/text.ts";
import { type Adapters, compose, type Surroundings } from "./compose.ts";

/**
 * Revokes the sign-in of one remote at its issuer, and forgets it (TOK-10).
 * @returns what happened, as whole sentences
 * @throws Failure LOCAL_*: then nothing was forgotten
 */
export async function logout(
  settings: Settings,
  surroundings: Surroundings,
  adapters: Partial<Adapters> = {},
  key?: VaultKey,
): Promise<string> {
  const parts = compose(settings, surroundings, adapters, key);
  const lifecycle = parts.lifecycle(false);
  try {
    return sentence(urlForPeople(settings.remote.url), await parts.authorizer.signOut(lifecycle.signal));
  } finally {
    await parts.authorizer.close();
    parts.http.close();
    parts.diagnostics.close();
    lifecycle.close();
  }
}

/**
 * The same for everything in the folder of the settings, one after the other; one that fails does not keep the next.
 * @returns a line for each
 */
export async function logoutEverywhere(
  settings: Settings,
  surroundings: Surroundings,
  adapters: Partial<Adapters> = {},
): Promise<{ readonly lines: readonly string[]; readonly failed: boolean }> {
  const parts = compose(settings, surroundings, adapters);
  const records = await parts.savedRecords();
  parts.http.close();
  parts.diagnostics.close();
  const lines: string[] = [];
  let failed = false;
  for (const record of records) {
    try {
      if ("error" in record) throw record.error;
      const one = { ...settings, remote: parseRemoteUrl(record.key.remote, true) };
      lines.push(await logout(one, surroundings, adapters, record.key));
    } catch (error) {
      failed = true;
      const { message, hint, code } = asFailure(error);
      lines.push(`${printable(record.file)}: ${message} ${hint} (${code})`);
    }
  }
  return { lines: records.length === 0 ? ["Nobody is signed in anywhere."] : lines, failed };
}

function sentence(remote: string, { wasSignedIn, revoked, reason }: SignOutReport): string {
  if (!wasSignedIn) return `Nobody was signed in to ${remote}.`;
  if (revoked === "yes") return `Signed out of ${remote}, and the issuer has revoked the sign-in.`;
  return `Signed out of ${remote}: the sign-in is forgotten here. ${reason ?? ""}`.trim();
}
