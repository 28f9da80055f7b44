import {
  type ClientRegistration,
  type Grant,
  type IssuerMetadata,
  nameOf,
} from "../../core/oauth/oauth-types.ts";
import { Secret } from "../../core/text/secret.ts";
import { defined, numberOf } from "../protocol/json-members.ts";
import { claimsOf } from "./account.ts";
import type { Tokens } from "./token-response.ts";

export interface GrantOrigin {
  /** Of the issuer that answered. */
  readonly metadata: IssuerMetadata;
  readonly client: ClientRegistration;
  /** Scope asked for: what is granted where the answer says nothing (RFC 6749 5.1). */
  readonly scope?: string | undefined;
  readonly resource?: string | undefined;
  readonly dpopKey: Secret | undefined;
  /** `--use-id-token`: the ID token is what the remote gets, so it ends the grant too. */
  readonly useIdToken: boolean;
  readonly nowMs: number;
  /** The grant that this one renews. */
  readonly previous?: Grant | undefined;
}

/** The grant that an answer of the token endpoint makes. */
export function grantFromTokens(tokens: Tokens, origin: GrantOrigin): Grant {
  const { metadata, client, resource, dpopKey, nowMs, previous } = origin;
  const scope = tokens.scope ?? origin.scope;
  // A refresh without a new refresh token leaves the old one good (RFC 6749 6, TOK-7).
  const idToken = wrapped(tokens.idToken) ?? previous?.idToken;
  const idTokenEndMs = origin.useIdToken && idToken ? endOfIdToken(idToken) : undefined;
  // A renewal that renews no ID token helps nobody who uses that: without this it would be tried with every request.
  const isOver = tokens.idToken === undefined && idTokenEndMs !== undefined && idTokenEndMs <= nowMs;
  const refreshToken = isOver ? undefined : (wrapped(tokens.refreshToken) ?? previous?.refreshToken);
  const ends = [
    tokens.expiresInS === undefined ? undefined : nowMs + tokens.expiresInS * 1_000,
    idTokenEndMs,
  ].filter((end) => end !== undefined);
  return {
    ...nameOf(metadata),
    clientId: client.clientId,
    source: { metadata: forRenewal(metadata), client },
    accessToken: new Secret(tokens.accessToken),
    tokenType: tokens.tokenType,
    ...defined({ refreshToken, idToken, scope, resource, dpopKey }),
    ...(ends.length === 0 ? {} : { expiresAtMs: Math.min(...ends) }),
    obtainedAtMs: nowMs,
  };
}

function forRenewal(metadata: IssuerMetadata): IssuerMetadata {
  const {
    token_endpoint,
    revocation_endpoint,
    token_endpoint_auth_methods_supported,
    token_endpoint_auth_signing_alg_values_supported,
  } = metadata;
  return {
    ...nameOf(metadata),
    token_endpoint,
    ...defined({
      revocation_endpoint,
      token_endpoint_auth_methods_supported,
      token_endpoint_auth_signing_alg_values_supported,
    }),
  };
}

function wrapped(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text);
}

/** `exp` of a JWT, unverified: it only decides when to look for a new one. */
function endOfIdToken(token: Secret): number | undefined {
  const claims = claimsOf(token.reveal());
  const exp = claims && numberOf(claims, "exp");
  return exp === undefined ? undefined : exp * 1_000;
}
