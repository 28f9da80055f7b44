// Takes over a sign-in that another program made, as far as it can be proved whose it is.
import { asFailure } from "../../core/failure/failure.ts";
import {
  type ClientRegistration,
  type Discovery,
  type Grant,
  nameOf,
  type TokenEndpointAuth,
} from "../../core/oauth/oauth-types.ts";
import { emptyRecord, type VaultRecord } from "../../core/oauth/vault-record.ts";
import type { HttpClient } from "../../core/ports/http.ts";
import type { SignInOptions } from "../../core/ports/sign-in-control.ts";
import type { Secret } from "../../core/text/secret.ts";
import type { AuthContext } from "../auth-context.ts";
import { isNamed } from "../client/secret-owner.ts";
import { givenClient, withClient } from "../client/select-client.ts";
import { discover } from "../discovery/discover.ts";
import { EndpointPolicy } from "../protocol/endpoint-policy.ts";
import { IssuerHttp } from "../protocol/issuer-http.ts";
import { defined } from "../protocol/json-members.ts";
import { readHints } from "../protocol/www-authenticate.ts";
import { resourceIndicator } from "../sign-in/request-parameters.ts";
import { SignInState } from "../sign-in-state.ts";

/** What the other program kept. */
export interface FoundGrant {
  readonly accessToken: Secret;
  readonly refreshToken?: Secret;
  readonly idToken?: Secret;
  readonly scope?: string;
  readonly expiresAtMs?: number;
  /** The issuer that it wrote down with the tokens. */
  readonly issuer?: string;
  readonly client?: FoundClient;
}

export interface FoundClient {
  readonly clientId: string;
  readonly clientSecret?: Secret;
  readonly secretExpiresAtMs?: number;
  readonly tokenEndpointAuth?: TokenEndpointAuth;
  readonly redirectUris: readonly string[];
  readonly scope?: string;
  /** The issuer that it wrote down with the client. */
  readonly issuer?: string;
}

/** `access token`: without what would renew it, for the reason that `why` says. */
export type Adopted =
  | { readonly taken: "all" }
  | { readonly taken: "access token" | "nothing"; readonly why: string };

export interface AdoptOptions extends Omit<AuthContext, "http" | "policy" | "quirks" | "signInState"> {
  readonly http: HttpClient;
  /** Asks the remote without credentials: its refusal says where its metadata is. */
  readonly probe: SignInOptions["probe"];
}

/** Named in a grant whose issuer nobody knows: equal to no issuer, so nothing is sent anywhere for it. */
const UNKNOWN = "urn:mcp-drawbridge:unknown-issuer";

/**
 * Saves the grant, unless somebody is signed in already. A refresh token and a client's secret are taken only where the
 * other program wrote down their issuer, and the remote names that one now: its metadata says where they may go.
 * @throws Failure LOCAL_*
 */
export async function adoptGrant(
  options: AdoptOptions,
  found: FoundGrant,
  signal: AbortSignal,
): Promise<Adopted> {
  const policy = new EndpointPolicy(options.remote, options.settings);
  const context: AuthContext = {
    ...options,
    policy,
    http: new IssuerHttp({ ...options, policy }),
    signInState: new SignInState(),
  };
  const { vault, remote, clock } = context;
  const before = (await vault.read(signal)) ?? emptyRecord(remote.canonical);
  if (before.grant !== undefined) return { taken: "nothing", why: "You are signed in already." };
  const proof = await prove(context, options.probe, found, before, signal);
  const isOver = found.expiresAtMs !== undefined && found.expiresAtMs <= clock.nowMs();
  if ("why" in proof && isOver) {
    return { taken: "nothing", why: `The access token has expired, and ${lowered(proof.why)}` };
  }
  const next = "why" in proof ? withAccessToken(before, found, clock.nowMs()) : proof.record;
  return vault.exclusive("sign-in", signal, async (held): Promise<Adopted> => {
    // Another process may have signed in while the issuer was asked.
    if ((await held.read())?.grant !== undefined)
      return { taken: "nothing", why: "You are signed in already." };
    await held.write(next);
    return "why" in proof ? { taken: "access token", why: proof.why } : { taken: "all" };
  });
}

async function prove(
  context: AuthContext,
  probe: SignInOptions["probe"],
  found: FoundGrant,
  record: VaultRecord,
  signal: AbortSignal,
): Promise<{ readonly record: VaultRecord } | { readonly why: string }> {
  const { settings } = context;
  if (found.issuer === undefined) return { why: "It is not written down which issuer the tokens are of." };
  let discovery: Discovery;
  try {
    const challenge = await probe(signal);
    discovery = await discover(context, readHints(challenge?.wwwAuthenticate ?? []), record, signal);
  } catch (error) {
    return { why: `The issuer could not be looked up: ${asFailure(error).said}` };
  }
  if (!isNamed(found.issuer, discovery.issuer)) {
    return { why: "The server names another issuer now than the one that the tokens are of." };
  }
  const client = provedClient(context, found, record, discovery);
  if (client === undefined)
    return { why: "It is not written down which issuer the client is registered at." };
  const resource = resourceIndicator(context, { ...record, discovery });
  const grant: Grant = {
    ...nameOf(discovery.issuer),
    ...members(found, context.clock.nowMs()),
    clientId: client.clientId,
    source: { metadata: discovery.issuer, client },
    ...defined({ refreshToken: found.refreshToken, resource }),
  };
  const isGiven = settings.staticClient !== undefined;
  return { record: { ...(isGiven ? record : withClient(record, client)), discovery, grant } };
}

function provedClient(
  { settings, clock }: AuthContext,
  { issuer, client }: FoundGrant,
  record: VaultRecord,
  discovery: Discovery,
): ClientRegistration | undefined {
  const metadata = discovery.issuer;
  if (settings.staticClient !== undefined) {
    // The user's own secret: only the issuer that they named for it.
    if (settings.staticClient.issuer === undefined) return undefined;
    return isNamed(settings.staticClient.issuer, metadata)
      ? givenClient(settings, record, metadata)
      : undefined;
  }
  if (client === undefined || client.issuer !== issuer) return undefined;
  return {
    ...nameOf(metadata),
    origin: "dynamic",
    clientId: client.clientId,
    tokenEndpointAuth:
      client.tokenEndpointAuth ?? (client.clientSecret === undefined ? "none" : "client_secret_basic"),
    redirectUris: client.redirectUris,
    registeredAtMs: clock.nowMs(),
    ...defined({
      clientSecret: client.clientSecret,
      secretExpiresAtMs: client.secretExpiresAtMs,
      scope: client.scope,
    }),
  };
}

function withAccessToken(record: VaultRecord, found: FoundGrant, nowMs: number): VaultRecord {
  const clientId = found.client?.clientId ?? "unknown";
  return { ...record, grant: { issuer: UNKNOWN, clientId, ...members(found, nowMs) } };
}

function members({ accessToken, idToken, scope, expiresAtMs }: FoundGrant, nowMs: number) {
  return {
    accessToken,
    tokenType: "Bearer" as const,
    obtainedAtMs: nowMs,
    ...defined({ idToken, scope, expiresAtMs }),
  };
}

const lowered = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1);
