// What a refusal of an authorization request, or of its code, can be met with: once, and only with what we may change.
import type { ClientRegistration } from "../../../core/oauth/oauth-types.ts";
import type { PendingAuthorization, VaultRecord } from "../../../core/oauth/vault-record.ts";
import type { AuthContext } from "../../auth-context.ts";
import { withClient, withoutClient } from "../../client/select-client.ts";
import { refusesResource } from "../../protocol/issuer-quirks.ts";
import { hasOfflineAccess, withoutOfflineAccess } from "../../protocol/scopes.ts";
import type { SignInRequest } from "../sign-in-request.ts";

export interface Refusal {
  readonly error: string | undefined;
  readonly description: string | undefined;
  /** As it was shown to the issuer that refused. */
  readonly client?: ClientRegistration;
}

/** What was refused. */
interface Refused {
  readonly pending: Pick<PendingAuthorization, "scope" | "resource">;
  readonly client: ClientRegistration;
  readonly isNewClient: boolean;
}

/** For another try of the same sign-in. */
export interface Remedy {
  readonly record: VaultRecord;
  readonly signInRequest: SignInRequest;
}

/** What to change so that the refusal is not met again; undefined: nothing that we may. */
export function remedy(
  context: Pick<AuthContext, "settings" | "diagnostics">,
  record: VaultRecord,
  signInRequest: SignInRequest,
  refused: Refused,
  refusal: Refusal,
): Remedy | undefined {
  const better = changed(context, record, refused, refusal);
  if (better === undefined) return undefined;
  context.diagnostics.event("signin.retried", { error: refusal.error });
  const scope = better.scope === undefined ? {} : { scope: better.scope, widens: false };
  return { record: better.record, signInRequest: { ...signInRequest, lookAgain: false, ...scope } };
}

function changed(
  { settings }: Pick<AuthContext, "settings">,
  record: VaultRecord,
  { pending, client, isNewClient }: Refused,
  refusal: Refusal,
): { readonly record: VaultRecord; readonly scope?: string | undefined } | undefined {
  const { learned } = record;
  if (refusal.error === "invalid_scope" && hasOfflineAccess(pending.scope) && settings.scope === undefined) {
    if (learned.omitOfflineAccess) return undefined;
    return {
      record: { ...record, learned: { ...learned, omitOfflineAccess: true } },
      scope: withoutOfflineAccess(pending.scope),
    };
  }
  if (refusesResource(refusal) && pending.resource !== undefined && settings.resource === undefined)
    return { record: { ...record, learned: { ...learned, omitResource: true } } };
  // The code was spent by the request that showed the client's secret in the wrong place.
  if (refusal.error === "invalid_grant" && refusal.client?.authLearned && !client.authLearned)
    return { record: withClient(record, refusal.client) };
  const unknown = refusal.error === "invalid_client" || refusal.error === "unauthorized_client";
  if (unknown && client.origin === "dynamic" && !isNewClient)
    return { record: withoutClient(record, client) };
  return undefined;
}
