import { parseRemoteUrl } from "../../core/remote-url.ts";
import type { Settings } from "../../core/settings.ts";
import { readClient } from "../flags/client-flags.ts";
import { readDiagnostics } from "../flags/diagnostics-flags.ts";
import type { GivenFlags } from "../flags/flag.ts";
import { readGrantType } from "../flags/grant-flags.ts";
import { readNetwork } from "../flags/network-flags.ts";
import { readHeaders } from "../flags/request-flags.ts";
import { readSession } from "../flags/session-flags.ts";
import { readSignIn } from "../flags/sign-in-flags.ts";
import { readStorage } from "../flags/storage-flags.ts";
import type { ReadKeychain } from "../inputs/client-info.ts";
import type { PathContext } from "../inputs/files.ts";
import { flagValues } from "./flag-values.ts";

/** What was named on the command line, before anything is read or checked. */
export interface ConnectionArguments {
  readonly url: string;
  readonly callbackPort?: number;
  /** Without what the environment says, and without what holds where nobody says anything. */
  readonly given: GivenFlags;
}

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
  { url, callbackPort, given: flagsGiven }: ConnectionArguments,
  given: Omit<PathContext, "used">,
  outside: OutsideSettings,
): Promise<Settings> {
  const flags = flagValues(flagsGiven, given.env);
  const context = { ...given, used: new Set<string>() };
  const settings = {
    remote: parseRemoteUrl(url, flags.allowHttp === true),
    headers: readHeaders(flags, context),
    auth: {
      ...readSignIn(flags, callbackPort),
      ...(await readClient(flags, context, outside.readKeychain)),
      grantType: readGrantType(flags, context),
    },
    store: readStorage(flags, context, outside.defaultFolder),
    network: readNetwork(flags, context),
    session: readSession(flags),
    diagnostics: readDiagnostics(flags),
  };
  return { ...settings, usedVariables: [...context.used] };
}
