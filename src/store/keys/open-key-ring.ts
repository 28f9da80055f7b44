import path from "node:path";
import { createOwnerJudge } from "../lock/lock-owner.ts";
import { createLock } from "../lock/process-lock.ts";
import type { Disk } from "../secure-files.ts";
import type { VaultOptions } from "../vault.ts";
import { createKeys, type Keys } from "./key-ring.ts";
import { loadKeychain } from "./keychain.ts";

/** The keys of all records below the folder of the settings. */
export function createKeyFolder(options: Omit<VaultOptions, "key" | "checkpoint">, disk: Disk): Keys {
  const folder = path.join(options.settings.folder, "keys");
  const lock = createLock({
    ...options,
    path: path.join(folder, "ring"),
    subject: "the list of keys",
    judge: createOwnerJudge({ ...options, folder }),
    checkpoint: () => {},
  });
  return createKeys({ ...options, folder, disk, lock, keychain: options.keychain ?? loadKeychain });
}
