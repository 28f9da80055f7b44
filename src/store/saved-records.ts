import path from "node:path";
import type { VaultKey } from "../core/ports/vault.ts";
import { openKeyRing } from "./keys/open-key-ring.ts";
import { keyOfRecord } from "./record/record-codec.ts";
import { unseal } from "./record/sealed-text.ts";
import { SecureFiles } from "./secure-files.ts";
import type { VaultOptions } from "./vault-options.ts";

/** A record of the vault folder: its key, or why that cannot be told. */
export type SavedRecord =
  | { readonly file: string; readonly key: VaultKey }
  | { readonly file: string; readonly error: unknown };

/** Every record below the folder of the settings, in the order of the file names. Changes nothing. */
export async function savedRecords(
  options: Omit<VaultOptions, "key" | "checkpoint">,
): Promise<SavedRecord[]> {
  const { settings } = options;
  const folder = path.join(settings.folder, "vault");
  const files = new SecureFiles(options);
  const keys = openKeyRing(options);
  const names = (await files.list(folder)).filter((name) => name.endsWith(".vault")).sort();
  const records: SavedRecord[] = [];
  for (const name of names) {
    const file = path.join(folder, name);
    try {
      const bytes = await files.read(file);
      // Gone meanwhile: another process signed out.
      if (bytes === undefined) continue;
      const { text } = await unseal(bytes, { keys, name: name.slice(0, -".vault".length) });
      records.push({ file, key: keyOfRecord(text.toString("utf8")) });
    } catch (error) {
      records.push({ file, error });
    }
  }
  return records;
}
