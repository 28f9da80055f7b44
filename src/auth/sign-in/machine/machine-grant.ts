// Grants without a person: client credentials (RFC 6749 4.4) and the enterprise's identity assertion (AUTH-13).
import { Failure, isFailure } from "../../../core/failure/failure.ts";
import type { ClientRegistration, Grant } from "../../../core/oauth/oauth-types.ts";
import { emptyRecord } from "../../../core/oauth/vault-record.ts";
import type { HeldVault } from "../../../core/ports/vault.ts";
import type { Secret } from "../../../core/text/secret.ts";
import type { AuthContext } from "../../auth-context.ts";
import { chooseMethod } from "../../client/client-authentication.ts";
import { claimSecret } from "../../client/secret-owner.ts";
import { withClient } from "../../client/select-client.ts";
import { refusesResource } from "../../protocol/issuer-quirks.ts";
import { defined } from "../../protocol/json-members.ts";
import { type AccountHolder, accountOf } from "../../token/account.ts";
import { newDpopKey } from "../../token/dpop.ts";
import type { Renewal } from "../../token/refresh.ts";
import { type RequestedTokens, requestTokens } from "../../token/token-request.ts";
import { firstGrant } from "../browser/code-exchange.ts";
import { machineClient } from "../client-without-listener.ts";
import {
  type DiscoveredRecord,
  discovered,
  doubted,
  requestedScope,
  resourceIndicator,
} from "../request-parameters.ts";
import { exchangeFailure } from "../sign-in-failures.ts";
import { isGranted, type SignInRequest } from "../sign-in-request.ts";
import { identityAssertion } from "./identity-assertion.ts";

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** @throws Failure AUTH_*, NETWORK_* */
export function acquireMachineGrant(
  context: AuthContext,
  signInRequest: SignInRequest,
  signal: AbortSignal,
): Promise<void> {
  return context.vault.exclusive("exchange", signal, async (held) => {
    const record = await held.read();
    if (!isGranted(record, signInRequest, context.clock.nowMs()))
      await request(context, held, signInRequest, signal);
  });
}

/** As `renew`: a machine asks again, it needs no refresh token. */
export function renewMachineGrant(context: AuthContext, seen: Secret, signal: AbortSignal): Promise<Renewal> {
  return context.vault.exclusive("refresh", signal, async (held): Promise<Renewal> => {
    const grant = (await held.read())?.grant;
    if (grant && !grant.accessToken.equals(seen)) return { kind: "renewed", grant };
    const hints = { dpop: grant?.tokenType === "DPoP" };
    // A step-up before counts still.
    const signInRequest = {
      hints,
      cause: "host",
      operation: "renew",
      scope: grant?.scope,
      lookAgain: false,
    } as const;
    return { kind: "renewed", grant: await request(context, held, signInRequest, signal) };
  });
}

/** Metadata, client and grant as one record; the vault is held. */
async function request(
  context: AuthContext,
  held: HeldVault,
  signInRequest: SignInRequest,
  signal: AbortSignal,
): Promise<Grant> {
  const saved = (await held.read()) ?? emptyRecord(context.remote.canonical);
  const record = await discovered(context, held, saved, signInRequest, signal);
  try {
    const { grant, ...rest } = await requestGrant(context, record, signInRequest, signal);
    await held.write({ ...record, grant, ...rest });
    await context.checkpoint("exchange.saved");
    return grant;
  } catch (error) {
    if (isFailure(error)) await held.write(doubted(record));
    throw error;
  }
}

async function requestGrant(
  context: AuthContext,
  record: DiscoveredRecord,
  signInRequest: SignInRequest,
  signal: AbortSignal,
): Promise<Required<Pick<DiscoveredRecord, "grant" | "account" | "learned" | "clients">>> {
  const { grantType, resource: given } = context.settings;
  const metadata = record.discovery.issuer;
  const step = "Getting a token";
  const { client, assertion } = await identityOf(context, record, signal);
  const scope = requestedScope(context, record, signInRequest);
  const key = await newDpopKey(record.discovery, signInRequest.hints.dpop);
  let holder: AccountHolder = { kind: "client", clientId: client.clientId };
  const ask = async (resource: string | undefined): Promise<RequestedTokens> => {
    const own =
      grantType.kind === "identity_assertion"
        ? await identityAssertion(context, grantType, metadata.issuer, { scope, resource }, signal)
        : assertion;
    if (own) holder = { kind: "person", token: own.reveal() };
    const grant = own
      ? { grant_type: JWT_BEARER, assertion: own.reveal() }
      : { grant_type: "client_credentials" };
    const params = { ...grant, scope, resource };
    const steps = { sent: "exchange.sent", answered: "exchange.answered" } as const;
    const dpopKey = key?.serialized;
    return requestTokens(context, { step, metadata, client, params, dpopKey, steps }, signal);
  };

  let resource = resourceIndicator(context, record);
  let { learned } = record;
  let outcome = await ask(resource);
  if (outcome.kind === "refused" && refusesResource(outcome) && resource !== undefined && !given) {
    resource = undefined;
    learned = { ...learned, omitResource: true };
    outcome = await ask(resource);
  }
  if (outcome.kind === "unavailable") throw troubleOf(exchangeFailure(outcome, metadata, { step, scope }));
  if (outcome.kind !== "tokens") throw exchangeFailure(outcome, metadata, { step, scope });
  const shown = outcome.client;
  const grant = firstGrant(context, outcome.tokens, { metadata, client: shown, scope, resource }, key);
  const { clients } = shown.authLearned ? withClient(record, shown) : record;
  return { grant, account: accountOf(grant, holder, context.random), learned, clients };
}

/** Nobody has to do anything about it: a machine asks again. */
function troubleOf({ message, status }: Failure): Failure {
  return new Failure("AUTH_REFRESH_FAILED", message, {
    hint: "The trouble is the issuer's. You need do nothing: mcp-drawbridge asks it again.",
    ...defined({ status }),
  });
}

/**
 * @returns also the assertion, where that is a grant
 *
 * An assertion of the workload is a grant (RFC 7523 2.1) where the issuer lists that, and otherwise the client's proof
 * of who it is (2.2).
 */
async function identityOf(
  context: AuthContext,
  record: DiscoveredRecord,
  signal: AbortSignal,
): Promise<{ readonly client: ClientRegistration; readonly assertion?: Secret }> {
  const { settings, assertions } = context;
  const { grantType } = settings;
  const client = machineClient(context, record);
  const metadata = record.discovery.issuer;
  // Before an assertion is read, or asked for in the issuer's name.
  await claimSecret(context, "client", metadata, false);
  const isGrant = metadata.grant_types_supported?.includes(JWT_BEARER) === true;
  if (grantType.kind !== "client_credentials" || grantType.assertion === undefined || !isGrant)
    return { client };
  const method =
    settings.staticClient?.tokenEndpointAuth ?? chooseMethod(metadata, client.clientSecret !== undefined);
  return {
    client: client.authLearned ? client : { ...client, tokenEndpointAuth: method },
    assertion: await assertions.read(grantType.assertion, signal),
  };
}
