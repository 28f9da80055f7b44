// What a remote said last time, kept as plain JSON beside the vault: lists and server info, nothing secret. It comes back
// to the host as the remote's words, so nobody else may write it: the same rules as for the vault (VAULT-1).
import path from "node:path";
import { codeOf } from "../core/errno.ts";
import { isObject } from "../core/mcp/message.ts";
import { type CachedRemote, EMPTY_REMOTE_CACHE, type RemoteCache } from "../core/ports/remote-cache.ts";
import { removeLeftovers } from "./remove-leftovers.ts";
import { SecureFiles, type SecureFilesOptions } from "./secure-files.ts";

/** Larger memories are not worth what reading them costs at a start. */
const MAX_BYTES = 8 << 20;

/** A memory that `logout` can end. */
export interface ForgettableCache extends RemoteCache {
  /** Deletes it. @throws Failure LOCAL_VAULT_UNWRITABLE */
  forget(): Promise<void>;
}

/** The folder of all memories, below that of the settings. */
export function remoteCacheFolder(folder: string): string {
  return path.join(folder, "memory");
}

/** @param cacheFile absolute; its folder is made when it is missing */
export function createRemoteCache(cacheFile: string, options: SecureFilesOptions): ForgettableCache {
  const { diagnostics } = options;
  const files = new SecureFiles(options);
  const folder = path.dirname(cacheFile);
  return {
    async read() {
      try {
        const bytes = await files.read(cacheFile, MAX_BYTES);
        return bytes === undefined ? EMPTY_REMOTE_CACHE : readRemembered(JSON.parse(bytes.toString("utf8")));
      } catch (error) {
        diagnostics.event("memory.unreadable", { code: codeOf(error) });
        return EMPTY_REMOTE_CACHE;
      }
    },
    async write(remembered) {
      const bytes = Buffer.from(JSON.stringify(remembered));
      if (bytes.length > MAX_BYTES) return;
      try {
        await files.prepareFolder(folder);
        await files.write(cacheFile, bytes, { durable: false });
      } catch (error) {
        diagnostics.event("memory.unwritable", { code: codeOf(error) });
      }
    },
    async forget() {
      await files.remove(cacheFile);
      await removeLeftovers(folder, `${path.basename(cacheFile)}.`, folder);
    },
  };
}

/** Deletes every memory in the folder, also of remotes that need no sign-in. @throws Failure LOCAL_VAULT_* */
export async function forgetAllRemotes(folder: string, options: SecureFilesOptions): Promise<void> {
  const files = new SecureFiles(options);
  for (const name of await files.list(folder)) {
    if (/\.json(?:\.[\w-]+\.tmp)?$/.test(name)) await files.remove(path.join(folder, name));
  }
}

/** A file that somebody edited, or another release wrote: what fits is taken, the rest left out. */
function readRemembered(value: unknown): CachedRemote {
  if (!isObject(value)) return EMPTY_REMOTE_CACHE;
  const lists = isObject(value.lists) ? Object.entries(value.lists).filter(isList) : [];
  const { initialize, transport, signInToolOfferedTo } = value;
  return {
    lists: Object.fromEntries(lists),
    ...(isObject(initialize) ? { initialize } : {}),
    ...(transport === "http" || transport === "sse" ? { transport } : {}),
    ...(Array.isArray(signInToolOfferedTo)
      ? { signInToolOfferedTo: signInToolOfferedTo.filter(isText) }
      : {}),
  };
}

function isList(entry: [string, unknown]): entry is [string, Record<string, unknown>] {
  return isObject(entry[1]);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** For `--store memory`, which writes nothing. */
export function createVolatileRemoteCache(): ForgettableCache {
  let now = EMPTY_REMOTE_CACHE;
  return {
    read: async () => now,
    async write(remembered) {
      now = remembered;
    },
    async forget() {
      now = EMPTY_REMOTE_CACHE;
    },
  };
}
