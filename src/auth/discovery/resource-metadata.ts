// Protected resource metadata (RFC 9728): where it is, and whether it is about this remote.
import { Failure } from "../../core/failure/failure.ts";
import type { JsonObject } from "../../core/mcp/message.ts";
import type { ResourceMetadata } from "../../core/oauth/oauth-types.ts";
import { canonicalUrl, type RemoteUrl } from "../../core/remote-url.ts";
import { quoted, urlForPeople } from "../../core/text/printable.ts";
import { defined, flagOf, textOf, textsOf } from "../protocol/json-members.ts";
import { SomethingElse } from "./attempts.ts";

const WELL_KNOWN = "/.well-known/oauth-protected-resource";

/** Where to look when no challenge names a place, in order (DISC-1): for the path, then for the origin. */
export function wellKnownPlaces(remote: URL): readonly URL[] {
  const root = new URL(WELL_KNOWN, remote.origin);
  const path = remote.pathname.replace(/\/$/, "");
  if (path === "" && remote.search === "") return [root];
  return [new URL(WELL_KNOWN + path + remote.search, remote.origin), root];
}

/** @throws Failure AUTH_METADATA_INVALID */
export function readResourceMetadata(json: JsonObject): ResourceMetadata {
  const resource = textOf(json, "resource");
  if (resource === undefined) {
    throw new SomethingElse("The document names no resource.");
  }
  const scopes = textsOf(json, "scopes_supported");
  return {
    resource,
    ...defined({
      authorization_servers:
        textsOf(json, "authorization_servers") ?? only(textOf(json, "authorization_servers")),
      scopes_supported: scopes?.filter((scope) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)),
      dpop_bound_access_tokens_required: flagOf(json, "dpop_bound_access_tokens_required"),
    }),
  };
}

/**
 * Somebody else's metadata would get us a token for somebody else's resource (RFC 9728 3.3, DISC-4).
 * @param override `--resource`
 * @throws Failure AUTH_RESOURCE_MISMATCH
 */
export function checkResource(published: string, remote: RemoteUrl, override: string | undefined): void {
  if (published === override || covers(published, remote.url)) return;
  throw new Failure(
    "AUTH_RESOURCE_MISMATCH",
    `The document is about ${quoted(published)}, which is neither ${quoted(urlForPeople(remote.url))} nor a parent of it.`,
  );
}

/** Is `published` the remote or a parent path of it, whatever the spelling of scheme, host and port? */
function covers(published: string, remote: URL): boolean {
  if (!URL.canParse(published)) return false;
  const url = new URL(published);
  if (url.hash !== "" || url.origin === "null" || url.origin !== remote.origin) return false;
  if (url.username !== "" || url.password !== "") return false;
  if (canonicalUrl(url) === canonicalUrl(remote)) return true;
  if (url.search !== "") return false;
  const parent = url.pathname.replace(/\/$/, "");
  return remote.pathname === parent || remote.pathname.startsWith(`${parent}/`);
}

/** Some write the one issuer that they have without a list around it. */
function only(text: string | undefined): readonly string[] | undefined {
  return text === undefined ? undefined : [text];
}
