// What a remote said last time, in a file beside the vault. It comes back to the host as the remote's words: nobody else may
// write it (VAULT-1), and what was said to somebody who had signed in is sealed like their record, and shown to no other.
//
// The file is a line of hints, and behind it what the remote said: sealed in the account's name, or as it is while nobody
// has signed in. A remote that needs no sign-in has nothing to hide, and costs no key.
import path from "node:path";
import { codeOf } from "../core/errno.ts";
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
  readonly hints: RemoteHints;
  readonly said: Buffer;
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
  const { settings, key, diagnostics, random } = options;
  if (settings.kind === "memory") return createVolatileRemoteCache(signIns);
  const files = new SecureFiles(options);
  const folder = remoteCacheFolder(settings.folder);
  const file = path.join(folder, `${recordName(key)}${ENDING}`);
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
      seal: (text: string) => seal(text, names),
      open: async (bytes: Buffer) => (await unseal(bytes, names)).text,
    };
  }

  async function remembered(found: MemoryFile | undefined, account: string | undefined) {
    if (found === undefined) return NOTHING_SAID;
    // What was said to somebody is for nobody else; and what anybody could have put there is not for who has signed in.
    const text =
      account === undefined ? found.said.toString("utf8") : await (await sealing(account)).open(found.said);
    return readSaid(JSON.parse(text));
  }

  async function forget(): Promise<void> {
    await files.remove(file);
    await removeLeftovers(folder, `${path.basename(file)}.`, folder);
  }

  return {
    hints: async () => (await load().catch(unreadable))?.hints ?? {},
    async read() {
      const found = await load().catch(unreadable);
      const hints = found?.hints ?? {};
      try {
        const account = await accountNow(signIns);
        const said = await remembered(found, account).catch(unreadable);
        return { ...hints, ...(account !== undefined && { account }), ...(said ?? NOTHING_SAID) };
      } catch (error) {
        unreadable(error);
        return { ...hints, ...NOTHING_SAID };
      }
    },
    async write({ account, initialize, lists, ...hints }) {
      try {
        if ((await accountNow(signIns)) !== account) return;
        const text = JSON.stringify({ initialize, lists });
        if (Buffer.byteLength(text) > MAX_BYTES - 64 * 1024) return;
        const said = account === undefined ? Buffer.from(text) : await (await sealing(account)).seal(text);
        const head = `${JSON.stringify(hints)}\n`;
        await files.prepareFolder(folder);
        await files.write(file, Buffer.concat([Buffer.from(head), said]), { durable: false });
        // Somebody may have signed out meanwhile.
        if ((await accountNow(signIns)) !== account) await forget();
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
  const head: unknown = JSON.parse(bytes.toString("utf8", 0, Math.max(end, 0)));
  const { transport, signInToolOfferedTo } = isObject(head) ? head : {};
  return {
    hints: {
      ...(transport === "http" || transport === "sse" ? { transport } : {}),
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
  return {
    hints: async () => now,
    async read() {
      const { account: its, initialize, lists, ...hints } = now;
      const account = await accountNow(signIns);
      if (account === its) return now;
      return { ...hints, ...(account !== undefined && { account }), ...NOTHING_SAID };
    },
    async write(remembered) {
      if ((await accountNow(signIns)) === remembered.account) now = remembered;
    },
    async forget() {
      now = NOTHING_SAID;
    },
  };
}
