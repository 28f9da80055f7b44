// Dynamic client registration (RFC 7591; REG-3, REG-4, REG-5, REG-8).
import { Failure } from "../../core/failure/failure.ts";
import type { JsonObject } from "../../core/mcp/message.ts";
import {
  type ClientRegistration,
  type IssuerMetadata,
  nameOf,
  type TokenEndpointAuth,
} from "../../core/oauth/oauth-types.ts";
import { KNOWN_SECRETS } from "../../core/text/known-secrets.ts";
import { urlForPeople } from "../../core/text/printable.ts";
import { Secret } from "../../core/text/secret.ts";
import type { AuthContext } from "../auth-context.ts";
import { type IssuerAnswer, outcomeOf, sendAs } from "../protocol/issuer-http.ts";
import { defined, LONGEST, numberOf, textOf, textsOf } from "../protocol/json-members.ts";
import { refusalText } from "../protocol/oauth-error.ts";
import { chooseMethod } from "./client-authentication.ts";
import { claimSecret } from "./secret-owner.ts";

interface RegistrationRequest {
  readonly metadata: IssuerMetadata;
  /** Empty for a grant without redirect. */
  readonly redirectUris: readonly string[];
  readonly scope: string | undefined;
  /** As for `claimSecret`. */
  readonly byPerson: boolean;
}

interface RegistrationRefusal {
  readonly failure: Failure;
  /** It is the redirect URI that the issuer does not like. */
  readonly aboutRedirect: boolean;
}

/**
 * Registers a client.
 * @returns the issuer's refusal, if it refused
 * @throws Failure NETWORK_*, AUTH_REGISTRATION_REFUSED when the answer makes no sense; as `claimSecret`
 */
export async function registerClient(
  context: AuthContext,
  request: RegistrationRequest,
  signal: AbortSignal,
): Promise<ClientRegistration | RegistrationRefusal> {
  const { metadata } = request;
  const endpoint = context.policy.endpoint(metadata.registration_endpoint ?? "", "registration endpoint");
  const { clientMetadata, grantType, registrationToken: token } = context.settings;
  if (token !== undefined) await claimSecret(context, "registrationToken", metadata, request.byPerson);
  const document = registrationDocument(request, clientMetadata, grantType.kind);
  const sending = {
    step: "Registering a client",
    kind: "registration",
    url: endpoint,
    signal,
    steps: { sent: "register.sent", answered: "register.answered" },
  } as const;
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` };
  const { postRegistration } = await import("../protocol/oauth-sdk.ts");
  const answer = await postRegistration(metadata, document, sendAs(context.http, sending, authorization));
  return readRegistration(answer, document, metadata, context.clock.nowMs());
}

/** What is registered; `overrides` is the user's, and wins. */
export function registrationDocument(
  { metadata, redirectUris, scope }: Omit<RegistrationRequest, "byPerson">,
  overrides: JsonObject,
  grantType: string,
): JsonObject {
  const device = grantType === "device_code";
  // A native program keeps no secret from its user, so `none` where the issuer offers it.
  const isPublic = metadata.token_endpoint_auth_methods_supported?.includes("none") === true;
  return {
    client_name: "mcp-drawbridge",
    redirect_uris: redirectUris,
    grant_types: device
      ? ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"]
      : ["authorization_code", "refresh_token"],
    response_types: device ? [] : ["code"],
    application_type: "native",
    token_endpoint_auth_method: chooseMethod(metadata, !isPublic),
    ...defined({ scope }),
    ...overrides,
  };
}

function readRegistration(
  answer: IssuerAnswer,
  asked: JsonObject,
  metadata: IssuerMetadata,
  nowMs: number,
): ClientRegistration | RegistrationRefusal {
  const { json, status } = answer;
  const clientId = textOf(json, "client_id");
  if (status < 200 || status >= 300 || json === undefined || clientId === undefined) return refusal(answer);
  const secret = textOf(json, "client_secret", LONGEST.token);
  const stated = textsOf(json, "redirect_uris")?.filter((uri) => uri !== "");
  // Not used, but whoever has it may change the client.
  KNOWN_SECRETS.add(textOf(json, "registration_access_token") ?? "");
  const clientSecret = secret === undefined ? undefined : new Secret(secret);
  const secretExpiresAtMs = secret === undefined ? undefined : expiry(json, nowMs);
  const scope = textOf(json, "scope", LONGEST.scope) ?? textOf(asked, "scope", LONGEST.scope);
  return {
    origin: "dynamic",
    ...nameOf(metadata),
    clientId,
    ...defined({ clientSecret, secretExpiresAtMs, scope }),
    tokenEndpointAuth: statedMethod(json, asked, metadata, secret !== undefined),
    redirectUris: stated && stated.length > 0 ? stated : (textsOf(asked, "redirect_uris") ?? []),
    registeredAtMs: nowMs,
  };
}

/** The issuer's word counts, as long as it can be kept: no secret, no method with a secret (REG-8). */
function statedMethod(
  json: JsonObject,
  asked: JsonObject,
  metadata: IssuerMetadata,
  hasSecret: boolean,
): TokenEndpointAuth {
  const stated = textOf(json, "token_endpoint_auth_method");
  for (const method of [stated, textOf(asked, "token_endpoint_auth_method")]) {
    if (method === "none" && (!hasSecret || stated === "none")) return "none";
    if (hasSecret && (method === "client_secret_basic" || method === "client_secret_post")) return method;
  }
  return chooseMethod(metadata, hasSecret);
}

/** Absolute. One that is over already is a garbled one: believed, it would make us register for ever. */
function expiry(json: JsonObject, nowMs: number): number | undefined {
  const given = numberOf(json, "client_secret_expires_at");
  if (given === undefined || given <= 0) return undefined;
  const atMs = given > 100_000_000_000 ? given : given * 1_000;
  return atMs > nowMs ? atMs : undefined;
}

function refusal(answer: IssuerAnswer): RegistrationRefusal {
  const { status, json } = answer;
  const error = textOf(json, "error");
  const description = textOf(json, "error_description", LONGEST.token);
  const said = refusalText({ error, description });
  const why = said === "" && status < 300 ? "without a client id" : said && `with ${said}`;
  const hint =
    status === 401 || status === 403
      ? "Give the issuer's initial access token with --registration-token, or register a client by hand."
      : undefined;
  const text = `Registering a client failed: POST ${urlForPeople(answer.url)} ${outcomeOf(answer)} ${why}`;
  return {
    failure: new Failure("AUTH_REGISTRATION_REFUSED", `${text.trimEnd()}.`, { status, ...defined({ hint }) }),
    aboutRedirect:
      error === "invalid_redirect_uri" ||
      (error === "invalid_client_metadata" && /redirect/i.test(description ?? "")),
  };
}
