// Dynamic client registration (RFC 7591; REG-3, REG-4, REG-5, REG-8).
import type { JsonObject } from "../../core/mcp/message.ts";
import {
  type ClientRegistration,
  type IssuerMetadata,
  nameOf,
  type TokenEndpointAuth,
} from "../../core/oauth/oauth-types.ts";
import { pauseMs, retryAfterMs } from "../../core/pause.ts";
import { KNOWN_SECRETS } from "../../core/text/known-secrets.ts";
import { Secret } from "../../core/text/secret.ts";
import type { AuthContext } from "../auth-context.ts";
import { type IssuerAnswer, sendAs } from "../protocol/issuer-http.ts";
import { defined, flagOf, LONGEST, numberOf, textOf, textsOf } from "../protocol/json-members.ts";
import { chooseMethod } from "./client-authentication.ts";
import { complaintOf, type RegistrationRefusal, registrationRefusal } from "./registration-refusal.ts";
import { claimSecret } from "./secret-owner.ts";

interface RegistrationRequest {
  readonly metadata: IssuerMetadata;
  /** Empty for a grant without redirect. */
  readonly redirectUris: readonly string[];
  readonly scope: string | undefined;
  /** As for `claimSecret`. */
  readonly byPerson: boolean;
}

/** RFC 7591 2. MCP demands `application_type` beside them, which some issuers do not know. */
const MEMBERS: ReadonlySet<string> = new Set([
  "redirect_uris",
  "token_endpoint_auth_method",
  "grant_types",
  "response_types",
  "client_name",
  "client_uri",
  "logo_uri",
  "scope",
  "contacts",
  "tos_uri",
  "policy_uri",
  "jwks_uri",
  "jwks",
  "software_id",
  "software_version",
  "software_statement",
]);

/** Of waiting for an issuer that has too much to do; others wait for the vault meanwhile. */
const MOST_WAIT_MS = 60_000;
/** Where the issuer does not say how long. */
const OWN_WAIT_MS = 1_000;
const MOST_WAITS = 3;

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
  const sending = {
    step: "Registering a client",
    kind: "registration",
    url: endpoint,
    signal,
    steps: { sent: "register.sent", answered: "register.answered" },
  } as const;
  const authorization = token === undefined ? {} : { authorization: withScheme(token.reveal()) };
  const { postRegistration } = await import("../protocol/oauth-sdk.ts");
  const send = sendAs(context.http, sending, authorization);
  let document = registrationDocument(request, clientMetadata, grantType.kind);
  for (;;) {
    const answer = await patiently(context, () => postRegistration(metadata, document, send), signal);
    const simpler = simplified(document, answer, clientMetadata);
    if (simpler === undefined)
      return readRegistration(answer, document, metadata, token !== undefined, context.clock.nowMs());
    document = simpler;
  }
}

/** A token alone is a bearer's (RFC 7591 3). */
function withScheme(token: string): string {
  return /^[\w!#$%&'*+.^`|~-]+ +\S/.test(token) ? token : `Bearer ${token}`;
}

/** The last answer of an issuer that may be busy first, and says for how long. */
async function patiently(
  { clock }: AuthContext,
  post: () => Promise<IssuerAnswer>,
  signal: AbortSignal,
): Promise<IssuerAnswer> {
  let waitedMs = 0;
  for (let waits = 0; ; waits++) {
    const answer = await post();
    if ((answer.status !== 429 && answer.status !== 503) || waits === MOST_WAITS) return answer;
    const askedMs = retryAfterMs(answer.header("retry-after"), clock.nowMs()) ?? OWN_WAIT_MS * 2 ** waits;
    const waitMs = Math.max(askedMs, pauseMs(undefined, waits));
    waitedMs += waitMs;
    if (waitedMs > MOST_WAIT_MS) return answer;
    await clock.sleep(waitMs, signal);
  }
}

/** Without what the issuer does not like; undefined: that is not to be left out. What the user gave stays. */
function simplified(
  document: JsonObject,
  answer: IssuerAnswer,
  overrides: JsonObject,
): JsonObject | undefined {
  const complaint = complaintOf(answer);
  const isLeftOut = (name: string): boolean => {
    if (Object.hasOwn(overrides, name)) return false;
    return complaint === "scope" ? name === "scope" : complaint === "member" && !MEMBERS.has(name);
  };
  const kept = Object.entries(document).filter(([name]) => !isLeftOut(name));
  return kept.length === Object.keys(document).length ? undefined : Object.fromEntries(kept);
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
  hasToken: boolean,
  nowMs: number,
): ClientRegistration | RegistrationRefusal {
  const { json, status } = answer;
  const clientId = textOf(json, "client_id");
  if (status < 200 || status >= 300 || json === undefined || clientId === undefined)
    return registrationRefusal(answer, hasToken, nowMs);
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
    ...(flagOf(json, "require_pushed_authorization_requests") ? { requirePushed: true } : {}),
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
