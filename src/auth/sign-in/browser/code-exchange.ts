// The code becomes a grant: at the issuer, client, redirect and resource that the saved request names (AUTH-2, DISC-3).
import { Failure, isFailure } from "../../../core/failure/failure.ts";
import type { ClientRegistration, Grant } from "../../../core/oauth/oauth-types.ts";
import type { VaultRecord } from "../../../core/oauth/vault-record.ts";
import type { Secret } from "../../../core/text/secret.ts";
import type { AuthContext } from "../../auth-context.ts";
import { authenticateClient } from "../../client/client-authentication.ts";
import { sendInEitherPlace } from "../../client/secret-in-other-place.ts";
import { claimClient } from "../../client/secret-owner.ts";
import { withClient } from "../../client/select-client.ts";
import { sendAs } from "../../protocol/issuer-http.ts";
import { quirksOf, tokensIn } from "../../protocol/issuer-quirks.ts";
import type { DpopKey } from "../../protocol/oauth-sdk.ts";
import { accountOf } from "../../token/account.ts";
import { newDpopKey } from "../../token/dpop.ts";
import { type GrantOrigin, grantFromTokens } from "../../token/grant-from-tokens.ts";
import { readTokenResponse, type TokenError, type Tokens } from "../../token/token-response.ts";
import { exchangeFailure } from "../sign-in-failures.ts";
import type { AuthorizationAttempt } from "./authorization-request.ts";

/**
 * Redeems the code. `record` is as saved now.
 * @returns the record to save, or the issuer's refusal, with the client as it was shown then
 * @throws Failure AUTH_EXCHANGE_FAILED, AUTH_TOKEN_RESPONSE_INVALID, NETWORK_*
 */
export async function exchangeAuthorizationCode(
  context: AuthContext,
  record: VaultRecord,
  attempt: AuthorizationAttempt,
  response: { readonly code: Secret; readonly iss: string | undefined; readonly dpop: boolean },
  signal: AbortSignal,
): Promise<VaultRecord | (TokenError & { readonly client: ClientRegistration })> {
  const { pending, metadata } = attempt;
  const sdk = await import("../../protocol/oauth-sdk.ts");
  const key = pending.dpopKey
    ? await sdk.openDpopKey(pending.dpopKey)
    : await newDpopKey(record.discovery, response.dpop);
  const url = context.policy.endpoint(metadata.token_endpoint, "token endpoint");
  await claimClient(context, attempt.client, true);
  const send = sendAs(context.http, {
    step: "Exchanging the code",
    kind: "token",
    url,
    signal,
    steps: { sent: "exchange.sent", answered: "exchange.answered" },
  });
  const { answer, client } = await sendInEitherPlace(attempt.client, (shown) => {
    const authenticate = (headers: Headers, params: URLSearchParams) =>
      authenticateClient(context, shown, metadata, { headers, params }, signal);
    const { code, iss } = response;
    return sdk.exchangeCode({ metadata, pending, code, iss, authenticate, dpop: key }, send);
  }).catch((error: unknown) => {
    throw isFailure(error)
      ? error
      : new Failure("AUTH_EXCHANGE_FAILED", "The code could not be sent.", { cause: error });
  });
  const outcome = readTokenResponse(answer, tokensIn(quirksOf(context), metadata.issuer));
  if (outcome.kind === "refused") return { ...outcome, client };
  if (outcome.kind !== "tokens") throw exchangeFailure(outcome, metadata, pending);
  return granted(context, record, { pending, metadata, client }, outcome.tokens, key);
}

/**
 * The record with the grant, without the request that led to it.
 * @throws Failure AUTH_TOKEN_RESPONSE_INVALID
 */
export function granted(
  context: AuthContext,
  record: VaultRecord,
  { pending, metadata, client }: Pick<AuthorizationAttempt, "pending" | "metadata" | "client">,
  tokens: Tokens,
  key: DpopKey | undefined,
): VaultRecord {
  const { scope, resource } = pending;
  const grant = firstGrant(context, tokens, { metadata, client, scope, resource }, key);
  const { pending: _, refreshIntent: __, ...rest } = record;
  return {
    ...withClient(rest, client),
    grant,
    account: accountOf(grant, { kind: "person", token: tokens.idToken }, context.random),
  };
}

/**
 * The grant of a sign-in, rather than of a renewal.
 * @param asked what the tokens were asked for with
 * @throws Failure AUTH_TOKEN_RESPONSE_INVALID: what came cannot be used as it would have to be
 */
export function firstGrant(
  { settings, clock }: AuthContext,
  tokens: Tokens,
  asked: Pick<GrantOrigin, "metadata" | "client" | "scope" | "resource">,
  key: DpopKey | undefined,
): Grant {
  const { useIdToken } = settings;
  const dpopKey = tokens.tokenType === "DPoP" ? key?.serialized : undefined;
  if (tokens.tokenType === "DPoP" && dpopKey === undefined)
    throw new Failure(
      "AUTH_TOKEN_RESPONSE_INVALID",
      "The issuer returned a DPoP token although no DPoP key was sent.",
    );
  if (useIdToken && tokens.idToken === undefined) {
    throw new Failure(
      "AUTH_TOKEN_RESPONSE_INVALID",
      "The issuer gave no ID token, which --use-id-token needs.",
      {
        hint: "ID tokens come only with the scope openid: add it with --scope.",
      },
    );
  }
  return grantFromTokens(tokens, { ...asked, dpopKey, useIdToken, nowMs: clock.nowMs() });
}
