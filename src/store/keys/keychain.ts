// The operating system's keychain, with the five functions of keytar, so that either package fits here.
import type { AsyncEntry } from "@napi-rs/keyring";
import type { Keychain } from "../../core/ports/keychain.ts";

/** A keychain that asks the person, or hangs, is not waited for longer (VAULT-4). */
export const KEYCHAIN_MS = 3_000;

/**
 * Without the pin, Linux falls back to the kernel's keyring, which a reboot empties: a vault would lock itself.
 * Ignored on the other systems.
 */
const PINNED = { linux: { store: "secret-service" } } as const;

/**
 * Loads the native package, which is an optional dependency.
 * @throws when it is not installed, or has no binary for this system
 */
export async function loadKeychain(): Promise<Keychain> {
  const { AsyncEntry, findCredentialsAsync } = await import("@napi-rs/keyring");
  const entry = (service: string, account: string): AsyncEntry => new AsyncEntry(service, account, PINNED);
  const findCredentials = (service: string) => findCredentialsAsync(service);
  return {
    getPassword: async (service, account) => (await entry(service, account).getPassword()) ?? null,
    setPassword: (service, account, password) => entry(service, account).setPassword(password),
    deletePassword: (service, account) => entry(service, account).deletePassword(),
    findPassword: async (service) => (await findCredentials(service))[0]?.password ?? null,
    findCredentials,
  };
}
