// What became of a redirect: a grant, another try in the same tab, or a failure. State and issuer fit already.
import { Failure } from "../../../core/failure/failure.ts";
import type { ClientRegistration } from "../../../core/oauth/oauth-types.ts";
import type { VaultRecord } from "../../../core/oauth/vault-record.ts";
import type { AuthContext } from "../../auth-context.ts";
import { withClient, withoutClient } from "../../client/select-client.ts";
import { refusesResource } from "../../protocol/issuer-quirks.ts";
import { hasOfflineAccess, withoutOfflineAccess } from "../../protocol/scopes.ts";
import type { TokenError } from "../../token/token-response.ts";
import { emptyAnswer, exchangeFailure, redirectFailure, wrongIssuer } from "../sign-in-failures.ts";
import type { SignInRequest } from "../sign-in-request.ts";
import { type AuthorizationAttempt, prepareAuthorization } from "./authorization-request.ts";
import type { Arrival } from "./callback-listener.ts";
import { exchangeAuthorizationCode } from "./code-exchange.ts";

type Refusal = Pick<TokenError, "error" | "description"> & {
  /** As it was shown to the issuer that refused. */
  readonly client?: ClientRegistration;
};

/**
 * @param mayRetry false: a refusal that another try could meet is a failure like any other
 * @throws Failure AUTH_*, NETWORK_*
 */
export async function finishSignIn(
  context: AuthContext,
  signInRequest: SignInRequest,
  attempt: AuthorizationAttempt,
  { result }: Arrival,
  mayRetry: boolean,
  signal: AbortSignal,
): Promise<"signed in" | AuthorizationAttempt> {
  const { pending } = attempt;
  if (result.kind === "wrong issuer")
    throw wrongIssuer(result.iss, attempt.metadata, context.settings.givenIssuer);
  if (result.kind === "empty") throw emptyAnswer(attempt.metadata);

  return context.vault.exclusive("exchange", signal, async (held) => {
    const record = await held.read();
    if (record === undefined || !record.pending?.state.equals(pending.state))
      throw new Failure("AUTH_RESPONSE_INVALID", "This sign-in was replaced or removed before it finished.");
    const again = (refusal: Refusal, failure: Failure): Promise<AuthorizationAttempt> => {
      const better = mayRetry ? remedy(context, record, attempt, refusal) : undefined;
      if (better === undefined) throw failure;
      context.diagnostics.event("signin.retried", { error: refusal.error });
      const scope = better.scope === undefined ? {} : { scope: better.scope, widens: false };
      const next = { ...signInRequest, lookAgain: false, ...scope };
      return prepareAuthorization(context, held, better.record, next, signal, attempt.session);
    };
    if (result.kind === "refused")
      return again(result, redirectFailure(result.error, result.description, pending));
    const response = { code: result.code, iss: result.iss, dpop: signInRequest.hints.dpop };
    const exchanged = await exchangeAuthorizationCode(context, record, attempt, response, signal);
    if ("kind" in exchanged) return again(exchanged, exchangeFailure(exchanged, attempt.metadata, pending));
    await held.write(exchanged);
    await context.checkpoint("exchange.saved");
    await held.endSignIn();
    const scope = exchanged.grant?.scope;
    context.diagnostics.event("signin.done", { issuer: pending.issuer, scope });
    return "signed in";
  });
}

/** What to change so that the refusal is not met again; undefined: nothing that we may. */
function remedy(
  { settings }: AuthContext,
  record: VaultRecord,
  { pending, client, isNewClient }: AuthorizationAttempt,
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
