// The members of a record, each with its reader.
import {
  type ClientRegistration,
  type Discovery,
  type Grant,
  type GrantSource,
  type IssuerMetadata,
  type ResourceMetadata,
  TOKEN_ENDPOINT_AUTH,
} from "../../core/oauth/oauth-types.ts";
import type { Learned, PendingAuthorization, RefreshIntent } from "../../core/oauth/vault-record.ts";
import {
  flag,
  list,
  number,
  oneOf,
  optional,
  orNull,
  secret,
  shape,
  shownSecret,
  text,
} from "./json-decoders.ts";

const issuerName = { issuer: text, foundUnder: optional(text) };

const issuerMetadata = shape<IssuerMetadata>({
  ...issuerName,
  authorization_endpoint: optional(text),
  token_endpoint: text,
  registration_endpoint: optional(text),
  revocation_endpoint: optional(text),
  device_authorization_endpoint: optional(text),
  pushed_authorization_request_endpoint: optional(text),
  response_types_supported: optional(list(text)),
  scopes_supported: optional(list(text)),
  grant_types_supported: optional(list(text)),
  code_challenge_methods_supported: optional(list(text)),
  token_endpoint_auth_methods_supported: optional(list(text)),
  token_endpoint_auth_signing_alg_values_supported: optional(list(text)),
  dpop_signing_alg_values_supported: optional(list(text)),
  client_id_metadata_document_supported: optional(flag),
  authorization_response_iss_parameter_supported: optional(flag),
  require_pushed_authorization_requests: optional(flag),
});

const resourceMetadata = shape<ResourceMetadata>({
  resource: text,
  authorization_servers: optional(list(text)),
  scopes_supported: optional(list(text)),
  dpop_bound_access_tokens_required: optional(flag),
});

const discovery = shape<Discovery>({
  resourceMetadata: optional(resourceMetadata),
  resourceMetadataUrl: optional(text),
  issuer: issuerMetadata,
  issuerMetadataUrl: orNull(text),
  tried: optional(text),
  given: optional(text),
  discoveredAtMs: number,
  doubted: optional(oneOf(true)),
});

const client = shape<ClientRegistration>({
  origin: oneOf("pre-registered", "metadata-document", "dynamic"),
  ...issuerName,
  clientId: text,
  clientSecret: optional(secret),
  secretExpiresAtMs: optional(number),
  tokenEndpointAuth: oneOf(...TOKEN_ENDPOINT_AUTH),
  authLearned: optional(oneOf(true)),
  requirePushed: optional(oneOf(true)),
  redirectUris: list(text),
  scope: optional(text),
  registeredAtMs: optional(number),
});

const grant = shape<Grant>({
  ...issuerName,
  clientId: text,
  accessToken: secret,
  tokenType: oneOf("Bearer", "DPoP"),
  refreshToken: optional(secret),
  idToken: optional(secret),
  scope: optional(text),
  resource: optional(text),
  expiresAtMs: optional(number),
  obtainedAtMs: number,
  dpopKey: optional(secret),
  source: optional(shape<GrantSource>({ metadata: issuerMetadata, client })),
});

const refreshIntent = shape<RefreshIntent>({
  refreshTokenHash: text,
  startedAtMs: number,
  attempts: number,
  unspent: optional(oneOf(true)),
  retryAtMs: optional(number),
});

const pending = shape<PendingAuthorization>({
  state: shownSecret,
  codeVerifier: secret,
  ...issuerName,
  clientId: text,
  redirectUri: text,
  deviceCode: optional(oneOf(true)),
  scope: optional(text),
  resource: optional(text),
  authorizationUrl: shownSecret,
  pushed: optional(shownSecret),
  dpopKey: optional(secret),
  startedAtMs: number,
  deadlineMs: number,
  browserOpenedAtMs: optional(number),
  earlierMs: optional(list(number)),
  endedWithoutGrant: optional(oneOf(true)),
});

const learned = shape<Learned>({
  omitResource: optional(oneOf(true)),
  omitOfflineAccess: optional(oneOf(true)),
  staticClientIssuer: optional(text),
});

export const recordMembers = {
  remote: text,
  discovery: optional(discovery),
  clients: list(client),
  grant: optional(grant),
  account: optional(text),
  refreshIntent: optional(refreshIntent),
  pending: optional(pending),
  learned,
};
