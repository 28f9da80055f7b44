// Authorization server metadata (RFC 8414, OpenID Discovery): whether it may be believed, and what we rely on in it.
import { Failure } from "../../core/failure/failure.ts";
import type { JsonObject } from "../../core/mcp/message.ts";
import { isSameIdentifier } from "../../core/oauth/issuer-identifier.ts";
import type { IssuerMetadata } from "../../core/oauth/oauth-types.ts";
import type { TrustedIssuer } from "../../core/settings.ts";
import { quoted } from "../../core/text/printable.ts";
import type { EndpointPolicy } from "../protocol/endpoint-policy.ts";
import { type Quirk, supportsPkce } from "../protocol/issuer-quirks.ts";
import { defined, flagOf, textOf, textsOf } from "../protocol/json-members.ts";
import { SomethingElse } from "./attempts.ts";

const TEXTS = [
  "authorization_endpoint",
  "registration_endpoint",
  "revocation_endpoint",
  "device_authorization_endpoint",
  "pushed_authorization_request_endpoint",
] as const;
const LISTS = [
  "response_types_supported",
  "scopes_supported",
  "grant_types_supported",
  "code_challenge_methods_supported",
  "token_endpoint_auth_methods_supported",
  "token_endpoint_auth_signing_alg_values_supported",
  "dpop_signing_alg_values_supported",
] as const;
const FLAGS = [
  "client_id_metadata_document_supported",
  "authorization_response_iss_parameter_supported",
  "require_pushed_authorization_requests",
] as const;

/**
 * Takes what we rely on; members that are garbled are left out, as if they were not there.
 * @throws Failure AUTH_METADATA_INVALID, AUTH_INSECURE_ENDPOINT
 */
export function readIssuerMetadata(json: JsonObject, policy: EndpointPolicy): IssuerMetadata {
  const issuer = textOf(json, "issuer");
  const tokenEndpoint = textOf(json, "token_endpoint");
  if (issuer === undefined || tokenEndpoint === undefined) {
    const missing = issuer === undefined ? "issuer" : "token endpoint";
    throw new SomethingElse(`The document names no ${missing}.`);
  }
  const read = [
    ...TEXTS.map((name) => [name, textOf(json, name)]),
    ...LISTS.map((name) => [name, textsOf(json, name)]),
    ...FLAGS.map((name) => [name, flagOf(json, name)]),
  ];
  const metadata: IssuerMetadata = {
    issuer,
    token_endpoint: tokenEndpoint,
    ...defined(Object.fromEntries(read)),
  };
  // The two that get codes, verifiers and secrets are looked at now; the others before they are used.
  policy.endpoint(metadata.token_endpoint, "token endpoint");
  if (metadata.authorization_endpoint !== undefined)
    policy.endpoint(metadata.authorization_endpoint, "authorization endpoint");
  return metadata;
}

const ENDPOINTS = ["token_endpoint", ...TEXTS] as const;

/** The document with what is relative in its endpoints (RFC 8414 2 wants URLs) resolved against `base`. */
export function absoluteEndpoints(json: JsonObject, base: string): JsonObject {
  const resolved = ENDPOINTS.flatMap((name) => {
    const text = textOf(json, name);
    const isRelative = text !== undefined && !/^[a-z][a-z0-9+.-]*:/i.test(text) && URL.canParse(text, base);
    return isRelative ? [[name, new URL(text, base).href]] : [];
  });
  return { ...json, ...Object.fromEntries(resolved) };
}

/**
 * The document of a remote that is its own issuer, as some publish it: endpoints are relative, and its name is missing. It
 * is believed without one for a whole origin, where all that it says lies there: no more than the default endpoints, which
 * are guessed.
 * @param asked the identifier that it was looked for under, at the remote's origin
 */
export function ownDocument(json: JsonObject, asked: string): JsonObject {
  const absolute = absoluteEndpoints(json, asked.replace(/\/?$/, "/"));
  const { origin } = new URL(asked);
  const isAtHome = ENDPOINTS.every((name) => {
    const text = textOf(absolute, name);
    return text === undefined || (URL.canParse(text) && new URL(text).origin === origin);
  });
  const isNameless = isSameIdentifier(asked, origin) && !Object.hasOwn(json, "issuer");
  return isAtHome && isNameless ? { ...absolute, issuer: origin } : absolute;
}

/**
 * A document that names another issuer would let it answer for that one (RFC 8414 3.3, DISC-6): compared
 * as `isSameIdentifier` does, with the exceptions of our own table and of the user.
 * @param known what our table says that it calls itself
 * @returns the metadata as secrets are bound to it
 * @throws Failure AUTH_ISSUER_MISMATCH
 */
export function checkedIssuer(
  metadata: IssuerMetadata,
  asked: string,
  known: string | undefined,
  trusted: TrustedIssuer | undefined,
): IssuerMetadata {
  const { issuer } = metadata;
  if (isSameIdentifier(issuer, asked) || isSameIdentifier(issuer, known)) return metadata;
  if (isSameIdentifier(trusted?.asked, asked) && isSameIdentifier(trusted?.named, issuer))
    return { ...metadata, foundUnder: asked };
  throw new Failure(
    "AUTH_ISSUER_MISMATCH",
    `The document names the issuer ${quoted(issuer)} instead of ${quoted(asked)}.`,
    {
      hint: `Ask whoever runs the server whether that is right. If it is, pass --trust-issuer ${quoted(`${asked}=${issuer}`)}.`,
    },
  );
}

/**
 * MCP authorization, security considerations: no announcement of S256, no sign-in, but where our table knows better.
 * @throws Failure AUTH_NO_PKCE
 */
export function checkPkce(metadata: IssuerMetadata, quirks: readonly Quirk[]): void {
  const { issuer, code_challenge_methods_supported } = metadata;
  if (code_challenge_methods_supported?.includes("S256") || supportsPkce(quirks, metadata)) return;
  const announced = code_challenge_methods_supported?.map((method) => quoted(method, 40)).join(", ");
  throw new Failure(
    "AUTH_NO_PKCE",
    `The issuer ${quoted(issuer)} announces ${announced ? `only ${announced}` : "no"} PKCE ${announced ? "where S256 is needed" : "method; S256 is needed"}.`,
  );
}

/** Default endpoints of revision 2025-03-26, for a remote that publishes nothing. */
export function defaultMetadata(origin: string): IssuerMetadata {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    registration_endpoint: `${origin}/register`,
    response_types_supported: ["code"],
  };
}
