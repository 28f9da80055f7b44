import { within } from "../../core/deadline.ts";
import { type Failure, isFailure } from "../../core/failure/failure.ts";
import type { Keychain, KeychainHelp } from "../../core/ports/keychain.ts";
import type { Runtime } from "../../core/ports/runtime.ts";
import type { StoreSettings } from "../../core/settings.ts";
import type { ProcessLock } from "../lock/process-lock.ts";
import type { SecureFiles } from "../secure-files.ts";
import { KEY_BYTES, keyId, keyOf, parseKey } from "./key-bytes.ts";
import { KeyFiles } from "./key-files.ts";
import type { KeyReference, KeySource, MadeSource } from "./key-reference.ts";
import { KEYCHAIN_MS } from "./keychain.ts";
import { RingList } from "./ring-list.ts";

interface KeyRingOptions extends Pick<Runtime, "clock" | "random" | "diagnostics"> {
  readonly settings: StoreSettings;
  /** Holds the list of keys and the keys that are files. */
  readonly folder: string;
  readonly files: Pick<SecureFiles, "read" | "write" | "prepareFolder" | "list" | "setAside">;
  /** For making keys. */
  readonly lock: Pick<ProcessLock, "hold">;
  readonly keychain: () => Promise<Keychain>;
  readonly keychainHelp?: KeychainHelp;
}

const SERVICE = "mcp-drawbridge";
/** No start that goes well needs the words. */
const failures = () => import("./key-failures.ts");
/** A keychain that is locked fails instead, or asks the person. */
const NO_ENTRY = Object.assign(new Error("It has no such entry."), { code: "ENOENT" });
/** What waits for a key is a write that must not be lost, so it is not called off. */
const NEVER = new AbortController().signal;

/**
 * The keys records are sealed with. Key *references* are public; which one a record uses stands in its header. The header
 * does not choose: whoever can write a record could name a key of their own, so a reference has to be of the source that
 * the user asked for, or one that was made here (`RingList`).
 */
export class KeyRing {
  readonly #options: KeyRingOptions;
  /** By id; also those that are being asked for. */
  readonly #opened = new Map<string, Promise<Buffer>>();
  readonly #list: RingList;
  readonly #keyFiles: KeyFiles;
  /** The source that the user asked for. */
  readonly #wanted: MadeSource | undefined;
  #announced = false;

