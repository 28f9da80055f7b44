import path from "node:path";
import { OwnerJudge } from "../lock/lock-owner.ts";
import { ProcessLock } from "../lock/process-lock.ts";
import { SecureFiles } from "../secure-files.ts";
import type { VaultOptions } from "../vault-options.ts";
import { KeyRing } from "./key-ring.ts";
import { loadKeychain } from "./keychain.ts";

/** The keys of all records below the folder of the settings. */
export function openKeyRing(options: Omit<VaultOptions, "key" | "checkpoint">): KeyRing {
  const files = new SecureFiles(options);
  const folder = path.join(options.settings.folder, "keys");
  const lock = new ProcessLock({
    ...options,
    path: path.join(folder, "ring"),
    subject: "the list of keys",
    judge: new OwnerJudge({ ...options, folder }),
    checkpoint: () => {},
  });
  const { keychain: load = loadKeychain, keychainHelp } = options;
  const keychain = async () => {
    await keychainHelp?.ready();
    return load();
  };
  return new KeyRing({ ...options, folder, files, lock, keychain });
}
