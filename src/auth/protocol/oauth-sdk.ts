// The only file that names the official SDK. Loaded with `await import()`, for a sign-in alone: it costs 37 ms and 25 MB.
// The SDK builds and sends requests; answers are read by our own strict readers, because its schemas reject documents
// over members that nobody needs, and drop what they do not know.
import {
  type AuthorizationServerMetadata,
  buildDiscoveryUrls,
  createPrivateKeyJwtAuth,
  DpopSession,
  exchangeAuthorization,
  type FetchLike,
  generateDpopKeyPair,
  registerClient,
  requestJwtAuthorizationGrant,
  startAuthorization,
  validateAuthorizationResponseIssuer,
} from "@modelcontextprotocol/client";
import type { JsonObject } from "../../core/mcp/message.ts";
import type { IssuerMetadata } from "../../core/oauth/oauth-types.ts";
import type { PendingAuthorization } from "../../core/oauth/vault-record.ts";
import { Secret } from "../../core/text/secret.ts";
import type { IssuerAnswer, sendAs } from "./issuer-http.ts";
import { defined } from "./json-members.ts";

/** Sends one request of the SDK's and gives the answer. */
type Send = ReturnType<typeof sendAs>;

/** Adds the client's identity to a token request. */
type Authenticate = (headers: Headers, params: URLSearchParams) => Promise<void>;

/**
 * Places of an issuer's metadata, in the specified order (RFC 8414 3.1, OpenID Discovery 4; DISC-5); behind them those
 * where issuers with a path have it all the same: behind their path, and at their root.
 */
export function issuerPlaces(issuer: string): readonly URL[] {
  const { origin, pathname } = new URL(issuer);
  const own = buildDiscoveryUrls(issuer).map(({ url }) => url);
  const behind = pathname.replace(/\/$/, "") + OAUTH_WELL_KNOWN;
  const more = [behind, OAUTH_WELL_KNOWN, OPENID_WELL_KNOWN].map((path) => new URL(path, origin));
  return [...own, ...more].filter((url, at, all) => all.findIndex(({ href }) => href === url.href) === at);
}

const OAUTH_WELL_KNOWN = "/.well-known/oauth-authorization-server";
const OPENID_WELL_KNOWN = "/.well-known/openid-configuration";

/** The four-row table of RFC 9207 2.4 as MCP has it, without normalising. */
export function issFits(iss: string | undefined, metadata: IssuerMetadata): boolean {
  try {
    validateAuthorizationResponseIssuer({
      iss,
      expectedIssuer: metadata.issuer,
      issParameterSupported: metadata.authorization_response_iss_parameter_supported === true,
    });
    return true;
  } catch {
    return false;
  }
}

/** Authorization request with PKCE S256 (RFC 6749 4.1.1, RFC 7636, RFC 8707). */
export async function startRequest(
  metadata: IssuerMetadata,
  asked: Pick<PendingAuthorization, "clientId" | "redirectUri" | "state" | "scope" | "resource">,
): Promise<{ readonly url: URL; readonly codeVerifier: Secret }> {
  const { clientId, redirectUri, state, scope, resource } = asked;
  const { authorizationUrl, codeVerifier } = await startAuthorization(metadata.issuer, {
    metadata: forSdk(metadata),
    clientInformation: { client_id: clientId },
    redirectUrl: redirectUri,
    state: state.reveal(),
    ...defined({ scope, resource }),
  });
  return { url: authorizationUrl, codeVerifier: new Secret(codeVerifier) };
}

interface CodeExchange {
  readonly metadata: IssuerMetadata;
  /** The request that the code answers. */
  readonly pending: PendingAuthorization;
  readonly code: Secret;
  readonly iss: string | undefined;
  readonly authenticate: Authenticate;
  readonly dpop: DpopKey | undefined;
}

/** Sends the code to the token endpoint of `metadata`; gives the last answer, whatever it is. */
export function exchangeCode(exchange: CodeExchange, send: Send): Promise<IssuerAnswer> {
  const { metadata, pending, code, iss, authenticate, dpop } = exchange;
  return lastAnswer(send, (fetchFn) =>
    exchangeAuthorization(metadata.issuer, {
      metadata: forSdk(metadata),
      clientInformation: { client_id: pending.clientId },
      authorizationCode: code.reveal(),
      codeVerifier: pending.codeVerifier.reveal(),
      redirectUri: pending.redirectUri,
      ...defined({ iss, resource: pending.resource, dpop: dpop?.session }),
      addClientAuthentication: authenticate,
      fetchFn,
    }),
  );
}

/** Dynamic client registration (RFC 7591): posts `document`; gives the answer, whatever it is. */
export function postRegistration(
  metadata: IssuerMetadata,
  document: JsonObject,
  send: Send,
): Promise<IssuerAnswer> {
  type Document = Parameters<typeof registerClient>[1]["clientMetadata"];
  return lastAnswer(send, (fetchFn) =>
    registerClient(metadata.issuer, {
      metadata: forSdk(metadata),
      clientMetadata: document as unknown as Document,
      fetchFn,
    }),
  );
}

