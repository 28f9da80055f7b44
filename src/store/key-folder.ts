import path from "node:path";
import type { Disk } from "./disk.ts";
import { loadKeychain } from "./keychain.ts";
import { createKeys, type Keys } from "./keys.ts";
import { createLock } from "./lock.ts";
import { createOwnerJudge } from "./owner.ts";
import type { VaultOptions } from "./vault.ts";

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
