import path from "node:path";
import { isObject } from "../../core/mcp/json-object.ts";
import type { VaultKey } from "../../core/ports/vault.ts";
import { SecureFiles } from "../../store/secure-files.ts";
import type { SetupContext } from "../setup/host-config.ts";

/** What became of a sign-in of the other program. */
export interface TakenOver {
  readonly sentence: string;
  /** Of the other program; they were renamed. */
  readonly files: readonly string[];
  /** The record that was made; absent: none was. */
  readonly key?: VaultKey;
}

/** What one import did, so that it can be undone. Written after each step: the process may end in the middle. */
export interface ImportSteps {
  /** A host as often as its file was written. */
  readonly hosts: readonly string[];
  readonly files: readonly string[];
  readonly keys: readonly VaultKey[];
}

export class ImportJournal {
  readonly #files: SecureFiles;
  readonly #file: string;
  #steps: ImportSteps = { hosts: [], files: [], keys: [] };

  constructor({ adapters, dataFolder }: SetupContext) {
    this.#files = new SecureFiles(adapters);
    this.#file = path.join(dataFolder, "backups", "import.json");
  }

  async took({ files, key }: TakenOver): Promise<void> {
    await this.#add({ hosts: [], files, keys: key === undefined ? [] : [key] });
  }

  async wrote(host: string): Promise<void> {
    await this.#add({ hosts: [host], files: [], keys: [] });
  }

  /** Of the last import that did something. */
  async read(): Promise<ImportSteps | undefined> {
    const bytes = await this.#files.read(this.#file);
    if (bytes === undefined) return undefined;
    const json: unknown = JSON.parse(bytes.toString("utf8"));
    return isObject(json) && [json.hosts, json.files, json.keys].every(Array.isArray)
      ? (json as unknown as ImportSteps)
      : undefined;
  }

  drop(): Promise<void> {
    return this.#files.remove(this.#file);
  }

  async #add({ hosts, files, keys }: ImportSteps): Promise<void> {
    this.#steps = {
      hosts: [...this.#steps.hosts, ...hosts],
      files: [...this.#steps.files, ...files],
      keys: [...this.#steps.keys, ...keys],
    };
    await this.#files.prepareFolder(path.dirname(this.#file));
    await this.#files.write(this.#file, `${JSON.stringify(this.#steps)}\n`);
  }
}
