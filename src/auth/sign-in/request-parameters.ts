// What the requests of a sign-in are made of: metadata, scope and resource, remembered or found now.
import { isSameIdentifier } from "../../core/oauth/issuer-identifier.ts";
import type { Discovery } from "../../core/oauth/oauth-types.ts";
import { emptyRecord, type VaultRecord } from "../../core/oauth/vault-record.ts";
import type { HeldVault } from "../../core/ports/vault.ts";
import { canonicalUrl, type RemoteUrl } from "../../core/remote-url.ts";
import type { AuthSettings } from "../../core/settings.ts";
import type { AuthContext } from "../auth-context.ts";
import { isNamed, withClientOwner } from "../client/secret-owner.ts";
import { discover, isCurrent } from "../discovery/discover.ts";
import { givenText } from "../protocol/given-issuer.ts";
import { hasQuirk, quirksOf } from "../protocol/issuer-quirks.ts";
import { chooseScope } from "../protocol/scopes.ts";
import { neededScope, type SignInRequest } from "./sign-in-request.ts";

/** A record whose metadata is there. */
export type DiscoveredRecord = VaultRecord & { readonly discovery: Discovery };

/** The record for a sign-in, with metadata: remembered while it is current, else looked up and saved. */
export async function discovered(
  context: AuthContext,
  held: HeldVault,
  saved: VaultRecord | undefined,
  signInRequest: SignInRequest,
  signal: AbortSignal,
): Promise<DiscoveredRecord> {
  const record = await withClientOwner(context, saved ?? emptyRecord(context.remote.canonical));
  const known = record.discovery;
  const isGood =
    known &&
    isChosen(known, context.settings) &&
    isCurrent(known, signInRequest.hints, context.clock.nowMs());
  if (known && isGood && !signInRequest.lookAgain) return { ...record, discovery: known };
  const discovery = await discover(context, signInRequest.hints, record, signal);
  const next = { ...record, discovery };
  await held.write(next);
  await context.checkpoint("discovery.done");
  return next;
}

/** Is it still what the flags say, which may have been changed since? */
function isChosen({ issuer: found, given }: Discovery, settings: AuthSettings): boolean {
  const { issuer, trustIssuer, givenIssuer } = settings;
  if (given !== undefined || givenIssuer !== undefined) return given === givenText(settings);
  const { foundUnder } = found;
  const isTrusted =
    isSameIdentifier(trustIssuer?.asked, foundUnder) && isSameIdentifier(trustIssuer?.named, found.issuer);
  return (issuer === undefined || isNamed(issuer, found)) && (foundUnder === undefined || isTrusted);
}

/**
 * A sign-in failed: perhaps it is the metadata that is wrong, and somebody mends it. The next sign-in looks again;
 * what is there may still serve a grant that was made with it.
 */
export function doubted(record: VaultRecord): VaultRecord {
  const { discovery } = record;
  return discovery === undefined ? record : { ...record, discovery: { ...discovery, doubted: true } };
}

/** What the authorization or machine request asks for. */
export function requestedScope(
  context: AuthContext,
  record: DiscoveredRecord,
  signInRequest: SignInRequest,
): string | undefined {
  const { settings } = context;
  const { discovery } = record;
  const overridden = settings.clientMetadata.scope;
  return chooseScope({
    fixed: settings.scope ?? (typeof overridden === "string" ? overridden : undefined),
    wanted: neededScope(record, signInRequest) ?? signInRequest.hints.scope,
    resourceMetadata: discovery.resourceMetadata,
    issuer: discovery.issuer,
    omitOfflineAccess:
      record.learned.omitOfflineAccess === true || settings.grantType.kind === "client_credentials",
  });
}

/** What an issuer may know of the remote: keys travel in queries, and only its metadata can say that one is a name. */
export function withoutQuery({ url }: RemoteUrl): string {
  const bare = new URL(url);
  bare.search = "";
  return canonicalUrl(bare);
}

/** `resource` of all requests (RFC 8707); undefined: send none (AUTH-2). */
export function resourceIndicator(context: AuthContext, record: DiscoveredRecord): string | undefined {
  const { settings, remote } = context;
  if (settings.omitResource) return undefined;
  if (settings.resource !== undefined) return settings.resource;
  if (record.learned.omitResource) return undefined;
  if (hasQuirk(quirksOf(context), record.discovery.issuer.issuer, "omitResource")) return undefined;
  return record.discovery.resourceMetadata?.resource ?? withoutQuery(remote);
}
