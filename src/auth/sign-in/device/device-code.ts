// Sign-in on another device (RFC 8628): a code and an address to show, and a token endpoint to ask until it is done.
import { Failure, isFailure } from "../../../core/failure/failure.ts";
import { type ClientRegistration, nameOf } from "../../../core/oauth/oauth-types.ts";
import type { PendingAuthorization, VaultRecord } from "../../../core/oauth/vault-record.ts";
import { pauseMs } from "../../../core/pause.ts";
import type { HeldVault } from "../../../core/ports/vault.ts";
import { encodedAddress } from "../../../core/text/encoded-address.ts";
import { printable, quoted, urlForPeople } from "../../../core/text/printable.ts";
import { Secret } from "../../../core/text/secret.ts";
import type { AuthContext } from "../../auth-context.ts";
import { claimClient } from "../../client/secret-owner.ts";
import { checkBrowserAddress } from "../../protocol/browser-address.ts";
import { outcomeOf } from "../../protocol/issuer-http.ts";
import { defined, LONGEST, numberOf, textOf } from "../../protocol/json-members.ts";
import { refusalText } from "../../protocol/oauth-error.ts";
import { postForm, requestTokens } from "../../token/token-request.ts";
import type { Tokens } from "../../token/token-response.ts";
import { type AuthorizationAttempt, claim } from "../browser/authorization-request.ts";
import { clientWithoutListener } from "../client-without-listener.ts";
import { discovered, requestedScope, resourceIndicator } from "../request-parameters.ts";
import { exchangeFailure, redirectFailure } from "../sign-in-failures.ts";
import { isByPerson, type SignInRequest } from "../sign-in-request.ts";

/** As an `Attempt`, without a redirect. */
export interface DeviceAttempt extends Pick<AuthorizationAttempt, "pending" | "metadata" | "client"> {
  readonly deviceCode: Secret;
  /** What the person types, where the address does not carry it. */
  readonly userCode: string;
  readonly intervalMs: number;
}

/** RFC 8628 3.2; and no issuer is asked without a pause because it says 0. */
const DEFAULT_INTERVAL_S = 5;
const LEAST_INTERVAL_MS = 1_000;
const DEFAULT_LIFE_S = 600;
const SLOWER_MS = 5_000;

/** @throws Failure AUTH_*, NETWORK_* */
export async function prepareDevice(
  context: AuthContext,
  held: HeldVault,
  saved: VaultRecord | undefined,
  signInRequest: SignInRequest,
  signal: AbortSignal,
): Promise<DeviceAttempt> {
  const { settings, clock, random } = context;
  const found = await discovered(context, held, saved, signInRequest, signal);
  const metadata = found.discovery.issuer;
  const { device_authorization_endpoint: endpoint } = metadata;
  if (endpoint === undefined) {
    throw new Failure(
      "AUTH_METADATA_INVALID",
      `The issuer ${quoted(metadata.issuer)} does not support device codes.`,
      {
        hint: "Sign in without --device-code.",
      },
    );
  }
  const url = context.policy.endpoint(endpoint, "device authorization endpoint");
  const scope = requestedScope(context, found, signInRequest);
  const wanted = { scope, byPerson: isByPerson(signInRequest) };
  const { record, client } = await clientWithoutListener(context, held, found, wanted, signal);
  // Its secret goes out before anybody has seen a page of the issuer.
  await claimClient(context, client, wanted.byPerson);
  const asked = defined({ scope, resource: resourceIndicator(context, record) });

  const code = await askForCode(context, url, { metadata, client }, asked, signal);
  const { address, lifeMs, ...rest } = code;
  const startedAtMs = clock.nowMs();
  const pending: PendingAuthorization = {
    state: new Secret(random.token(32), "shown"),
    codeVerifier: new Secret("", "shown"),
    ...nameOf(metadata),
    clientId: client.clientId,
    redirectUri: "",
    deviceCode: true,
    ...asked,
    authorizationUrl: new Secret(encodedAddress(address), "shown"),
    startedAtMs,
    deadlineMs: startedAtMs + Math.min(settings.signInTimeoutMs, lifeMs),
  };
  await claim(context, held, record, pending);
  return { pending, metadata, ...rest };
}

/** Device authorization request (RFC 8628 3.1). */
async function askForCode(
  context: AuthContext,
  url: URL,
  asked: Pick<DeviceAttempt, "metadata" | "client">,
  params: Pick<PendingAuthorization, "scope" | "resource">,
  signal: AbortSignal,
) {
  const step = "Asking for a device code";
  const { answer, client } = await postForm(context, url, { step, ...asked, params }, signal);
  const json = answer.json ?? {};
  const deviceCode = textOf(json, "device_code", LONGEST.token);
  const userCode = textOf(json, "user_code");
  const plain = textOf(json, "verification_uri") ?? textOf(json, "verification_url");
  if (answer.status !== 200 || deviceCode === undefined || userCode === undefined || plain === undefined) {
    const said = refusalText(answer.words);
    throw new Failure(
      "AUTH_REFUSED_BY_ISSUER",
      `${step} failed: POST ${urlForPeople(url)} ${outcomeOf(answer)}${said && ` with ${said}`}.`,
      { status: answer.status },
    );
  }
  const shown = textOf(json, "verification_uri_complete") ?? plain;
  const address = context.policy.endpoint(shown, "verification address");
  await checkBrowserAddress(context, address);
  return {
    client,
    address,
    deviceCode: new Secret(deviceCode),
    userCode: printable(userCode, 40),
    lifeMs: (numberOf(json, "expires_in") ?? DEFAULT_LIFE_S) * 1_000,
    intervalMs: Math.max(
      pauseMs((numberOf(json, "interval") ?? DEFAULT_INTERVAL_S) * 1_000, 0),
      LEAST_INTERVAL_MS,
    ),
  };
}

/**
 * Asks until the person is done (RFC 8628 3.4, 3.5).
 * @throws Failure AUTH_DENIED, AUTH_TIMED_OUT, AUTH_EXCHANGE_FAILED; the reason of the signal
 */
export async function pollDevice(
  context: AuthContext,
  { pending, metadata, deviceCode, intervalMs, ...given }: DeviceAttempt,
  dpopKey: Secret | undefined,
  signal: AbortSignal,
): Promise<{ readonly tokens: Tokens; readonly client: ClientRegistration }> {
  let { client } = given;
  const params = {
    grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    device_code: deviceCode.reveal(),
    resource: pending.resource,
  };
  for (let waitMs = intervalMs; ; ) {
    await context.clock.sleep(waitMs, signal);
    const step = "Asking whether the sign-in is done";
    const outcome = await requestTokens(context, { step, metadata, client, params, dpopKey }, signal).catch(
      (error: unknown) => {
        if (!isFailure(error) || error.family !== "NETWORK") throw error;
        return undefined; // The connection may come back: RFC 8628 3.5 says to slow down.
      },
    );
    if (outcome?.kind === "tokens") return outcome;
    client = outcome?.client ?? client;
    const error = outcome?.kind === "refused" ? outcome.error : undefined;
    if (outcome === undefined || outcome.kind === "unavailable" || error === "slow_down")
      waitMs = pauseMs(waitMs + SLOWER_MS, 0);
    else if (error === "expired_token")
      throw new Failure("AUTH_TIMED_OUT", "The code expired before it was used.");
    else if (error === "access_denied") throw redirectFailure(error, undefined, pending);
    else if (error !== "authorization_pending")
      throw exchangeFailure(outcome, metadata, { step, scope: pending.scope });
  }
}
