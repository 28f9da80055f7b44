// From the remote's refusal to the issuer's endpoints (MCP authorization server discovery).
import { isFailure } from "../../core/failure/failure.ts";
import { isSameIdentifier } from "../../core/oauth/issuer-identifier.ts";
import { type Discovery, ownerOf, type ResourceMetadata } from "../../core/oauth/oauth-types.ts";
import type { VaultRecord } from "../../core/oauth/vault-record.ts";
import { printable } from "../../core/text/printable.ts";
import type { AuthContext } from "../auth-context.ts";
import { givenText } from "../protocol/given-issuer.ts";
import { defined } from "../protocol/json-members.ts";
import type { ChallengeHints } from "../protocol/www-authenticate.ts";
import { Attempts } from "./attempts.ts";
import type { Fault } from "./fetch-metadata.ts";
import { canBeIssuer, type FoundIssuer, issuerNamed, originAsIssuer } from "./find-issuer.ts";
import { findResourceMetadata, type Search } from "./find-resource.ts";
import { issuerByHand } from "./given-issuer.ts";

const DAY_MS = 86_400_000;

/** May the remembered metadata be used without a look (DISC-10)? */
export function isCurrent(discovery: Discovery, hints: ChallengeHints, nowMs: number): boolean {
  if (discovery.doubted) return false;
  if (nowMs - discovery.discoveredAtMs > DAY_MS || nowMs < discovery.discoveredAtMs) return false;
  const { resourceMetadata: named } = hints;
  return named === undefined || named.some((each) => each === discovery.resourceMetadataUrl);
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
  const { settings, clock, diagnostics } = context;
  const search = { ...context, attempts: new Attempts(), signal };
  const { givenIssuer } = settings;
  // A machine that was told the token endpoint needs nothing else.
  const isTold = settings.grantType.kind === "client_credentials" && givenIssuer && !givenIssuer.metadata;
  const looked = isTold ? [] : await findResourceMetadata(search, placesNamed(hints, record));
  const [resource, faults] = "document" in looked ? [looked, []] : [undefined, looked];

  const found = givenIssuer
    ? await issuerByHand(search, givenIssuer)
    : await publishedIssuer(search, resource?.document, record, faults);
  diagnostics.event("signin.discovered", {
    issuer: printable(found.metadata.issuer),
    resourceMetadata: resource?.place.text,
  });
  return {
    ...defined({ resourceMetadata: resource?.document, resourceMetadataUrl: resource?.place.text }),
    issuer: found.metadata,
    issuerMetadataUrl: found.url,
    ...defined({ tried: found.tried, given: givenText(settings) }),
    discoveredAtMs: clock.nowMs(),
  };
}

function publishedIssuer(
  search: Search,
  metadata: ResourceMetadata | undefined,
  record: VaultRecord,
  faults: readonly Fault[],
): Promise<FoundIssuer> {
  const { settings } = search;
  const clientIssuer = settings.staticClient?.issuer ?? record.learned.staticClientIssuer;
  const chosen = settings.issuer ?? chooseIssuer(search, metadata, record, clientIssuer);
  return chosen === undefined ? originAsIssuer(search, faults) : issuerNamed(search, chosen);
}

/** Is there metadata of the remote itself, whatever it says? */
export async function publishesMetadata(
  context: AuthContext,
  hints: ChallengeHints,
  record: VaultRecord | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const search = { ...context, attempts: new Attempts(), signal };
  try {
    return "document" in (await findResourceMetadata(search, placesNamed(hints, record)));
  } catch (error) {
    if (!isFailure(error)) throw error;
    return error.code === "AUTH_RESOURCE_MISMATCH";
  }
}

/** A challenge that names no place leaves the one that an earlier challenge named. */
function placesNamed(hints: ChallengeHints, record: VaultRecord | undefined): readonly string[] {
  const earlier = record?.discovery?.resourceMetadataUrl;
  return hints.resourceMetadata ?? (earlier === undefined ? [] : [earlier]);
}

/** Several issuers: one that we already have a client or grant of, else the first that can be one (DISC-8). */
function chooseIssuer(
  search: Search,
  metadata: ResourceMetadata | undefined,
  record: VaultRecord,
  clientIssuer: string | undefined,
): string | undefined {
  const named = metadata?.authorization_servers?.filter((text) => text !== "") ?? [];
  const usable = named.filter((text) => canBeIssuer(search, text));
  const offered = usable.length > 0 ? usable : named;
  const made = [record.grant, ...record.clients].filter((each) => each !== undefined);
  const known = [clientIssuer, ...made.map(ownerOf)];
  return offered.find((issuer) => known.some((each) => isSameIdentifier(each, issuer))) ?? offered[0];
}
