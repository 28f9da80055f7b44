// A sign-in that a person takes part in: one owner among all processes, everybody else waits for it (PROC-1, PROC-3).
import { Failure, isFailure } from "../../core/failure/failure.ts";
import type { VaultRecord } from "../../core/oauth/vault-record.ts";
import type { HeldVault, SignInNotice } from "../../core/ports/vault.ts";
import type { AuthContext } from "../auth-context.ts";
import { type AuthorizationAttempt, prepareAuthorization } from "./browser/authorization-request.ts";
import { browserSignIn } from "./browser/browser-sign-in.ts";
import { takeOver } from "./browser/take-over.ts";
import { type DeviceAttempt, prepareDevice } from "./device/device-code.ts";
import { deviceSignIn } from "./device/device-sign-in.ts";
import { timedOut } from "./release-sign-in.ts";
import { doubted } from "./request-parameters.ts";
import { isAutomatic, isGranted, QUIET_MS, type SignInRequest } from "./sign-in-request.ts";

/**
 * Returns when somebody has signed in: here, or in another process.
 * @throws Failure AUTH_*, NETWORK_*, LOCAL_*; the reason of the signal
 */
export async function signIn(
  context: AuthContext,
  signInRequest: SignInRequest,
  signal: AbortSignal,
): Promise<void> {
  for (let waited = false; ; waited = true) {
    const next = await context.vault.exclusive("sign-in", signal, (held) =>
      claimOrWait(context, held, signInRequest, waited, signal),
    );
    if (next === "granted") return;
    try {
      if ("authorizationUrl" in next) await waitFor(context, next, signal);
      else if ("deviceCode" in next) return await deviceSignIn(context, signInRequest, next, signal);
      else return await browserSignIn(context, signInRequest, next, signal);
    } finally {
      context.signInState.current = undefined;
    }
  }
}

/** @param waited for a sign-in whose owner died: to go on with it is no new sign-in, however it has to be done */
async function claimOrWait(
  context: AuthContext,
  held: HeldVault,
  signInRequest: SignInRequest,
  waited: boolean,
  signal: AbortSignal,
): Promise<AuthorizationAttempt | DeviceAttempt | SignInNotice | "granted"> {
  const record = await held.read();
  const nowMs = context.clock.nowMs();
  if (isGranted(record, signInRequest, nowMs)) return "granted";
  const going = await held.signIn();
  const { cause, reason } = signInRequest;
  if (cause === "background") throw signInRequired(going?.authorizationUrl, reason);
  if (going && !going.ours) return going;
  const resumed = record && (await takeOver(context, held, record, signInRequest, signal));
  if (resumed) return resumed;
  const endedMs = record?.pending && nowMs - (record.pending.browserOpenedAtMs ?? record.pending.startedAtMs);
  if (endedMs !== undefined && endedMs < QUIET_MS && endedMs >= 0 && isAutomatic(signInRequest) && !waited) {
    throw new Failure(
      "AUTH_SIGN_IN_REQUIRED",
      `The last sign-in failed ${Math.round(endedMs / 1_000)} s ago.`,
      { hint: "Call a tool, or wait a minute, to start a new sign-in." },
    );
  }
  const prepare = context.settings.grantType.kind === "device_code" ? prepareDevice : prepareAuthorization;
  try {
    return await prepare(context, held, forgotten(record), signInRequest, signal);
  } catch (error) {
    const now = await held.read();
    if (now?.discovery !== undefined && isFailure(error)) await held.write(doubted(now));
    throw error;
  }
}

/**
 * A registered client whose last sign-in nobody came back from may be one that the issuer forgot: it says so on a page
 * that only the person sees (REG-7). One that was registered for that very sign-in is not.
 */
function forgotten(record: VaultRecord | undefined): VaultRecord | undefined {
  const last = record?.pending;
  if (record === undefined || last === undefined || last.endedWithoutGrant) return record;
  const { registeredAtMs } =
    record.clients.find(({ clientId, origin }) => clientId === last.clientId && origin === "dynamic") ?? {};
  if (registeredAtMs === undefined || last.startedAtMs - registeredAtMs < QUIET_MS) return record;
  return { ...record, clients: record.clients.filter(({ clientId }) => clientId !== last.clientId) };
}

/** Waits until the sign-in of another process ends, however. */
async function waitFor(
  { vault, diagnostics, clock, signInState }: AuthContext,
  first: SignInNotice,
  signal: AbortSignal,
): Promise<void> {
  diagnostics.notice(
    `Another mcp-drawbridge (process ${first.pid}) is signing in. Sign in at: ${first.authorizationUrl}`,
  );
  let seen = first;
  const show = ({ authorizationUrl, deadlineMs, startedAtMs }: SignInNotice): void => {
    const isRenewed = startedAtMs === first.startedAtMs && authorizationUrl !== first.authorizationUrl;
    if (isRenewed) signInState.renew({ authorizationUrl, deadlineMs });
    else signInState.current = { authorizationUrl, deadlineMs };
  };
  show(first);
  for (;;) {
    const enough = new AbortController();
    // Asked for before looking, so that nothing that happens in between is missed.
    const change = vault.changed(AbortSignal.any([signal, enough.signal]));
    change.catch(() => {});
    const now = await vault.signIn(signal);
    if (now === undefined || now.ours) {
      enough.abort();
      break;
    }
    seen = now;
    show(seen);
    await change;
  }
  const record = await vault.read(signal);
  const { pending } = record ?? {};
  if (pending?.startedAtMs !== seen.startedAtMs) return;
  if (pending.endedWithoutGrant)
    throw new Failure("AUTH_DENIED", "The sign-in that another process waited for failed.");
  if (clock.nowMs() >= pending.deadlineMs) throw timedOut();
  // Its owner is gone: go on with it.
}

/** @param url address of a sign-in that is going on, if one is */
function signInRequired(url: string | undefined, reason: string | undefined): Failure {
  const text =
    url === undefined ? "Sign-in required." : "Sign-in required. A sign-in is already open in a browser.";
  return new Failure("AUTH_SIGN_IN_REQUIRED", reason === undefined ? text : `${reason} ${text}`, {
    ...(url === undefined ? { hint: "Call a tool of this server to start the sign-in." } : { url }),
  });
}
