// The issuer that the user described by hand, where it publishes nothing usable (DISC-12).
import { Failure } from "../../core/failure/failure.ts";
import type { JsonObject } from "../../core/mcp/message.ts";
import type { GivenIssuer } from "../../core/settings.ts";
import { givenName } from "../protocol/given-issuer.ts";
import { defined, textOf } from "../protocol/json-members.ts";
import { firstDocument } from "./fetch-metadata.ts";
import { type FoundIssuer, issuerAddress, issuerNamed } from "./find-issuer.ts";
import type { Search } from "./find-resource.ts";
import { absoluteEndpoints, checkedIssuer, readIssuerMetadata } from "./issuer-metadata.ts";

/**
 * Its metadata, bound to what was given: who only calls himself the same, or is described otherwise, is another issuer.
 * @throws Failure AUTH_*, NETWORK_*
 */
export async function issuerByHand(search: Search, given: GivenIssuer): Promise<FoundIssuer> {
  const { settings, policy } = search;
  const { metadata: source } = given;
  const foundUnder = givenName(given);
  const { document, url } = await documentOf(search, source);
  const named = settings.issuer ?? settings.staticClient?.issuer;
  if (named !== undefined) issuerAddress(search, named);
  const endpoints = defined({
    authorization_endpoint: given.authorizationEndpoint?.href,
    token_endpoint: given.tokenEndpoint?.href,
    registration_endpoint: given.registrationEndpoint?.href,
  });
  const says = textOf(document, "issuer");
  const metadata = readIssuerMetadata(
    { ...document, ...endpoints, issuer: says ?? named ?? foundUnder },
    policy,
  );
  const checked =
    says === undefined || settings.issuer === undefined || source?.kind === "issuer"
      ? metadata
      : checkedIssuer(metadata, settings.issuer, undefined, settings.trustIssuer);
  // Without a name of its own it is called by what was given.
  const name = checked.issuer === foundUnder ? {} : { foundUnder };
  return { metadata: { ...checked, ...name }, url };
}

async function documentOf(
  search: Search,
  source: GivenIssuer["metadata"],
): Promise<{ readonly document: JsonObject; readonly url: string | null }> {
  switch (source?.kind) {
    case undefined:
      return { document: {}, url: null };
    case "file":
      return { document: source.document, url: null };
    case "issuer": {
      const { metadata, url } = await issuerNamed(search, source.issuer);
      return { document: { ...metadata }, url };
    }
    case "url": {
      const url = search.policy.endpoint(source.url.href, "address of --issuer-metadata");
      return { document: await documentAt(search, url), url: url.href };
    }
  }
}

async function documentAt(search: Search, url: URL): Promise<JsonObject> {
  const step = "Reading the issuer metadata that you named";
  const found = await firstDocument(search, step, [{ url, isNamed: true }], (json) => json);
  // Nobody but the user said where it is, so what is relative in it can only mean that place.
  if ("document" in found) return absoluteEndpoints(found.document, url.origin);
  const [fault] = found;
  if (fault) throw search.attempts.failed(step, fault.failure);
  throw new Failure("AUTH_DISCOVERY_FAILED", `${step} failed: ${search.attempts.text}.`, {
    hint: "Check the address behind --issuer-metadata, or save the document in a file and pass that as @file.",
  });
}
