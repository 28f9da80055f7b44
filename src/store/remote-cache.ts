// What a remote said last time, in a file beside the vault. It comes back to the host as the remote's words: nobody else may
// write it (VAULT-1), and what was said to somebody who had signed in is sealed like their record, and shown to no other.
//
// The file is a line of hints, and behind it what the remote said: sealed in the account's name, or as it is while nobody
// has signed in. A remote that needs no sign-in has nothing to hide, and costs no key.
import path from "node:path";
import { codeOf } from "../core/errno.ts";
import { parseInParts, stringifyInParts } from "../core/mcp/json-parts.ts";
import { isObject } from "../core/mcp/message.ts";
import type { CachedRemote, RemoteCache, RemoteHints } from "../core/ports/remote-cache.ts";
import type { Vault } from "../core/ports/vault.ts";
import type { LazyKeyRing } from "./keys/lazy-key-ring.ts";
import { recordName } from "./record/record-name.ts";
import { removeLeftovers } from "./remove-leftovers.ts";
import { SecureFiles, type SecureFilesOptions } from "./secure-files.ts";
import type { VaultOptions } from "./vault-options.ts";

/** Larger memories are not worth what reading them costs at a start. */
const MAX_BYTES = 8 << 20;
/** For the hints, and what sealing adds. */
const HEAD_BYTES = 64 * 1024;
const ENDING = ".memory";
const NEVER = new AbortController().signal;

/** A memory that `logout` can end. */
export interface ForgettableCache extends RemoteCache {
  /** Deletes it. @throws Failure LOCAL_VAULT_UNWRITABLE */
  forget(): Promise<void>;
}

/** Where it is said who has signed in, and what the vault is sealed with. */
export interface SignIns {
  readonly vault: Pick<Vault, "read">;
  readonly keys: LazyKeyRing;
}

/** As it is read, before anything is opened. */
interface MemoryFile {
  readonly head: string;
  readonly hints: RemoteHints;
  readonly said: Buffer;
}

interface Opened {
  readonly text: Buffer;
  readonly said: Said;
}

interface Remembered {
  readonly now: CachedRemote;
  /** As they lie in the file, the text opened; undefined: there is none that could be read. */
  readonly text: Buffer | undefined;
  readonly head: string | undefined;
}

/** The folder of all memories, below that of the settings. */
export function remoteCacheFolder(folder: string): string {
  return path.join(folder, "memory");
}

/**
 * Loads and opens nothing before it is asked, and no key where nothing sealed is remembered.
 * @param signIns undefined: nobody signs in, the user's own header says who they are
 */
export function createRemoteCache(
  options: Omit<VaultOptions, "checkpoint">,
  signIns: SignIns | undefined,
): ForgettableCache {
  const { settings, key, diagnostics, random, clock } = options;
  if (settings.kind === "memory") return createVolatileRemoteCache(signIns);
  const files = new SecureFiles(options);
  const folder = remoteCacheFolder(settings.folder);
  const file = path.join(folder, `${recordName(key)}${ENDING}`);
  const turn = (): Promise<void> => clock.sleep(0);
  let loading: Promise<MemoryFile | undefined> | undefined;

  /** Who asks meanwhile gets the same. */
  function load(): Promise<MemoryFile | undefined> {
    loading ??= files
      .read(file, MAX_BYTES)
      .then((bytes) => bytes && split(bytes))
      .finally(() => {
        loading = undefined;
      });
    return loading;
  }

  function unreadable(error: unknown): undefined {
    diagnostics.event("memory.unreadable", { code: codeOf(error) });
  }

  async function sealing(account: string) {
    const { seal, unseal } = await import("./record/sealed-text.ts");
    if (signIns === undefined) throw new TypeError("no account without sign-ins");
    const names = { keys: await signIns.keys(), name: `${path.basename(file)}\n${account}`, random };
    return {
      seal: (text: Buffer) => seal(text, names),
      open: async (bytes: Buffer) => (await unseal(bytes, names)).text,
    };
  }

  /**
   * What was said to the account. That is for nobody else; and what anybody could have put there is not for who has signed
   * in, since it does not open.
   */
  async function opened(found: MemoryFile, account: string | undefined): Promise<Opened> {
    const text = account === undefined ? found.said : await (await sealing(account)).open(found.said);
    return { text, said: readSaid(await parseInParts(text, turn)) };
  }

  /** @throws what keeps it from being known who has signed in */
  async function remembered(): Promise<Remembered> {
    const found = await load().catch(unreadable);
    const account = await accountNow(signIns);
    const { text, said = NOTHING_SAID } = (found && (await opened(found, account).catch(unreadable))) ?? {};
    const now = { ...found?.hints, ...(account !== undefined && { account }), ...said };
    return { now, text, head: found?.head };
  }

  async function replace(next: CachedRemote, before: Remembered): Promise<void> {
    const { account: _, initialize, lists, ...hints } = next;
    const { account } = before.now;
    const text = await stringifyInParts({ initialize, lists }, turn);
    const head = JSON.stringify(hints);
    if (before.text?.equals(text) && head === before.head) return;
    if (text.length > MAX_BYTES - HEAD_BYTES) return;
    const said = account === undefined ? text : await (await sealing(account)).seal(text);
    await files.prepareFolder(folder);
    await files.write(file, Buffer.concat([Buffer.from(`${head}\n`), said]), { durable: false });
    // Somebody may have signed out meanwhile.
    if ((await accountNow(signIns)) !== account) await forget();
  }

  async function forget(): Promise<void> {
    await files.remove(file);
    await removeLeftovers(folder, `${path.basename(file)}.`, folder);
  }

  return {
    hints: async () => (await load().catch(unreadable))?.hints ?? {},
    async read() {
      try {
        return (await remembered()).now;
      } catch (error) {
        unreadable(error);
        return { ...(await load().catch(unreadable))?.hints, ...NOTHING_SAID };
      }
    },
    async update(change) {
      try {
        const before = await remembered();
        const next = change(before.now);
        if (next !== undefined) await replace(next, before);
      } catch (error) {
        diagnostics.event("memory.unwritable", { code: codeOf(error) });
      }
    },
    forget,
  };
}