/**
 * `private_key_jwt` (RFC 7523 2.2): puts a signed assertion into the form.
 * @param key `privateKey` is PKCS#8 PEM
 */
export async function addKeyAssertion(
  clientId: string,
  audience: string,
  key: { readonly privateKey: string; readonly alg: string },
  params: URLSearchParams,
): Promise<void> {
  const add = createPrivateKeyJwtAuth({ issuer: clientId, subject: clientId, audience, ...key });
  await add(new Headers(), params, audience);
}

interface IdentityExchange {
  readonly tokenEndpoint: URL;
  /** Issuer that will take the assertion. */
  readonly audience: string;
  readonly resource: string;
  readonly idToken: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly scope: string | undefined;
}

/** ID token to identity assertion, at the enterprise's own provider (RFC 8693); gives the answer, whatever it is. */
export function exchangeIdentity(exchange: IdentityExchange, send: Send): Promise<IssuerAnswer> {
  const { clientSecret, scope, ...rest } = exchange;
  const given = { ...rest, ...defined({ clientSecret, scope }) };
  return lastAnswer(send, (fetchFn) => requestJwtAuthorizationGrant({ ...given, fetchFn }));
}

/** A key that tokens are bound to (DPoP, RFC 9449), with the nonces that servers gave for it. */
export interface DpopKey {
  readonly session: DpopSession;
  /** Key and public half as JSON, for the vault. */
  readonly serialized: Secret;
}

/** The one algorithm that every DPoP deployment knows. */
const DPOP_ALG = "ES256";

export async function createDpopKey(): Promise<DpopKey> {
  const keyPair = await generateDpopKeyPair({ alg: DPOP_ALG, extractable: true });
  const jwk = await crypto.subtle.exportKey("jwk", keyPair.privateKey);
  return { session: await DpopSession.create({ keyPair }), serialized: new Secret(JSON.stringify(jwk)) };
}

export async function openDpopKey(serialized: Secret): Promise<DpopKey> {
  const jwk = JSON.parse(serialized.reveal());
  const { kty, crv, x, y } = jwk;
  const publicJwk = { kty, crv, x, y };
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const privateKey = await crypto.subtle.importKey("jwk", jwk, algorithm, true, ["sign"]);
  const publicKey = await crypto.subtle.importKey("jwk", publicJwk, algorithm, true, ["verify"]);
  // Only the proofs are made here; the thumbprint is the issuer's business.
  const keyPair = { privateKey, publicKey, publicJwk, thumbprint: "", alg: DPOP_ALG } as const;
  return { session: await DpopSession.create({ keyPair }), serialized };
}

/** Runs a step of the SDK and gives the last answer it got; what the SDK thinks of that answer does not matter. */
async function lastAnswer(send: Send, step: (fetchFn: FetchLike) => Promise<unknown>): Promise<IssuerAnswer> {
  let last: IssuerAnswer | undefined;
  let failed: { readonly error: unknown } | undefined;
  const fetchFn: FetchLike = async (url, init) => {
    try {
      const headers = Object.fromEntries(new Headers(init?.headers));
      const { body } = init ?? {};
      // Forms; to nothing else the SDK would give a body here.
      const form = body instanceof URLSearchParams ? body.toString() : body;
      if (typeof form !== "string") throw new TypeError("the SDK sends something else than a form");
      last = await send(new URL(url), { headers, body: form });
    } catch (error) {
      failed = { error };
      throw error;
    }
    return asResponse(last);
  };
  try {
    await step(fetchFn);
  } catch (error) {
    if (failed) throw failed.error;
    if (last === undefined) throw error;
  }
  if (last === undefined) throw new Error("The SDK sent nothing.");
  return last;
}

function asResponse(answer: IssuerAnswer): Response {
  const headers = new Headers({ "content-type": answer.header("content-type") ?? "application/json" });
  const nonce = answer.header("dpop-nonce");
  if (nonce !== undefined) headers.set("dpop-nonce", nonce);
  const empty = answer.status === 204 || answer.status === 205 || answer.status === 304;
  return new Response(empty ? null : answer.text, { status: answer.status, headers });
}

/**
 * Our metadata as the SDK types it. It wants `response_types_supported`; who says nothing gives codes. PKCE was
 * checked before (`checkPkce`), with an exception of the user's that the SDK does not know.
 */
function forSdk(metadata: IssuerMetadata): AuthorizationServerMetadata {
  const rest = { ...metadata, code_challenge_methods_supported: ["S256"] };
  return { response_types_supported: ["code"], ...rest } as unknown as AuthorizationServerMetadata;
}
