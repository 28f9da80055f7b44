// What a remote said last time, kept as plain JSON beside the vault: lists and server info, nothing secret.
import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { hasCode } from "../core/errno.ts";
import { isObject } from "../core/mcp/message.ts";
import type { Diagnostics } from "../core/ports/diagnostics.ts";
import { type CachedRemote, EMPTY_REMOTE_CACHE, type RemoteCache } from "../core/ports/remote-cache.ts";

/** Larger memories are not worth what reading them costs at a start. */
const MAX_BYTES = 8 << 20;

/** @param cacheFile absolute; its folder is made when it is missing */
export function createRemoteCache(cacheFile: string, diagnostics: Diagnostics): RemoteCache {
  return {
    async read() {
      try {
        return readRemembered(JSON.parse(await readFile(cacheFile, "utf8")));
      } catch (error) {
        if (!hasCode(error, "ENOENT")) diagnostics.event("memory.unreadable");
        return EMPTY_REMOTE_CACHE;
      }
    },
    async write(remembered) {
      const text = JSON.stringify(remembered);
      if (text.length > MAX_BYTES) return;
      const temporary = `${cacheFile}.${randomBytes(6).toString("hex")}.tmp`;
      try {
        await mkdir(path.dirname(cacheFile), { recursive: true, mode: 0o700 });
        await writeFile(temporary, text, { flag: "wx", mode: 0o600 });
        await rename(temporary, cacheFile);
      } catch {
        diagnostics.event("memory.unwritable");
        await rm(temporary, { force: true }).catch(() => undefined);
      }
    },
  };
}

/** A file that somebody edited, or another release wrote: what fits is taken, the rest left out. */
function readRemembered(value: unknown): CachedRemote {
  if (!isObject(value)) return EMPTY_REMOTE_CACHE;
  const lists = isObject(value.lists) ? Object.entries(value.lists).filter(isList) : [];
  const { initialize, transport, signInToolOffered } = value;
  return {
    lists: Object.fromEntries(lists),
    ...(isObject(initialize) ? { initialize } : {}),
    ...(transport === "http" || transport === "sse" ? { transport } : {}),
    ...(signInToolOffered === true ? { signInToolOffered } : {}),
  };
}

function isList(entry: [string, unknown]): entry is [string, Record<string, unknown>] {
  return isObject(entry[1]);
}

/** For `--store memory`, which writes nothing. */
export function createVolatileRemoteCache(): RemoteCache {
  let now = EMPTY_REMOTE_CACHE;
  return {
    read: async () => now,
    async write(remembered) {
      now = remembered;
    },
  };
}
