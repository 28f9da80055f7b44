import type { Secret } from "../text/secret.ts";
import { isSameIdentifier } from "./issuer-identifier.ts";

/** An issuer as secrets are bound to it: what it calls itself, and where it was looked up if that is another name. */
export interface IssuerName {
  /** Issuer identifier, as its metadata spells it. */
  readonly issuer: string;
  /**
   * Not published. The identifier that its metadata was found under, where `--trust-issuer` lets it name another; where the
   * user gave endpoints or metadata by hand, what was given.
   */
  readonly foundUnder?: string;
}

/** The identifier whose host was asked: anybody may call himself by the other one. What belongs to it is compared with this. */
export function ownerOf({ issuer, foundUnder }: IssuerName): string {
  return foundUnder ?? issuer;
}

/** The name alone, to be kept with what belongs to the issuer. */
export function nameOf({ issuer, foundUnder }: IssuerName): IssuerName {
  return foundUnder === undefined ? { issuer } : { issuer, foundUnder };
}

/** Only what was made with the one may be sent to the other. */
export function isSameIssuer(one: IssuerName, other: IssuerName): boolean {
  return isSameIdentifier(one.issuer, other.issuer) && isSameIdentifier(ownerOf(one), ownerOf(other));
}

/** Authorization server metadata (RFC 8414, OpenID Discovery): what we rely on, in wire spelling, as published. */
export interface IssuerMetadata extends IssuerName {
  readonly authorization_endpoint?: string;
  readonly token_endpoint: string;
  readonly registration_endpoint?: string;
  readonly revocation_endpoint?: string;
  readonly device_authorization_endpoint?: string;
  readonly pushed_authorization_request_endpoint?: string;
  readonly response_types_supported?: readonly string[];
  readonly scopes_supported?: readonly string[];
  readonly grant_types_supported?: readonly string[];
  readonly code_challenge_methods_supported?: readonly string[];
  readonly token_endpoint_auth_methods_supported?: readonly string[];
  readonly token_endpoint_auth_signing_alg_values_supported?: readonly string[];
  readonly dpop_signing_alg_values_supported?: readonly string[];
  readonly client_id_metadata_document_supported?: boolean;
  readonly authorization_response_iss_parameter_supported?: boolean;
  readonly require_pushed_authorization_requests?: boolean;
}

/** Protected resource metadata (RFC 9728): what we rely on, in wire spelling, as published. */
export interface ResourceMetadata {
  readonly resource: string;
  readonly authorization_servers?: readonly string[];
  readonly scopes_supported?: readonly string[];
  readonly dpop_bound_access_tokens_required?: boolean;
}

/** What discovery found, kept from the first 401 to the last refresh (DISC-3). */
export interface Discovery {
  /** Absent where the remote publishes none (2025-03-26 fallback). */
  readonly resourceMetadata?: ResourceMetadata;
  readonly resourceMetadataUrl?: string;
  readonly issuer: IssuerMetadata;
  /** `null` when the endpoints are the 2025-03-26 defaults and no document was found. */
  readonly issuerMetadataUrl: string | null;
  /** Then: where it was looked for, and what came back. */
  readonly tried?: string;
  /** The issuer is as the user gave it by hand, and this is what was given: with anything else it has to be found anew. */
  readonly given?: string;
  readonly discoveredAtMs: number;
  /** A sign-in with it failed: the next one looks everything up anew. */
  readonly doubted?: true;
}

export type TokenEndpointAuth = (typeof TOKEN_ENDPOINT_AUTH)[number];
export const TOKEN_ENDPOINT_AUTH = [
  "none",
  "client_secret_basic",
  "client_secret_post",
  "private_key_jwt",
] as const;

/** How we came by a client id. */
type ClientOrigin = "pre-registered" | "metadata-document" | "dynamic";

/** A client at one issuer. Never used with another (REG-2). */
export interface ClientRegistration extends IssuerName {
  readonly origin: ClientOrigin;
  readonly clientId: string;
  readonly clientSecret?: Secret;
  /** Absolute; absent: never expires. */
  readonly secretExpiresAtMs?: number;
  readonly tokenEndpointAuth: TokenEndpointAuth;
  /** The issuer took its secret in this way, and had refused the other. */
  readonly authLearned?: true;
  /** The issuer takes its authorization requests only pushed (RFC 9126 6). */
  readonly requirePushed?: true;
  /** As registered; a port we can serve is chosen among them. Empty: not known (pre-registered). */
  readonly redirectUris: readonly string[];
  /** Scope it registered, for issuers that hold clients to it. */
  readonly scope?: string;
  /** Dynamic ones only. */
  readonly registeredAtMs?: number;
}

/** What sign-in yields. Lives only with the issuer and client that made it. */
export interface Grant extends IssuerName {
  readonly clientId: string;
  readonly accessToken: Secret;
  /** `Bearer`, or `DPoP` when bound to a key. */
  readonly tokenType: "Bearer" | "DPoP";
  readonly refreshToken?: Secret;
  readonly idToken?: Secret;
  /** Scope granted, or asked for where the answer says none. */
  readonly scope?: string;
  /** `resource` sent with it; absent when none was (disabled or refused). */
  readonly resource?: string;
  /** Absolute; absent: the issuer did not say. */
  readonly expiresAtMs?: number;
  readonly obtainedAtMs: number;
  /** Private key (JWK, serialized) the token is bound to. */
  readonly dpopKey?: Secret;
  /** Where, and as whom, it is renewed and revoked. Absent in records of earlier builds. */
  readonly source?: GrantSource;
}

/** As it was when the grant was made: what discovery found last may be another issuer's. */
export interface GrantSource {
  /** What renewing and revoking need of it. */
  readonly metadata: IssuerMetadata;
  readonly client: ClientRegistration;
}

/** Renew a little before expiry: 60 s, or a fifth of the life where that is shorter (TOK-3). */
export function isUsable(grant: Grant, nowMs: number): boolean {
  if (grant.expiresAtMs === undefined) return true;
  const lifeMs = grant.expiresAtMs - grant.obtainedAtMs;
  return nowMs < grant.expiresAtMs - Math.min(60_000, lifeMs / 5);
}
