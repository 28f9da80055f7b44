// Looks for the metadata of the remote itself: where its challenge says, then at the well-known places (DISC-1, DISC-7).
import { Failure } from "../../core/failure/failure.ts";
import type { ResourceMetadata } from "../../core/oauth/oauth-types.ts";
import { quoted } from "../../core/text/printable.ts";
import type { AuthContext } from "../auth-context.ts";
import { asReason } from "./attempts.ts";
import {
  type Fault,
  type Found,
  firstDocument,
  isMomentary,
  type MetadataSearch,
  type Place,
} from "./fetch-metadata.ts";
import { checkResource, readResourceMetadata, wellKnownPlaces } from "./resource-metadata.ts";

export type Search = AuthContext & MetadataSearch;

export const RESOURCE_STEP = "Looking for the resource metadata";

/** `text`: as the challenge wrote it, so that a later challenge can be compared. */
interface ResourcePlace extends Place {
  readonly text: string;
}

/**
 * @param named addresses that challenges gave, as they were written
 * @returns the faults where there is none: whoever is asked next may make up for them
 * @throws Failure AUTH_RESOURCE_MISMATCH; a fault of a moment where it was said to be: next time it may name another
 * issuer than anybody would guess now
 */
export async function findResourceMetadata(
  search: Search,
  named: readonly string[],
): Promise<Found<ResourceMetadata, ResourcePlace> | readonly Fault[]> {
  const { remote, settings, attempts } = search;
  const faults: Fault[] = [];
  const places: ResourcePlace[] = [];
  const add = (place: ResourcePlace): void => {
    if (!places.some(({ url }) => url.href === place.url.href)) places.push(place);
  };
  for (const text of named) {
    const url = namedPlace(search, text);
    if (url instanceof URL) add({ url, text, isNamed: true });
    else faults.push({ failure: url, isNamed: true });
  }
  for (const url of wellKnownPlaces(remote.url)) add({ url, text: url.href, isNamed: false });
  const found = await firstDocument(search, RESOURCE_STEP, places, (json) => {
    const metadata = readResourceMetadata(json);
    checkResource(metadata.resource, remote, settings.resource);
    return metadata;
  });
  if ("document" in found) return found;
  faults.push(...found);
  const final = faults.find(
    ({ failure, isNamed }) =>
      failure.code === "AUTH_RESOURCE_MISMATCH" ||
      // With an issuer of the user's choice it is not needed.
      (isNamed && isMomentary(failure) && (settings.issuer ?? settings.givenIssuer) === undefined),
  );
  if (final) throw attempts.failed(RESOURCE_STEP, final.failure);
  return faults;
}

/** RFC 9728 wants an absolute URL; a relative one can only mean the remote's own. */
function namedPlace({ remote, policy, attempts }: Search, text: string): URL | Failure {
  try {
    const isRelative = !/^[a-z][a-z0-9+.-]*:/i.test(text);
    const absolute =
      isRelative && URL.canParse(text, remote.url.href) ? new URL(text, remote.url).href : text;
    return policy.resourceDocument(absolute);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    attempts.add(quoted(text), `was not asked: ${asReason(error)}`);
    return error;
  }
}
