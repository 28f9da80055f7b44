// The list of the keys that were made here. It is a file beside the keys; who can write that folder could put a list of
// their own there, with keys of their own. So the keychain has a copy, which is believed wherever it can be had.
import { createHash } from "node:crypto";
import path from "node:path";
import type { Keychain } from "../../core/ports/keychain.ts";
import type { SecureFiles } from "../secure-files.ts";
import { isId } from "./key-bytes.ts";
import type { KeyReference, MadeSource } from "./key-reference.ts";

/** Ids of the keys that were made here, and which kind was chosen first. */
type Ring = { readonly [S in MadeSource]?: string } & { readonly chosen?: MadeSource };

interface RingListOptions {
  readonly folder: string;
  readonly files: Pick<SecureFiles, "read" | "write">;
  /** The source that the user asked for. */
  readonly wanted: MadeSource | undefined;
  readonly service: string;
  /** Runs a step on the keychain, for at most so long. */
  readonly inKeychain: <T>(step: (keychain: Keychain) => Promise<T>, ms?: number) => Promise<T>;
  /** Is it known that there is no keychain? Then it is not looked for. */
  readonly hasNoKeychain: () => boolean;
}

/** One that answers does so at once; a start with the key in a file is not held up for one that does not. */
const COPY_MS = 1_000;

export class RingList {
  readonly file: string;
  readonly #options: RingListOptions;
  /** Names the copy in the keychain: one for each folder. */
  readonly #entry: string;
  #copy: Promise<Ring | undefined> | undefined;

  constructor(options: RingListOptions) {
    this.#options = options;
    this.file = path.join(options.folder, "ring.json");
    this.#entry = `ring-${createHash("sha256").update(options.folder).digest("hex").slice(0, 16)}`;
  }

  /** Is it a key of this list? Asked where the user chose no source. */
  async names({ source, id }: KeyReference & { readonly source: MadeSource }): Promise<boolean> {
    const ring = await this.#read();
    // A key that the keychain gives for this id is nobody's who can only write the folder.
    if (source === "keychain" && ring.keychain === id) return true;
    return ((await this.#copyOf(ring)) ?? ring)[source] === id;
  }

  /** The key for a first record: of the source that the user asked for, else of the one that was chosen first. */
  async chosen(): Promise<KeyReference | undefined> {
    const { wanted } = this.#options;
    const ring = await this.#read();
    if (wanted !== undefined) return referenceIn(ring, wanted);
    if (ring.chosen === "keychain" && ring.keychain !== undefined) return referenceIn(ring, "keychain");
    const known = (await this.#copyOf(ring)) ?? ring;
    return known.chosen && referenceIn(known, known.chosen);
  }

  /** A key was made. @throws where its source is the keychain, and the copy cannot be kept there */
  async add(source: MadeSource, id: string): Promise<void> {
    const { files, inKeychain, service } = this.#options;
    if (source === "keychain") {
      await inKeychain(async (keychain) => {
        // Not what the file says: its other key may be anybody's.
        const copy = readRing((await keychain.getPassword(service, this.#entry)) ?? undefined);
        await keychain.setPassword(service, this.#entry, JSON.stringify(withKey(copy, source, id)));
      });
      this.#copy = undefined;
    }
    await files.write(this.file, `${JSON.stringify(withKey(await this.#read(), source, id))}\n`);
  }

  /** Puts a new key into the place of one that opens nothing any more, wherever that is listed. @param make gives its id */
  async replace(
    { source, id }: KeyReference & { source: MadeSource },
    make: () => Promise<string>,
  ): Promise<void> {
    const { files, inKeychain, hasNoKeychain, wanted, service } = this.#options;
    const asked = wanted !== "file" && !hasNoKeychain();
    const kept = asked
      ? inKeychain((keychain) => keychain.getPassword(service, this.#entry), COPY_MS).catch(() => null)
      : null;
    const [ring, copy] = [await this.#read(), readRing((await kept) ?? undefined)];
    if (ring[source] !== id && copy[source] !== id) return;
    const next = { [source]: await make() };
    if (copy[source] === id) {
      const text = JSON.stringify({ ...copy, ...next });
      await inKeychain((keychain) => keychain.setPassword(service, this.#entry, text));
    }
    this.#copy = undefined;
    if (ring[source] === id) await files.write(this.file, `${JSON.stringify({ ...ring, ...next })}\n`);
  }

  async #read(): Promise<Ring> {
    return readRing((await this.#options.files.read(this.file))?.toString("utf8"));
  }

  /** The copy; undefined: there is no keychain to ask. Where that has none, the list found now becomes it. */
  #copyOf(ring: Ring): Promise<Ring | undefined> {
    const { inKeychain, hasNoKeychain, service } = this.#options;
    if (hasNoKeychain()) return Promise.resolve(undefined);
    this.#copy ??= inKeychain(async (keychain) => {
      const copy = await keychain.getPassword(service, this.#entry);
      if (copy !== null) return readRing(copy);
      if (ring.chosen !== undefined) await keychain.setPassword(service, this.#entry, JSON.stringify(ring));
      return undefined;
    }, COPY_MS).catch(() => undefined);
    return this.#copy;
  }
}

function withKey(ring: Ring, source: MadeSource, id: string): Ring {
  return { ...ring, [source]: id, chosen: ring.chosen ?? source };
}

function referenceIn(ring: Ring, source: MadeSource): KeyReference | undefined {
  const id = ring[source];
  return id === undefined ? undefined : { source, id };
}

/** One that cannot be read names no key: a new one is made, and the old keys stay, for who asks for their source. */
function readRing(text: string | undefined): Ring {
  if (text === undefined) return {};
  try {
    const { keychain, file, chosen } = JSON.parse(text) as Record<string, unknown>;
    return {
      ...(isId(keychain) ? { keychain } : {}),
      ...(isId(file) ? { file } : {}),
      ...(chosen === "keychain" || chosen === "file" ? { chosen } : {}),
    };
  } catch {
    return {};
  }
}
