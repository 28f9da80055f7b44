// An issuer that publishes nothing usable, described by hand (DISC-12).
import type { AuthSettings } from "../../core/settings.ts";
import type { PathContext } from "../inputs/files.ts";
import type { IssuerFlags, Wanted } from "../inputs/given-issuer.ts";
import { type Flag, InvalidValue } from "./flag.ts";
import { endpointUrl } from "./values.ts";

export type { IssuerFlags } from "../inputs/given-issuer.ts";

export const issuerFlags: readonly Flag[] = [
  {
    usage: "--authorization-endpoint <url>",
    parse: endpointUrl,
  },
  {
    usage: "--token-endpoint <url>",
    parse: endpointUrl,
  },
  {
    usage: "--registration-endpoint <url>",
    parse: endpointUrl,
  },
  {
    usage: "--issuer-metadata <url|@file>",
    parse: metadataPlace,
  },
];

function metadataPlace(text: string): URL | string {
  if (/^@./.test(text)) return text;
  if (text.trim().startsWith("{"))
    throw new InvalidValue("Save the JSON in a file and give it as @path/to/file.json.");
  return endpointUrl(text);
}

/** Most starts have no such flag. @throws Failure USAGE_* */
export async function readGivenIssuer(
  flags: IssuerFlags,
  wanted: Wanted,
  context: PathContext,
): Promise<Pick<AuthSettings, "givenIssuer">> {
  const { issuerMetadata, authorizationEndpoint, tokenEndpoint, registrationEndpoint } = flags;
  const endpoints = [authorizationEndpoint, tokenEndpoint, registrationEndpoint];
  if ([...endpoints, issuerMetadata].every((value) => value === undefined)) return {};
  return (await import("../inputs/given-issuer.ts")).readGivenIssuer(flags, wanted, context);
}
