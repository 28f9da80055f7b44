import { parseRemoteUrl } from "../../core/remote-url.ts";
import type { Settings } from "../../core/settings.ts";
import type { Command, Option } from "../commander.ts";
import { type ClientFlags, clientFlags, readClient } from "../flags/client-flags.ts";
import { type DiagnosticsFlags, diagnosticsFlags, readDiagnostics } from "../flags/diagnostics-flags.ts";
import { type GrantFlags, grantFlags, readGrantType } from "../flags/grant-flags.ts";
import { type NetworkFlags, networkFlags, readNetwork } from "../flags/network-flags.ts";
import { type RequestFlags, readHeaders, requestFlags } from "../flags/request-flags.ts";
import { readSession, type SessionFlags, sessionFlags } from "../flags/session-flags.ts";
import { readSignIn, type SignInFlags, signInFlags } from "../flags/sign-in-flags.ts";
import { readStorage, type StorageFlags, storageFlags } from "../flags/storage-flags.ts";
import type { ReadKeychain } from "../inputs/client-info.ts";
import type { PathContext } from "../inputs/files.ts";

/** The flags that say how to reach, and sign in to, one remote. */
export type ConnectionFlags = RequestFlags &
  ClientFlags &
  SignInFlags &
  GrantFlags &
  StorageFlags &
  NetworkFlags &
  SessionFlags &
  DiagnosticsFlags;

const GROUPS: readonly (readonly [title: string, flags: () => Option[]])[] = [
  ["Requests:", requestFlags],
  ["Client:", clientFlags],
  ["Sign-in:", signInFlags],
  ["Sign-in without a browser:", grantFlags],
  ["Storage:", storageFlags],
  ["Network:", networkFlags],
  ["Session:", sessionFlags],
  ["Troubleshooting:", diagnosticsFlags],
];

/** Every command that names a URL takes all of them. */
export function addConnectionFlags(command: Command): void {
  for (const [title, flags] of GROUPS) {
    for (const flag of flags()) command.addOption(flag.helpGroup(title));
  }
}

/** What was named on the command line, before anything is read or checked. */
export interface ConnectionArguments {
  readonly url: string;
  readonly callbackPort?: number;
  readonly flags: ConnectionFlags;
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
  { url, callbackPort, flags }: ConnectionArguments,
  given: Omit<PathContext, "used">,
  outside: OutsideSettings,
): Promise<Settings> {
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