/** Deletes every memory in the folder, also of remotes that need no sign-in. @throws Failure LOCAL_VAULT_* */
export async function forgetAllRemotes(folder: string, options: SecureFilesOptions): Promise<void> {
  const files = new SecureFiles(options);
  for (const name of await files.list(folder)) {
    // Earlier builds had `.json`.
    if (/\.(?:memory|json)(?:\.[\w-]+\.tmp)?$/.test(name)) await files.remove(path.join(folder, name));
  }
}

/**
 * Names who has signed in; undefined: nobody has.
 * @throws what the vault throws; when an earlier build made the sign-in, and did not note whose it is
 */
async function accountNow(signIns: SignIns | undefined): Promise<string | undefined> {
  const { account, grant } = (await signIns?.vault.read(NEVER)) ?? {};
  if (account === undefined && grant !== undefined) throw new Error("nobody knows whose sign-in it is");
  return account;
}

type Said = Pick<CachedRemote, "initialize" | "lists">;

const NOTHING_SAID: Said = { lists: {} };

function split(bytes: Buffer): MemoryFile {
  const end = bytes.indexOf("\n");
  const head = bytes.toString("utf8", 0, Math.max(end, 0));
  const members: unknown = JSON.parse(head);
  const { transport, era, signInToolOfferedTo } = isObject(members) ? members : {};
  return {
    head,
    hints: {
      ...(transport === "http" || transport === "sse" ? { transport } : {}),
      ...(era === "legacy" || era === "modern" ? { era } : {}),
      ...(Array.isArray(signInToolOfferedTo)
        ? { signInToolOfferedTo: signInToolOfferedTo.filter(isText) }
        : {}),
    },
    said: bytes.subarray(end + 1),
  };
}

/** A file that somebody edited, or another release wrote: what fits is taken, the rest left out. */
function readSaid(value: unknown): Said {
  if (!isObject(value)) return NOTHING_SAID;
  const { initialize } = value;
  const lists = isObject(value.lists) ? Object.entries(value.lists).filter(isList) : [];
  return { lists: Object.fromEntries(lists), ...(isObject(initialize) ? { initialize } : {}) };
}

function isList(entry: [string, unknown]): entry is [string, Record<string, unknown>] {
  return isObject(entry[1]);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** For `--store memory`, which writes nothing. */
function createVolatileRemoteCache(signIns: SignIns | undefined): ForgettableCache {
  let now: CachedRemote = NOTHING_SAID;
  const of = (account: string | undefined): CachedRemote => {
    const { account: its, initialize, lists, ...hints } = now;
    if (account === its) return now;
    return { ...hints, ...(account !== undefined && { account }), ...NOTHING_SAID };
  };
  return {
    hints: async () => now,
    read: async () => of(await accountNow(signIns)),
    async update(change) {
      const before = of(await accountNow(signIns));
      const { account: _, ...next } = change(before) ?? now;
      now = { ...next, ...(before.account !== undefined && { account: before.account }) };
    },
    async forget() {
      now = NOTHING_SAID;
    },
  };
}
