import { readdir } from "node:fs/promises";
import path from "node:path";
import type { VaultKey } from "../core/ports/vault.ts";
import { createDisk } from "./disk.ts";
import { loadKeychain } from "./keychain.ts";
import { createKeys } from "./keys.ts";
import { createLock } from "./lock.ts";
import { createOwnerJudge } from "./owner.ts";
import { keyOfRecord } from "./record-format.ts";
import { open, parseSealed } from "./sealed-record.ts";
import type { VaultOptions } from "./vault.ts";

/** A record of the vault folder: its key, or why that cannot be told. */
export type SavedRecord =
  | { readonly file: string; readonly key: VaultKey }
  | { readonly file: string; readonly error: unknown };

/** Every record below the folder of the settings, in the order of the file names. Changes nothing. */
export async function savedRecords(
  options: Omit<VaultOptions, "key" | "checkpoint">,
): Promise<SavedRecord[]> {
  const { settings, identity, clock, random, diagnostics } = options;
  const folder = path.join(settings.folder, "vault");
  const keyFolder = path.join(settings.folder, "keys");
  const disk = createDisk({ identity, clock, diagnostics });
  const lock = createLock({
    ...options,
    path: path.join(keyFolder, "ring"),
    subject: "the list of keys",
    judge: createOwnerJudge({ identity, clock, random, folder: keyFolder }),
    checkpoint: () => {},
  });
  const keychain = options.keychain ?? loadKeychain;
  const keys = createKeys({ settings, folder: keyFolder, disk, lock, keychain, clock, random, diagnostics });

  const names = (await readNames(folder)).filter((name) => name.endsWith(".vault")).sort();
  const records: SavedRecord[] = [];
  for (const name of names) {
    const file = path.join(folder, name);
    try {
      const bytes = await disk.read(file);
      // Gone meanwhile: another process signed out.
      if (bytes === undefined) continue;
      const sealed = parseSealed(bytes);
      const key = keyOfRecord(open(sealed, name.slice(0, -".vault".length), await keys.open(sealed.key)));
      records.push({ file, key });
    } catch (error) {
      records.push({ file, error });
    }
  }
  return records;
}

async function readNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
