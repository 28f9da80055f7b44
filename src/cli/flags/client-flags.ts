import type { AuthSettings } from "../../core/settings.ts";
import type { ReadKeychain } from "../inputs/client-info.ts";
import type { PathContext } from "../inputs/files.ts";
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
      registrationToken: await secretOf("--registration-token", flags.registrationToken, context),
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

async function secretOf(flag: string, text: string, context: PathContext) {
  return (await import("../inputs/secrets.ts")).readSecret(flag, text, context);
}
