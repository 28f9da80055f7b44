import { Failure } from "../../core/failure/failure.ts";
import type { VaultRecord } from "../../core/oauth/vault-record.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Random } from "../../core/ports/random.ts";
import type { VaultKey } from "../../core/ports/vault.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import type { SecureFiles } from "../secure-files.ts";
import { decrypt, encrypt, type KeyReference, parseEncryptedFile } from "./encrypted-file.ts";
import { type DecodedRecord, decodeRecord, encodeRecord, NO_UNKNOWN_MEMBERS } from "./record-codec.ts";
import { recordName } from "./record-name.ts";

/** The one file of a record. Locks nothing: whoever writes holds the lock. */
export interface RecordFile {
  /** @throws Failure LOCAL_VAULT_* */
  read(): Promise<VaultRecord | undefined>;
  /** @throws Failure LOCAL_VAULT_* when what is there cannot be read: it is not overwritten unseen */
  write(record: VaultRecord, between: () => Promise<void>): Promise<void>;
  remove(): Promise<void>;
  /** Renames a file that cannot be read; the name tells when. @returns the new path */
  setAside(): Promise<string>;
  /** The key it is sealed with; undefined when there is no file. @throws Failure LOCAL_VAULT_* */
  keyReference(): Promise<KeyReference | undefined>;
}

export interface RecordFileOptions {
  readonly path: string;
  readonly key: VaultKey;
  readonly files: SecureFiles;
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly random: Random;
}

export function createRecordFile({ path, key, files, keys, clock, random }: RecordFileOptions): RecordFile {
  const name = recordName(key);
  /** What the bytes of the last reading meant: they are read again each time, but seldom change. */
  let last: { bytes: Buffer; decoded: DecodedRecord; reference: KeyReference } | undefined;

  async function load() {
    const bytes = await files.read(path);
    if (bytes === undefined) {
      last = undefined;
    } else if (last === undefined || !last.bytes.equals(bytes)) {
      const sealed = parseEncryptedFile(bytes);
      const decoded = decodeRecord(decrypt(sealed, name, await keys.open(sealed.key)), key);
      last = { bytes, decoded, reference: sealed.key };
    }
    return last;
  }

  return {
    async read() {
      return (await load())?.decoded.record;
    },

    async write(record, between) {
      if (record.remote !== key.remote)
        throw new Failure("LOCAL_BUG", "A record of another remote was to be saved.");
      const before = await load();
      const reference = await keys.choose(before?.reference);
      const text = encodeRecord(record, key, before?.decoded.carried ?? NO_UNKNOWN_MEMBERS);
      const bytes = encrypt(text, name, await keys.open(reference), reference, random.token(12));
      await files.write(path, `${path}.${random.token(9)}.tmp`, bytes, between);
    },

    async remove() {
      await files.remove(path);
    },

    async setAside() {
      const when = new Date(clock.nowMs()).toISOString().replaceAll(":", "-");
      const to = `${path}.broken-${when}`;
      await files.move(path, to);
      return to;
    },

    async keyReference() {
      const bytes = await files.read(path);
      return bytes === undefined ? undefined : parseEncryptedFile(bytes).key;
    },
  };
}
