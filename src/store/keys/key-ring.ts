import { createHash } from "node:crypto";
import path from "node:path";
import { within } from "../../core/deadline.ts";
import { Failure } from "../../core/failure/failure.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Diagnostics } from "../../core/ports/diagnostics.ts";
import type { Random } from "../../core/ports/random.ts";
import type { StoreSettings } from "../../core/settings.ts";
import { printable } from "../../core/text/printable.ts";
import type { ProcessLock } from "../lock/process-lock.ts";
import type { KeyReference, KeySource } from "../record/encrypted-file.ts";
import type { SecureFiles } from "../secure-files.ts";
import type { Keychain } from "./keychain.ts";

/** The keys records are sealed with. Key *references* are public; which one a record uses stands in its header. */
export interface KeyRing {
  /** @throws Failure LOCAL_VAULT_LOCKED when the source has it not, or does not answer */
  open(reference: KeyReference): Promise<Buffer>;
  /**
   * The key for the next write: the record's own, unless the user asked for another source; for a first record the
   * one chosen before, else a new one.
   * @throws Failure LOCAL_KEYCHAIN_UNAVAILABLE (`--store keychain`), USAGE_BAD_ARGUMENT (`DRAWBRIDGE_VAULT_KEY`)
   */
  choose(current: KeyReference | undefined): Promise<KeyReference>;
  /** What `choose` would take for a first record; undefined when nothing was chosen yet. */
  chosen(): Promise<KeySource | undefined>;
}

export interface KeyRingOptions {
  readonly settings: StoreSettings;
  /** Holds the list of keys and the keys that are files. */
  readonly folder: string;
  readonly files: SecureFiles;
  /** For making keys. */
  readonly lock: ProcessLock;
  readonly keychain: () => Promise<Keychain>;
  readonly clock: Clock;
  readonly random: Random;
  readonly diagnostics: Diagnostics;
}

const SERVICE = "mcp-drawbridge";
const KEYCHAIN_MS = 3_000;
const KEY_BYTES = 32;

type MadeSource = Exclude<KeySource, "environment">;
/** Ids of the keys that were made here, and which kind was chosen first. */
type Ring = { readonly [S in MadeSource]?: string } & { readonly chosen?: MadeSource };

