import { lstatSync } from "node:fs";
import path from "node:path";
import type { Vault } from "../core/ports/vault.ts";
import { type LazyKeyRing, lazyKeyRing } from "./keys/lazy-key-ring.ts";
import { createMemoryVault } from "./memory-vault.ts";
import { recordName } from "./record/record-name.ts";
import type { VaultOptions } from "./vault-options.ts";

/**
 * Where one remote's sign-in is kept. While it has no record, whatever other remotes have, reading loads nothing: no
 * cipher, no lock, no keychain (promise 7).
 */
export function createVault(options: VaultOptions, keys: LazyKeyRing = lazyKeyRing(options)): Vault {
  const { settings, key, clock, identity } = options;
  if (settings.kind === "memory") return createMemoryVault(key, { clock, processId: identity.self().pid });
  const folder = path.join(settings.folder, "vault");
  const file = path.join(folder, `${recordName(key)}.vault`);
  let loading: Promise<Vault> | undefined;
  let loaded: Vault | undefined;
  let isFolder: boolean | undefined;

  /** Also when it cannot be looked at, or something else is in its folder's place: that is no empty vault. */
  function isThere(): boolean {
    try {
      if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) return true;
      // Once: this is asked for every request.
      isFolder ??= lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== false;
      return !isFolder;
    } catch {
      return true;
    }
  }

  function load(): Promise<Vault> {
    loading ??= import("./file-vault.ts").then(({ createFileVault }) => {
      loaded = createFileVault(options, file, keys);
      return loaded;
    });
    return loading;
  }

  return {
    read: async (signal) => (isThere() ? (await load()).read(signal) : undefined),
    // Not looked at yet: whoever has read nothing has no stamp to compare with.
    stamp: () => (loaded === undefined ? (isThere() ? "unread" : undefined) : loaded.stamp()),
    exclusive: async (purpose, signal, act) => (await load()).exclusive(purpose, signal, act),
    signIn: async (signal) => (isThere() ? (await load()).signIn(signal) : undefined),
    changed: async (signal) => (await load()).changed(signal),
    describe: async () => (await load()).describe(),
  };
}
