// Looks for the metadata of an issuer: one that was named, or the remote itself (DISC-5, DISC-6, DISC-9).
import { Failure } from "../../core/failure/failure.ts";
import { isSameIdentifier } from "../../core/oauth/issuer-identifier.ts";
import type { IssuerMetadata } from "../../core/oauth/oauth-types.ts";
import { isLoopbackHost } from "../../core/remote-url.ts";
import { quoted } from "../../core/text/printable.ts";
import { quirksOf } from "../protocol/issuer-quirks.ts";
import { type Fault, firstDocument } from "./fetch-metadata.ts";
import { RESOURCE_STEP, type Search } from "./find-resource.ts";
import { checkedIssuer, defaultMetadata, ownDocument, readIssuerMetadata } from "./issuer-metadata.ts";

export interface FoundIssuer {
  readonly metadata: IssuerMetadata;
  /** `null`: nothing was published. */
  readonly url: string | null;
  /** What came back from where, then. */
  readonly tried?: string;
}

/** @throws Failure AUTH_*, NETWORK_*: naming every place tried and what came back */
export async function issuerNamed(search: Search, issuer: string): Promise<FoundIssuer> {
  issuerAddress(search, issuer);
  const found = await issuerDocument(search, issuer);
  if ("metadata" in found) return found;
  const [fault] = found;
  if (fault) throw search.attempts.failed(stepOf(issuer), fault.failure);
  throw new Failure(
    "AUTH_DISCOVERY_FAILED",
    `The issuer ${quoted(issuer)} publishes no metadata: ${search.attempts.text}.`,
    {
      hint: `Ask whoever runs the server or the issuer. If you know the issuer's endpoints, pass --authorization-endpoint and --token-endpoint.`,
    },
  );
}

/** @throws Failure AUTH_INSECURE_ENDPOINT, AUTH_METADATA_INVALID: it can be no issuer's identifier */
export function issuerAddress({ policy }: Pick<Search, "policy">, issuer: string): URL {
  const url = policy.endpoint(issuer, "issuer");
  if (url.search === "" && url.hash === "") return url;
  throw new Failure("AUTH_METADATA_INVALID", `The issuer ${quoted(issuer)} has a query or a fragment.`);
}

export function canBeIssuer(search: Pick<Search, "policy">, issuer: string): boolean {
  try {
    issuerAddress(search, issuer);
    return true;
  } catch {
    return false;
  }
}

/**
 * A remote of revision 2025-03-26 is its own issuer (DISC-9). The challenge is the 401 that this needs.
 * @param faults of the places where the remote's own metadata could have been
 */
export async function originAsIssuer(search: Search, faults: readonly Fault[]): Promise<FoundIssuer> {
  const { origin, hostname, protocol, pathname } = search.remote.url;
  if (protocol !== "https:" && !isLoopbackHost(hostname)) {
    throw new Failure(
      "AUTH_DISCOVERY_FAILED",
      `No metadata names an issuer, and ${quoted(origin)} cannot be one without https: ${search.attempts.text}.`,
    );
  }
  // Some have it under their own address, as one of several at that origin.
  const found = await issuerDocument(search, origin, origin + pathname);
  if ("metadata" in found) return found;
  // A fault is a fault: what the remote publishes may be elsewhere tomorrow.
  const [resource] = faults;
  if (resource) throw search.attempts.failed(RESOURCE_STEP, resource.failure);
  const [fault] = found;
  if (fault) throw search.attempts.failed(stepOf(origin), fault.failure);
  return { metadata: defaultMetadata(origin), url: null, tried: `${search.attempts.text}` };
}

const stepOf = (issuer: string): string => `Looking for the metadata of the issuer ${quoted(issuer)}`;

/** @param alias what it may be called as well */
async function issuerDocument(
  search: Search,
  issuer: string,
  alias = issuer,
): Promise<FoundIssuer | readonly Fault[]> {
  const { issuerPlaces } = await import("../protocol/oauth-sdk.ts");
  const urls = new Set([...issuerPlaces(issuer), ...issuerPlaces(alias)].map(({ href }) => href));
  const places = [...urls].map((href) => ({ url: new URL(href), isNamed: false }));
  const quirk = quirksOf(search).find(({ matches }) => matches(new URL(issuer)));
  const isRemote = new URL(issuer).origin === search.remote.url.origin;
  const found = await firstDocument(search, stepOf(issuer), places, (json) => {
    const published = readIssuerMetadata(isRemote ? ownDocument(json, issuer) : json, search.policy);
    if (isSameIdentifier(published.issuer, alias)) return published;
    return checkedIssuer(published, issuer, quirk?.namesItself, search.settings.trustIssuer);
  });
  return "document" in found ? { metadata: found.document, url: found.place.url.href } : found;
}
