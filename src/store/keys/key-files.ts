// Keys that are files: one each, named by the key's id.
import path from "node:path";
import { SET_ASIDE, type SecureFiles } from "../secure-files.ts";
import { parseKey } from "./key-bytes.ts";

interface KeyFilesOptions {
  readonly folder: string;
  readonly files: Pick<SecureFiles, "read" | "write" | "list" | "setAside">;
}

export class KeyFiles {
  readonly #options: KeyFilesOptions;

  constructor(options: KeyFilesOptions) {
    this.#options = options;
  }

  place(id: string): string {
    return path.join(this.#options.folder, `${id}.key`);
  }

  /** What is in the key's file; undefined: there is none. @throws Failure LOCAL_VAULT_* */
  async read(id: string): Promise<string | undefined> {
    return (await this.#options.files.read(this.place(id)))?.toString("utf8");
  }

  write(id: string, key: string): Promise<void> {
    return this.#options.files.write(this.place(id), `${key}\n`);
  }

  /** What is there is no key of 32 bytes, or was none when it was set aside. @param found what `read` gave */
  async isDamaged(id: string, found: string | undefined): Promise<boolean> {
    if (found !== undefined) return parseKey(found) === undefined;
    const { files, folder } = this.#options;
    return (await files.list(folder)).some((name) => name.startsWith(`${id}.key${SET_ASIDE}`));
  }

  setAside(id: string): Promise<string> {
    return this.#options.files.setAside(this.place(id));
  }
}
