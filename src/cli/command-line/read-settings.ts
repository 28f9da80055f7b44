import { dataFolder, keychainSecret } from "../../app/adapters.ts";
import type { Settings } from "../../core/settings.ts";
import type { ProgramContext } from "./program-context.ts";
import { type ConnectionArguments, settingsFromFlags } from "./settings-from-flags.ts";

/** The settings of one remote, with what they take from this computer. @throws Failure USAGE_* */
export function readSettings(connection: ConnectionArguments, context: ProgramContext): Promise<Settings> {
  return settingsFromFlags(connection, context, {
    defaultFolder: () => dataFolder(context.env, context.platform),
    readKeychain: (service, account) => keychainSecret(context, service, account),
  });
}
