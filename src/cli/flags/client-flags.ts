import type { AuthSettings } from "../../core/settings.ts";
import { Secret } from "../../core/text/secret.ts";
import type { ReadKeychain } from "../inputs/client-info.ts";
import { type PathContext, readFlagFile } from "../inputs/files.ts";
import { refuseUnfilled } from "../inputs/placeholders.ts";
import { expandVariables } from "../inputs/variables.ts";
import type { Flag } from "./flag.ts";
import { clientIdUrl } from "./values.ts";

export interface ClientFlags {
  readonly staticOauthClientInfo?: string;
  readonly staticOauthClientMetadata?: string;
  readonly clientMetadataUrl?: URL;
  readonly registrationToken?: string;
}

export const clientFlags: readonly Flag[] = [
  {
    usage: "--static-oauth-client-info <json|@file>",
  },
  {
    usage: "--static-oauth-client-metadata <json|@file>",
  },
  {
    usage: "--client-metadata-url <url>",
    parse: clientIdUrl,
  },
  {
    usage: "--registration-token <${NAME}|@file>",
  },
];

/** @throws Failure USAGE_* */
export async function readClient(
  flags: ClientFlags,
  context: PathContext,
  readKeychain: ReadKeychain,
): Promise<
  Pick<AuthSettings, "staticClient" | "clientMetadata" | "clientMetadataUrl" | "registrationToken">
> {
  const { staticOauthClientInfo: info, staticOauthClientMetadata: metadata, clientMetadataUrl } = flags;
  return {
    ...(info !== undefined && { staticClient: await staticClient(info, context, readKeychain) }),
    clientMetadata:
      metadata === undefined ? {} : await jsonOf("--static-oauth-client-metadata", metadata, context),
    ...(clientMetadataUrl !== undefined && { clientMetadataUrl }),
    ...(flags.registrationToken !== undefined && {
      registrationToken: readSecret("--registration-token", flags.registrationToken, context),
    }),
  };
}

async function staticClient(info: string, context: PathContext, readKeychain: ReadKeychain) {
  const { readStaticClient } = await import("../inputs/client-info.ts");
  return readStaticClient(await jsonOf("--static-oauth-client-info", info, context), readKeychain);
}

/** Most starts have no such flag. */
async function jsonOf(flag: string, text: string, context: PathContext) {
  return (await import("../inputs/json-argument.ts")).readJsonArgument(context.named(flag), text, context);
}

/** A secret of the command line: `@file`, or text with `${NAME}`, so that it need not be in the process list. */
export function readSecret(flag: string, text: string, context: PathContext): Secret {
  const place = context.named(flag);
  if (!text.startsWith("@")) return new Secret(expandVariables(text, context, place));
  const secret = readFlagFile(place, text.slice(1), context).trim();
  refuseUnfilled(secret, `${place}, its file`, "word");
  return new Secret(secret);
}
