// From the remote's refusal to the issuer's endpoints (MCP authorization server discovery).
import { Failure, isFailure } from "../../core/failure/failure.ts";
import { isSameIdentifier } from "../../core/oauth/issuer-identifier.ts";
import {
  type Discovery,
  type IssuerMetadata,
  ownerOf,
  type ResourceMetadata,
} from "../../core/oauth/oauth-types.ts";
import type { VaultRecord } from "../../core/oauth/vault-record.ts";
import { isLoopbackHost } from "../../core/remote-url.ts";
import { printable, quoted } from "../../core/text/printable.ts";
import type { AuthContext } from "../auth-context.ts";
import { defined } from "../protocol/json-members.ts";
import type { ChallengeHints } from "../protocol/www-authenticate.ts";
import { Attempts, fetchMetadata, type MetadataSearch } from "./fetch-metadata.ts";
import { checkedIssuer, defaultMetadata, readIssuerMetadata } from "./issuer-metadata.ts";
import { checkResource, readResourceMetadata, wellKnownPlaces } from "./resource-metadata.ts";

const DAY_MS = 86_400_000;

/** May the remembered metadata be used without a look (DISC-10)? */
export function isCurrent(discovery: Discovery, hints: ChallengeHints, nowMs: number): boolean {
  if (discovery.doubted) return false;
  if (nowMs - discovery.discoveredAtMs > DAY_MS || nowMs < discovery.discoveredAtMs) return false;
  return hints.resourceMetadata === undefined || hints.resourceMetadata === discovery.resourceMetadataUrl;
}

/**
 * Looks everything up anew. Saves nothing.
 * @throws Failure AUTH_*, NETWORK_*: naming every URL tried and its status
 */
export async function discover(
  context: AuthContext,
  hints: ChallengeHints,
  record: VaultRecord,
  signal: AbortSignal,
): Promise<Discovery> {
  const { settings, remote, clock, diagnostics } = context;
  const search = { ...context, attempts: new Attempts(), signal };
  // A challenge that names no place leaves the one that an earlier challenge named.
  const named = hints.resourceMetadata ?? record.discovery?.resourceMetadataUrl;
  const resource = await findResourceMetadata(search, named);
  if (resource) checkResource(resource.metadata.resource, remote, settings.resource);

  const clientIssuer = settings.staticClient?.issuer ?? record.learned.staticClientIssuer;
  const chosen = settings.issuer ?? chooseIssuer(resource?.metadata, record, clientIssuer);
  const found = await (chosen === undefined ? originAsIssuer(search) : issuerNamed(search, chosen));
  diagnostics.event("signin.discovered", {
    issuer: printable(found.metadata.issuer),
    resourceMetadata: resource?.url,
  });
  return {
    ...defined({ resourceMetadata: resource?.metadata, resourceMetadataUrl: resource?.url }),
    issuer: found.metadata,
    issuerMetadataUrl: found.url,
    discoveredAtMs: clock.nowMs(),
  };
}

interface Search extends AuthContext, MetadataSearch {}

interface FoundResource {
  readonly metadata: ResourceMetadata;
  /** As the challenge wrote it, so that a later challenge can be compared. */
  readonly url: string;
}

async function findResourceMetadata(
  search: Search,
  named: string | undefined,
): Promise<FoundResource | undefined> {
  const { remote, policy, settings } = search;
  const places: { url: URL; text: string; guessed: boolean }[] = [];
  if (named !== undefined) {
    // RFC 9728 wants an absolute URL; a relative one can only mean the remote's own.
    const absolute = named.startsWith("/") ? remote.url.origin + named : named;
    places.push({ url: policy.resourceDocument(absolute), text: named, guessed: false });
  }
  for (const url of wellKnownPlaces(remote.url))
    if (!places.some((place) => place.url.href === url.href))
      places.push({ url, text: url.href, guessed: true });
  for (const { url, text, guessed } of places) {
    const step = "Looking for the resource metadata";
    try {
      const json = await fetchMetadata(search, { step, url, guessed });
      if (json) return { metadata: readResourceMetadata(json, url), url: text };
    } catch (error) {
      // With an issuer of the user's choice it is not needed; without, a fault is a fault.
      if (settings.issuer === undefined || !isFailure(error)) throw error;
      search.diagnostics.event("signin.resource-metadata.skipped", { error: error.code });
      return undefined;
    }
  }
  return undefined;
}

/** Several issuers: one that we already have a client or grant of, else the first (DISC-8). */
function chooseIssuer(
  metadata: ResourceMetadata | undefined,
  record: VaultRecord,
  clientIssuer: string | undefined,
): string | undefined {
  const offered = metadata?.authorization_servers?.filter((text) => text !== "") ?? [];
  const made = [record.grant, ...record.clients].filter((each) => each !== undefined);
  const known = [clientIssuer, ...made.map(ownerOf)];
  return offered.find((issuer) => known.some((each) => isSameIdentifier(each, issuer))) ?? offered[0];
}

interface FoundIssuer {
  readonly metadata: IssuerMetadata;
  readonly url: string | null;
}

async function issuerNamed(search: Search, issuer: string): Promise<FoundIssuer> {
  const url = search.policy.endpoint(issuer, "issuer");
  if (url.search !== "" || url.hash !== "")
    throw new Failure("AUTH_METADATA_INVALID", `The issuer ${quoted(issuer)} has a query or a fragment.`);
  const found = await issuerDocument(search, issuer);
  if (found) return found;
  throw new Failure(
    "AUTH_DISCOVERY_FAILED",
    `The issuer ${quoted(issuer)} publishes no metadata: ${search.attempts}.`,
  );
}

/** A remote of revision 2025-03-26 is its own issuer (DISC-9). The challenge is the 401 that this needs. */
async function originAsIssuer(search: Search): Promise<FoundIssuer> {
  const { origin, hostname, protocol } = search.remote.url;
  if (protocol !== "https:" && !isLoopbackHost(hostname)) {
    throw new Failure(
      "AUTH_DISCOVERY_FAILED",
      `No metadata names an issuer, and ${quoted(origin)} cannot be one without https: ${search.attempts}.`,
    );
  }
  const found = await issuerDocument(search, origin);
  return found ?? { metadata: defaultMetadata(origin), url: null };
}

async function issuerDocument(search: Search, issuer: string): Promise<FoundIssuer | undefined> {
  const { issuerPlaces } = await import("../protocol/oauth-sdk.ts");
  for (const url of issuerPlaces(issuer)) {
    const step = `Looking for the metadata of the issuer ${quoted(issuer)}`;
    const json = await fetchMetadata(search, { step, url, guessed: true });
    if (json === undefined) continue;
    const published = readIssuerMetadata(json, url, search.policy);
    const quirk = search.quirks.find(({ matches }) => matches(new URL(issuer)));
    const metadata = checkedIssuer(published, issuer, quirk?.namesItself, search.settings.trustIssuer);
    return { metadata, url: url.href };
  }
  return undefined;
}
