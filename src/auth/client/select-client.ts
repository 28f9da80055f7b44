// Which client to sign in with: given, metadata document, registered, or none yet (MCP client registration; REG-1, REG-2).
import { Failure } from "../../core/failure/failure.ts";
import {
  type ClientRegistration,
  type Discovery,
  type IssuerMetadata,
  type IssuerName,
  isSameIssuer,
  nameOf,
} from "../../core/oauth/oauth-types.ts";
import type { VaultRecord } from "../../core/oauth/vault-record.ts";
import type { AuthSettings } from "../../core/settings.ts";
import { quoted } from "../../core/text/printable.ts";
import { defined } from "../protocol/json-members.ts";
import { coversScope } from "../protocol/scopes.ts";
import { chooseMethod } from "./client-authentication.ts";
import { checkDocumentUrl, PUBLISHED_CLIENT_DOCUMENT } from "./client-id-document.ts";
import { checkClientOwner } from "./secret-owner.ts";

type ClientSelection =
  | { readonly kind: "use"; readonly client: ClientRegistration }
  /** The document at the URL tells the redirects; it may be looked at. */
  | { readonly kind: "document"; readonly url: URL }
  | { readonly kind: "register" };

/**
 * @param scope of the coming request: a registered client that may not ask for it is replaced
 * @param nowMs secrets that expire within a minute are not used any more
 * @throws Failure AUTH_CLIENT_ISSUER_MISMATCH, AUTH_CLIENT_NEEDED, USAGE_BAD_ARGUMENT
 */
export function selectClient(
  settings: AuthSettings,
  record: VaultRecord,
  discovery: Discovery,
  scope: string | undefined,
  nowMs: number,
): ClientSelection {
  const metadata = discovery.issuer;
  const given = givenClient(settings, record, metadata);
  if (given) return { kind: "use", client: given };

  const document = settings.clientMetadataUrl ?? PUBLISHED_CLIENT_DOCUMENT;
  if (document && metadata.client_id_metadata_document_supported === true) {
    checkDocumentUrl(document);
    return { kind: "document", url: document };
  }
  // Registered by us, or by a person who told us its id.
  const known = record.clients.find(
    (client) => isSameIssuer(client, metadata) && client.origin !== "metadata-document",
  );
  if (known && isAlive(known, nowMs) && (known.scope === undefined || coversScope(known.scope, scope)))
    return { kind: "use", client: known };
  if (metadata.registration_endpoint !== undefined) return { kind: "register" };
  throw clientNeeded(settings, discovery);
}

/**
 * The pre-registered client, as the user gives it now.
 * @throws Failure AUTH_CLIENT_ISSUER_MISMATCH: its secret goes to no other issuer
 */
export function givenClient(
  settings: AuthSettings,
  record: VaultRecord,
  metadata: IssuerMetadata,
): ClientRegistration | undefined {
  const { staticClient, grantType } = settings;
  if (!staticClient) return undefined;
  checkClientOwner(settings, record, metadata);
  const withKey =
    grantType.kind === "client_credentials" &&
    (grantType.privateKey !== undefined || grantType.assertion !== undefined);
  const { clientId, clientSecret, redirectUris } = staticClient;
  const learned = record.clients.find((client) => client.authLearned && isSameIssuer(client, metadata));
  const isLearned = learned?.clientId === clientId && clientSecret !== undefined && !withKey;
  const tokenEndpointAuth = isLearned ? learned.tokenEndpointAuth : staticClient.tokenEndpointAuth;
  return {
    origin: "pre-registered",
    ...nameOf(metadata),
    clientId,
    ...defined({ clientSecret }),
    ...(isLearned ? { authLearned: true } : {}),
    ...defined({ requirePushed: staticClient.requirePushed }),
    tokenEndpointAuth:
      tokenEndpointAuth ?? (withKey ? "private_key_jwt" : chooseMethod(metadata, clientSecret !== undefined)),
    redirectUris: redirectUris ?? [],
  };
}

/** The client that a grant or a request was made with, if it is still known. */
export function clientOf(
  made: IssuerName & { readonly clientId: string },
  settings: AuthSettings,
  record: VaultRecord,
  metadata: IssuerMetadata,
): ClientRegistration | undefined {
  if (!isSameIssuer(made, metadata)) return undefined;
  if (settings.staticClient?.clientId === made.clientId) return givenClient(settings, record, metadata);
  return record.clients.find((client) => isSameIssuer(client, made) && client.clientId === made.clientId);
}

/** A remote that names another issuer each time must not make the record grow. */
const MOST_CLIENTS = 8;

/** `record` with `client` in place of any other of its issuer, and of the oldest where there are too many. */
export function withClient<R extends VaultRecord>(record: R, client: ClientRegistration): R {
  const others = record.clients.filter((other) => !isSameIssuer(other, client));
  return { ...record, clients: [...others, client].slice(-MOST_CLIENTS) };
}

/** `record` without the registered client `clientId`: the issuer does not know it any more (REG-7). */
export function withoutClient(record: VaultRecord, gone: ClientRegistration): VaultRecord {
  const clients = record.clients.filter(
    (client) => !isSameIssuer(client, gone) || client.clientId !== gone.clientId,
  );
  return { ...record, clients };
}

function isAlive(client: ClientRegistration, nowMs: number): boolean {
  return client.secretExpiresAtMs === undefined || client.secretExpiresAtMs > nowMs + 60_000;
}

function clientNeeded(
  { redirect }: AuthSettings,
  { issuer: { issuer }, given, issuerMetadataUrl }: Discovery,
): Failure {
  const port = redirect.port ?? 3334;
  const uri = `http://${redirect.host}:${port}${redirect.path}`;
  return new Failure(
    "AUTH_CLIENT_NEEDED",
    given !== undefined && issuerMetadataUrl === null
      ? `No registration endpoint was given for the issuer ${quoted(issuer)}.`
      : `The issuer ${quoted(issuer)} does not support dynamic client registration.`,
    {
      hint:
        `Register a public client there with the redirect URI ${uri}, put {"client_id": "..."} into a file, and pass ` +
        `--static-oauth-client-info @file${redirect.port === undefined ? ` and the port ${port} behind the address` : ""}.`,
    },
  );
}