  constructor(options: KeyRingOptions) {
    const { kind } = options.settings;
    this.#options = options;
    this.#keyFiles = new KeyFiles(options);
    this.#wanted = kind === "keychain" || kind === "file" ? kind : undefined;
    this.#list = new RingList({
      ...options,
      wanted: this.#wanted,
      service: SERVICE,
      inKeychain: (step, ms) => this.#inKeychain(step, ms),
      hasNoKeychain: () => options.keychainHelp?.hasNone() === true,
    });
  }

  /**
   * @throws Failure LOCAL_VAULT_LOCKED when the source has it not, has another, fails, or is not the one to use;
   * LOCAL_VAULT_BROKEN where its file is damaged; LOCAL_KEYCHAIN_UNAVAILABLE; USAGE_BAD_ARGUMENT (`DRAWBRIDGE_VAULT_KEY`)
   */
  async open(reference: KeyReference): Promise<Buffer> {
    await this.#checkSource(reference);
    const { id } = reference;
    let opening = this.#opened.get(id);
    if (opening === undefined) {
      opening = this.#openAnew(reference);
      this.#opened.set(id, opening);
      opening.catch(() => this.#opened.delete(id));
    }
    const key = await opening;
    if (reference.source === "file") this.#announceFile();
    return key;
  }

  async #openAnew(reference: KeyReference): Promise<Buffer> {
    const { source, id } = reference;
    const inFile = source === "file" ? await this.#look(reference) : undefined;
    // Before the list is asked, which a damaged key is no longer in.
    if (source === "file" && (await this.#keyFiles.isDamaged(id, inFile)))
      throw (await failures()).damaged(this.#keyFiles.place(id));
    await this.#checkMadeHere(reference);
    const found = inFile ?? (await this.#look(reference));
    if (found === undefined) throw await this.#missing(source);
    const key = keyOf(found, id);
    if (key !== undefined) return key;
    if (source === "environment" && parseKey(found) === undefined) throw (await failures()).notAKey();
    throw (await failures()).locked(source, "the key found there is another");
  }

  async #look(reference: KeyReference): Promise<string | undefined> {
    try {
      return await this.#readKey(reference);
    } catch (cause) {
      if (isFailure(cause, "LOCAL_VAULT_UNSAFE")) throw cause;
      throw await this.#missing(reference.source, cause);
    }
  }

  /**
   * Of a record that cannot be read: if its key's file is damaged, that is set aside, too, and a new key takes its place.
   * @throws Failure LOCAL_VAULT_UNWRITABLE
   */
  async setAside(reference: KeyReference): Promise<void> {
    if (await this.#isWhole(reference)) return;
    await this.#options.lock.hold("set a key aside", NEVER, () => this.#replace(reference.id));
  }

  /** Under the lock. */
  async #replace(id: string): Promise<void> {
    const found = await this.#keyFiles.read(id);
    if (!(await this.#keyFiles.isDamaged(id, found))) return;
    if (found !== undefined) {
      const [from, to] = [this.#keyFiles.place(id), await this.#keyFiles.setAside(id)];
      this.#options.diagnostics.notice(
        `The key file ${from} is damaged and can open nothing any more; it was set aside as ${to}.`,
      );
    }
    await this.#list.replace({ source: "file", id }, async () => (await this.#keep("file")).id);
  }

  /**
   * The key for the next write: the record's own, which `open` accepted; for a first record the one chosen before, else
   * a new one.
   * @throws Failure LOCAL_KEYCHAIN_UNAVAILABLE (`--store keychain`), USAGE_BAD_ARGUMENT (`DRAWBRIDGE_VAULT_KEY`)
   */
  async choose(current: KeyReference | undefined): Promise<KeyReference> {
    const { settings, folder, files, lock } = this.#options;
    if (settings.key !== undefined) {
      const key = parseKey(settings.key.reveal());
      if (key === undefined) throw (await failures()).notAKey();
      const id = keyId(key);
      this.#opened.set(id, Promise.resolve(key));
      return { source: "environment", id };
    }
    if (current !== undefined) return current;
    await files.prepareFolder(folder);
    const chosen = await this.#list.chosen();
    if (chosen !== undefined && (await this.#isWhole(chosen))) return chosen;
    return lock.hold("make a key", NEVER, () => this.#makeFirst());
  }

  /** What `choose` would take for a first record; undefined when nothing was chosen yet. */
  async chosen(): Promise<KeySource | undefined> {
    if (this.#options.settings.key !== undefined) return "environment";
    return (await this.#list.chosen())?.source;
  }

  /** A record never moves to another source by itself: that takes a sign-out there and a sign-in here. */
  async #checkSource({ source }: KeyReference): Promise<void> {
    const wanted = this.#options.settings.key === undefined ? this.#wanted : "environment";
    if (wanted === undefined || wanted === source) return;
    // A key from outside that is simply missing is said by whoever looks for it.
    if (source === "environment") return;
    throw (await failures()).notAskedFor(source, wanted);
  }

  /** Without a choice of the user's, only the keys that the list names are ours. */
  async #checkMadeHere({ source, id }: KeyReference): Promise<void> {
    if (source === "environment" || this.#wanted !== undefined) return;
    if (!(await this.#list.names({ source, id })))
      throw (await failures()).notMadeHere(source, this.#list.file);
  }

  async #isWhole({ source, id }: KeyReference): Promise<boolean> {
    return source !== "file" || !(await this.#keyFiles.isDamaged(id, await this.#keyFiles.read(id)));
  }

  async #makeFirst(): Promise<KeyReference> {
    const chosen = await this.#list.chosen();
    if (chosen?.source === "file") await this.#replace(chosen.id);
    return (await this.#list.chosen()) ?? this.#makeAsWanted();
  }

  /** `--store keychain` refuses to fall back; without a choice a file will do, announced. */
  async #makeAsWanted(): Promise<KeyReference> {
    if (this.#wanted === "file") return this.#make("file");
    try {
      return await this.#make("keychain");
    } catch (cause) {
      const { keychainUnavailable, reason } = await failures();
      const { why = reason(cause), hint } = (await this.#options.keychainHelp?.obstacle(cause)) ?? {};
      const unavailable = keychainUnavailable(`The system keychain cannot be used: ${why}.`, cause, hint);
      if (this.#wanted === "keychain") throw unavailable;
      this.#options.diagnostics.notice(unavailable.message);
      return this.#make("file");
    }
  }

  async #make(source: MadeSource): Promise<KeyReference> {
    const reference = await this.#keep(source);
    await this.#list.add(source, reference.id);
    return reference;
  }

  /** A new key, which the list does not have yet. */
  async #keep(source: MadeSource): Promise<KeyReference> {
    const { random } = this.#options;
    const bytes = Buffer.from(random.token(KEY_BYTES), "base64url");
    const [id, key] = [keyId(bytes), bytes.toString("base64url")];
    if (source === "file") await this.#keyFiles.write(id, key);
    else await this.#inKeychain((keychain) => keychain.setPassword(SERVICE, id, key));
    // Some keychains accept and forget. Better found out now than with the next start.
    if (keyOf(await this.#readKey({ source, id }), id) === undefined)
      throw new Error("it did not keep the key");
    this.#opened.set(id, Promise.resolve(bytes));
    return { source, id };
  }

  async #readKey({ source, id }: KeyReference): Promise<string | undefined> {
    if (source === "environment") return this.#options.settings.key?.reveal();
    if (source === "file") return this.#keyFiles.read(id);
    return this.#inKeychain(async (keychain) => (await keychain.getPassword(SERVICE, id)) ?? undefined);
  }

  #inKeychain<T>(step: (keychain: Keychain) => Promise<T>, ms = KEYCHAIN_MS): Promise<T> {
    const { keychain, clock } = this.#options;
    return within(clock, ms, keychain().then(step), () => {
      throw new Error(`it did not answer within ${ms / 1_000} s`);
    });
  }

  /** @param cause what asking ended with; undefined: it was answered, and the key is not there */
  async #missing(source: KeySource, cause?: unknown): Promise<Failure> {
    const { keychainFailed, locked, reason } = await failures();
    if (source !== "keychain")
      return locked(source, cause === undefined ? undefined : reason(cause), { cause });
    const obstacle = await this.#options.keychainHelp?.obstacle(cause ?? NO_ENTRY);
    return cause === undefined ? locked(source, obstacle?.why, obstacle) : keychainFailed(cause, obstacle);
  }

  #announceFile(): void {
    if (this.#announced) return;
    this.#announced = true;
    this.#options.diagnostics.notice(
      `The encryption key is a file in ${this.#options.folder}: anyone who can read that folder can read your tokens.`,
    );
  }
}