export function createKeyRing(options: KeyRingOptions): KeyRing {
  const { settings, folder, files, lock, clock, random, diagnostics } = options;
  const opened = new Map<string, Buffer>();
  const ringFile = path.join(folder, "ring.json");
  const keyFile = (id: string) => path.join(folder, `${id}.key`);
  const temporary = (file: string) => `${file}.${random.token(9)}.tmp`;
  let announced = false;

  function announceFile() {
    if (announced) return;
    announced = true;
    diagnostics.notice(
      `The key of saved sign-ins is a file in ${folder}: whoever can read it can read them.`,
    );
  }

  function inKeychain<T>(step: (keychain: Keychain) => Promise<T>): Promise<T> {
    return within(clock, KEYCHAIN_MS, options.keychain().then(step), () => {
      throw new Error(`it did not answer within ${KEYCHAIN_MS / 1_000} s`);
    });
  }

  async function readKey({ source, id }: KeyReference): Promise<string | undefined> {
    if (source === "environment") return settings.key?.reveal();
    if (source === "file") return (await files.read(keyFile(id)))?.toString("utf8");
    return inKeychain(async (keychain) => (await keychain.getPassword(SERVICE, id)) ?? undefined);
  }

  async function readRing(): Promise<Ring> {
    const text = (await files.read(ringFile))?.toString("utf8");
    if (text === undefined) return {};
    try {
      const { keychain, file, chosen } = JSON.parse(text) as Record<string, unknown>;
      return {
        ...(isId(keychain) ? { keychain } : {}),
        ...(isId(file) ? { file } : {}),
        ...(chosen === "keychain" || chosen === "file" ? { chosen } : {}),
      };
    } catch {
      // It names no secret and no record depends on it: a new one is made, the old keys stay where they are.
      return {};
    }
  }

  async function make(source: MadeSource): Promise<string> {
    const bytes = Buffer.from(random.token(KEY_BYTES), "base64url");
    const [id, key] = [keyId(bytes), bytes.toString("base64url")];
    if (source === "file") {
      await files.write(keyFile(id), temporary(keyFile(id)), Buffer.from(`${key}\n`));
    } else {
      await inKeychain((keychain) => keychain.setPassword(SERVICE, id, key));
    }
    // Some keychains accept and forget. Better found out now than with the next start.
    if (keyOf(await readKey({ source, id }), id) === undefined) throw new Error("it did not keep the key");
    opened.set(id, bytes);
    return id;
  }

  /** `--store keychain` refuses to fall back; without a choice a file will do, announced. */
  async function makeAsWanted(wanted: MadeSource | undefined): Promise<readonly [MadeSource, string]> {
    if (wanted === "file") return ["file", await make("file")];
    try {
      return ["keychain", await make("keychain")];
    } catch (cause) {
      const why = reason(cause);
      if (wanted === "keychain") {
        throw new Failure("LOCAL_KEYCHAIN_UNAVAILABLE", `The system keychain cannot be used: ${why}.`, {
          cause,
        });
      }
      diagnostics.notice(`The system keychain cannot be used (${why}).`);
      return ["file", await make("file")];
    }
  }

  function existing(ring: Ring, wanted: MadeSource | undefined): KeyReference | undefined {
    const source = wanted ?? ring.chosen;
    const id = source === undefined ? undefined : ring[source];
    return source === undefined || id === undefined ? undefined : { source, id };
  }

  const self: KeyRing = {
    async open(reference) {
      if (reference.source === "file") announceFile();
      const known = opened.get(reference.id);
      if (known !== undefined) return known;
      let found: string | undefined;
      try {
        found = await readKey(reference);
      } catch (cause) {
        if (cause instanceof Failure && cause.code === "LOCAL_VAULT_UNSAFE") throw cause;
        throw locked(reference, reason(cause), cause);
      }
      if (found === undefined) throw locked(reference, ABSENT[reference.source]);
      const key = keyOf(found, reference.id);
      if (key === undefined) throw locked(reference, "the key found there is another");
      opened.set(reference.id, key);
      return key;
    },

    async choose(current) {
      if (settings.key !== undefined) {
        const key = environmentKey(settings.key.reveal());
        const id = keyId(key);
        opened.set(id, key);
        return { source: "environment", id };
      }
      const wanted = settings.kind === "keychain" || settings.kind === "file" ? settings.kind : undefined;
      if (current !== undefined && (wanted ?? current.source) === current.source) return current;
      await files.prepareFolder(folder);
      const before = existing(await readRing(), wanted);
      if (before !== undefined) return before;
      // Not to be called off: what waits for the key is a write that must not be lost.
      return lock.hold("make a key", new AbortController().signal, async () => {
        const ring = await readRing();
        const meanwhile = existing(ring, wanted);
        if (meanwhile !== undefined) return meanwhile;
        const [source, id] = await makeAsWanted(wanted);
        const next: Ring = { ...ring, [source]: id, chosen: ring.chosen ?? source };
        await files.write(ringFile, temporary(ringFile), Buffer.from(`${JSON.stringify(next)}\n`));
        return { source, id };
      });
    },

    async chosen() {
      if (settings.key !== undefined) return "environment";
      const wanted = settings.kind === "keychain" || settings.kind === "file" ? settings.kind : undefined;
      return existing(await readRing(), wanted)?.source;
    },
  };
  return self;
}

const ABSENT: Readonly<Record<KeySource, string>> = {
  // A locked collection answers as if it were empty.
  keychain: "the system keychain is locked, or its entry is gone",
  file: "the key file is gone",
  environment: "DRAWBRIDGE_VAULT_KEY is not set",
};

/** 32 bytes as base64url, base64 or hex. */
function parseKey(text: string): Buffer | undefined {
  const bare = text.trim();
  if (!/^[\w+/=-]+$/.test(bare)) return undefined;
  const bytes = /^[0-9a-f]{64}$/i.test(bare) ? Buffer.from(bare, "hex") : Buffer.from(bare, "base64url");
  return bytes.length === KEY_BYTES ? bytes : undefined;
}

function environmentKey(text: string): Buffer {
  const key = parseKey(text);
  if (key !== undefined) return key;
  throw new Failure("USAGE_BAD_ARGUMENT", "DRAWBRIDGE_VAULT_KEY must be 32 bytes, as base64url or hex.");
}

/** Public name of a key: enough of a hash to tell keys apart, of no use for finding one. */
function keyId(key: Buffer): string {
  return createHash("sha256").update("mcp-drawbridge key id\n").update(key).digest("hex").slice(0, 16);
}

function keyOf(text: string | undefined, id: string): Buffer | undefined {
  const bytes = text === undefined ? undefined : parseKey(text);
  return bytes !== undefined && keyId(bytes) === id ? bytes : undefined;
}

function isId(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{16}$/.test(value);
}

function locked({ source }: KeyReference, why: string, cause?: unknown): Failure {
  const hint =
    source === "keychain" ? {} : { hint: "Give the key back, or `mcp-drawbridge logout` and sign in anew." };
  return new Failure("LOCAL_VAULT_LOCKED", `The saved sign-in is locked: ${why}.`, { cause, ...hint });
}

/** A keychain's own words; they hold no secret. */
function reason(error: unknown): string {
  if (error instanceof Failure) return error.message.replace(/\.$/, "");
  return error instanceof Error ? printable(error.message, 120).replace(/\.$/, "") : "it failed";
}
