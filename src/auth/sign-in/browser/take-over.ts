// Takes over a sign-in whose owner is gone: the same request, on the same port, so that the tab that is open already
// still leads somewhere (PROC-3).
import { isFailure } from "../../../core/failure/failure.ts";
import type { VaultRecord } from "../../../core/oauth/vault-record.ts";
import type { HeldVault } from "../../../core/ports/vault.ts";
import type { AuthContext } from "../../auth-context.ts";
import { clientOf } from "../../client/select-client.ts";
import { defined } from "../../protocol/json-members.ts";
import { coversScope } from "../../protocol/scopes.ts";
import { isAutomatic, neededScope, QUIET_MS, type SignInRequest } from "../sign-in-request.ts";
import { type AuthorizationAttempt, claim } from "./authorization-request.ts";
import { type CallbackListener, openCallbackListener } from "./callback-listener.ts";
import { pushAgain } from "./fresh-address.ts";

/** @returns undefined when there is nothing to take over, or it does not fit any more */
export async function takeOver(
  context: AuthContext,
  held: HeldVault,
  record: VaultRecord,
  signInRequest: SignInRequest,
  signal: AbortSignal,
): Promise<AuthorizationAttempt | undefined> {
  const { clock, settings } = context;
  const nowMs = clock.nowMs();
  const { pending: old, discovery } = record;
  if (old === undefined || old.deviceCode || old.endedWithoutGrant) return undefined;
  if (nowMs >= old.deadlineMs || nowMs < old.startedAtMs) return undefined;
  if (discovery === undefined || !coversScope(old.scope, neededScope(record, signInRequest)))
    return undefined;
  const client = clientOf(old, settings, record, discovery.issuer);
  if (client === undefined) return undefined;
  const session = await sameSession(context, old.redirectUri);
  if (session === undefined) return undefined;
  const metadata = discovery.issuer;
  try {
    // Most issuers take a pushed request once, and the one before may have been opened.
    const fresh = old.pushed && (await pushAgain(context, { pending: old, metadata, client }, signal));
    if (old.pushed !== undefined && fresh === undefined) {
      await session.close();
      return undefined;
    }
    const pending = {
      ...old,
      ...defined({ authorizationUrl: fresh?.authorizationUrl }),
      deadlineMs: nowMs + settings.signInTimeoutMs,
    };
    await claim(context, held, record, pending);
    const openedMs = pending.browserOpenedAtMs;
    const keepTab = openedMs !== undefined && nowMs - openedMs < QUIET_MS && isAutomatic(signInRequest);
    context.diagnostics.event("signin.taken-over", { keepTab });
    const made = { session, pending, metadata, client, isNewClient: false, keepTab };
    return { ...made, ...defined({ addressLifeMs: fresh?.lifeMs }) };
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function sameSession(context: AuthContext, uri: string): Promise<CallbackListener | undefined> {
  const { hostname, port, pathname } = new URL(uri);
  const candidate = { host: hostname, port: Number(port) || 80, path: pathname, registered: uri };
  try {
    return await openCallbackListener(context, [candidate]);
  } catch (error) {
    if (isFailure(error, "LOCAL_PORT_TAKEN")) return undefined;
    throw error;
  }
}
