import { Failure } from "../../core/failure/failure.ts";
import type { VaultRecord } from "../../core/oauth/vault-record.ts";
import type { Runtime } from "../../core/ports/runtime.ts";
import type { VaultKey } from "../../core/ports/vault.ts";
import type { KeyReference } from "../keys/key-reference.ts";
import type { LazyKeyRing } from "../keys/lazy-key-ring.ts";
import { LARGEST_FILE, type SecureFiles } from "../secure-files.ts";
import { parseEncryptedFile } from "./encrypted-file.ts";
import { type DecodedRecord, decodeRecord, encodeRecord, NO_UNKNOWN_MEMBERS } from "./record-codec.ts";
import { recordName } from "./record-name.ts";
import { seal, unseal } from "./sealed-text.ts";

interface RecordFileOptions extends Pick<Runtime, "random"> {
  readonly path: string;
  readonly key: VaultKey;
  readonly files: SecureFiles;
  readonly keys: LazyKeyRing;
}

/** The one file of a record. Locks nothing: whoever writes holds the lock. */
export class RecordFile {
  readonly #options: RecordFileOptions;
  readonly #name: string;
  /** What the bytes of the last reading meant: they are read again each time, but seldom change. */
  #last: { bytes: Buffer; decoded: DecodedRecord; reference: KeyReference } | undefined;

  constructor(options: RecordFileOptions) {
    this.#options = options;
    this.#name = recordName(options.key);
  }

  /** @throws Failure LOCAL_VAULT_* */
  async read(): Promise<VaultRecord | undefined> {
    return (await this.#load())?.decoded.record;
  }

  /** @throws Failure LOCAL_VAULT_* when what is there cannot be read: it is not overwritten unseen */
  async write(record: VaultRecord, between: () => Promise<void>): Promise<void> {
    const { path, key, files, keys, random } = this.#options;
    if (record.remote !== key.remote)
      throw new Failure("LOCAL_BUG", "A record of another remote was to be saved.");
    const before = await this.#load();
    const text = encodeRecord(record, key, before?.decoded.carried ?? NO_UNKNOWN_MEMBERS);
    const sealing = { keys: await keys(), name: this.#name, random, current: before?.reference };
    const bytes = await seal(Buffer.from(text), sealing);
    // What cannot be read again is not written.
    if (bytes.length > LARGEST_FILE)
      throw new Failure("LOCAL_VAULT_UNWRITABLE", "The saved sign-in would be larger than 16 MiB.", {
        hint: "Run `mcp-drawbridge logout` with the same address, then sign in again.",
      });
    await files.write(path, bytes, { between });
  }

  remove(): Promise<void> {
    return this.#options.files.remove(this.#options.path);
  }

  /** Renames a file that cannot be read, and the file of its key where that is why. @returns the new path */
  async setAside(): Promise<string> {
    const { path, files, keys } = this.#options;
    const reference = await this.keyReference().catch(() => undefined);
    if (reference !== undefined) await (await keys()).setAside(reference);
    return files.setAside(path);
  }

  /** The key it is sealed with; undefined when there is no file. @throws Failure LOCAL_VAULT_* */
  async keyReference(): Promise<KeyReference | undefined> {
    const bytes = await this.#options.files.read(this.#options.path);
    return bytes === undefined ? undefined : parseEncryptedFile(bytes).key;
  }

  async #load() {
    const { path, key, files, keys } = this.#options;
    const bytes = await files.read(path);
    if (bytes === undefined) {
      this.#last = undefined;
    } else if (!this.#last?.bytes.equals(bytes)) {
      const { text, reference } = await unseal(bytes, { keys: await keys(), name: this.#name });
      this.#last = { bytes, decoded: decodeRecord(text.toString("utf8"), key), reference };
    }
    return this.#last;
  }
}
