import { parseRemoteUrl } from "../../core/remote-url.ts";
import type { Settings } from "../../core/settings.ts";
import { readClient } from "../flags/client-flags.ts";
import { readDiagnostics } from "../flags/diagnostics-flags.ts";
import { environmentName, type GivenFlags, memberName } from "../flags/flag.ts";
import { readGrantType } from "../flags/grant-flags.ts";
import { readGivenIssuer } from "../flags/issuer-flags.ts";
import { readNetwork } from "../flags/network-flags.ts";
import { readHeaders } from "../flags/request-flags.ts";
import { readSession } from "../flags/session-flags.ts";
import { readSignIn } from "../flags/sign-in-flags.ts";
import { readStorage } from "../flags/storage-flags.ts";
import type { ReadKeychain } from "../inputs/client-info.ts";
import type { Paths } from "../inputs/files.ts";
import { refuseUnfilled, Unfilled } from "../inputs/placeholders.ts";
import { flagValues } from "./flag-values.ts";

/** How messages name the argument. */
export const REMOTE_ADDRESS = "The address of the server";

/** What was named on the command line, before anything is read or checked. */
export interface ConnectionArguments {
  readonly url: string;
  readonly callbackPort?: number;
  /** Without what the environment says, and without what holds where nobody says anything. */
  readonly given: GivenFlags;
}

/** As `proxy-from-env` reads them. */
const PROXY_VARIABLES = ["https_proxy", "http_proxy", "all_proxy"].flatMap((name) => [
  name,
  name.toUpperCase(),
]);

/** What the settings take from the computer, not from the command line. */
export interface OutsideSettings {
  /** The platform's data folder; undefined where there is no home. */
  readonly defaultFolder: () => string | undefined;
  readonly readKeychain: ReadKeychain;
}

/**
 * Flags, the files they name and the environment as one exact value.
 * @throws Failure USAGE_*
 */
export async function settingsFromFlags(
  connection: ConnectionArguments,
  context: Paths,
  outside: OutsideSettings,
): Promise<Settings> {
  try {
    return await readAll(connection, context, outside);
  } catch (error) {
    if (!(error instanceof Unfilled)) throw error;
    throw (await import("../inputs/placeholder-failure.ts")).placeholderFailure(error);
  }
}

async function readAll(
  { url, callbackPort, given: flagsGiven }: ConnectionArguments,
  given: Paths,
  outside: OutsideSettings,
): Promise<Settings> {
  refuseUnfilled(url, REMOTE_ADDRESS, "url");
  const flags = flagValues(flagsGiven, given.env);
  const context = {
    ...given,
    used: new Set<string>(),
    named: (usage: string) => (flagsGiven.has(memberName({ usage })) ? usage : environmentName({ usage })),
  };
  if (flags.proxy) for (const name of PROXY_VARIABLES) refuseUnfilled(given.env[name] ?? "", name, "url");
  const grantType = await readGrantType(flags, context);
  const client = await readClient(flags, context, outside.readKeychain);
  const signIn = readSignIn(flags, callbackPort);
  const settings = {
    remote: parseRemoteUrl(url, flags.allowHttp === true),
    headers: readHeaders(flags, context),
    auth: {
      ...signIn,
      ...client,
      grantType,
      ...(await readGivenIssuer(flags, { ...signIn, ...client, grantType }, context)),
    },
    store: readStorage(flags, context, outside.defaultFolder),
    network: readNetwork(flags, context),
    session: readSession(flags),
    diagnostics: readDiagnostics(flags),
  };
  return { ...settings, usedVariables: [...context.used] };
}
