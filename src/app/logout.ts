import { asFailure, type Failure } from "../core/failure/failure.ts";
import type { SignOutReport } from "../core/ports/sign-in-control.ts";
import { parseRemoteUrl } from "../core/remote-url.ts";
import type { Settings } from "../core/settings.ts";
import { outgoing } from "../core/text/outgoing.ts";
import { urlForPeople } from "../core/text/printable.ts";
import { forgetAllRemotes, remoteCacheFolder } from "../store/remote-cache.ts";
import { savedRecords } from "../store/saved-records.ts";
import type { Adapters } from "./adapters.ts";
import { compose, type Parts } from "./compose.ts";

/** What became of one saved sign-in. */
export type SignedOut =
  | ({ readonly remote: string } & SignOutReport)
  | { readonly file: string; readonly error: Pick<Failure, "code" | "hint"> & { readonly message: string } };

/**
 * Revokes the sign-in of one remote at its issuer, and forgets it and what the remote listed (TOK-10).
 * @throws Failure LOCAL_*: then the sign-in was not forgotten
 */
export async function logout(settings: Settings, adapters: Adapters): Promise<SignedOut> {
  const lifecycle = adapters.lifecycle(false);
  try {
    return await signOut(compose(settings, adapters), settings, lifecycle.signal);
  } finally {
    lifecycle.close();
  }
}

/** The same for everything in the folder of the settings, one after the other; one that fails does not keep the next. */
export async function logoutEverywhere(
  settings: Omit<Settings, "remote">,
  adapters: Adapters,
): Promise<readonly SignedOut[]> {
  const lifecycle = adapters.lifecycle(false);
  const done: SignedOut[] = [];
  try {
    await forgetAllRemotes(remoteCacheFolder(settings.store.folder), adapters);
    for (const record of await savedRecords({ ...adapters, settings: settings.store })) {
      try {
        if ("error" in record) throw record.error;
        const one = { ...settings, remote: parseRemoteUrl(record.key.remote, true) };
        done.push(await signOut(compose(one, adapters, record.key), one, lifecycle.signal));
      } catch (error) {
        const failure = asFailure(error);
        const { hint, code } = failure.data();
        done.push({ file: outgoing(record.file), error: { code, message: failure.said, hint } });
      }
    }
  } finally {
    lifecycle.close();
  }
  return done;
}

async function signOut(parts: Parts, { remote }: Settings, signal: AbortSignal): Promise<SignedOut> {
  try {
    // First, and whatever becomes of the rest: the lists are of this person's account, and need no key to be found.
    await parts.memory.forget();
    const report = await parts.authorizer.signOut(signal);
    // Another copy may have remembered something before the sign-in was gone.
    await parts.memory.forget();
    const { reason } = report;
    const shown = reason === undefined ? report : { ...report, reason: outgoing(reason) };
    return { remote: outgoing(urlForPeople(remote.url)), ...shown };
  } finally {
    await parts.close();
  }
}

/** For people. */
export function signedOutSentence(one: SignedOut): string {
  if ("error" in one) return `${one.file}: ${one.error.message} ${one.error.hint} (${one.error.code})`;
  const { remote, wasSignedIn, revoked, reason } = one;
  if (!wasSignedIn) return `You were not signed in to ${remote}.`;
  if (revoked === "yes") return `Signed out of ${remote}, and the issuer revoked the tokens.`;
  return `Signed out of ${remote}: the saved sign-in was deleted. ${reason ?? ""}`.trim();
}
