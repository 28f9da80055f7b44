import type { Keychain, KeychainHelp } from "../core/ports/keychain.ts";
import type { ProcessIdentity } from "../core/ports/process-identity.ts";
import type { Runtime } from "../core/ports/runtime.ts";
import type { VaultKey } from "../core/ports/vault.ts";
import type { StoreSettings } from "../core/settings.ts";

export interface VaultOptions extends Runtime {
  readonly settings: StoreSettings;
  readonly key: VaultKey;
  readonly identity: ProcessIdentity;
  /** Default: the operating system's. */
  readonly keychain?: () => Promise<Keychain>;
  /** Default: nothing is known. */
  readonly keychainHelp?: KeychainHelp;
}
