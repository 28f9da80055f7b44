import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { open, stat, unlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { isObject, type JsonObject } from "../../core/mcp/json-object.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { ProcessFacts, ProcessIdentity } from "../../core/ports/process-identity.ts";
import type { Runtime } from "../../core/ports/runtime.ts";
import { orAbsent, READ_NO_LINK } from "../secure-files.ts";

/** Who holds a lock or a sign-in, as written into it. */
export interface LockOwner {
  /** Once per taking, so that an owner is never mistaken for the next one. */
  readonly nonce: string;
  readonly process: ProcessFacts;
  /** What it does with it, in a word. */
  readonly purpose: string;
}

/** An owner as found in the lock; only the nonce where the record makes no sense. */
export type Holder = Pick<LockOwner, "nonce"> & Partial<LockOwner>;

/** In bytes; ours have a few hundred. */
const LONGEST_OWNER = 16 * 1024;

/** Proof of life for those who cannot see our pid: the file is touched this often. */
const BEAT_MS = 5_000;
/** An owner elsewhere is dead when its file is this old by the clock of the disk both use ... */
const LAPSED_MS = 120_000;
/** ... and did not change while we watched: after a sleep every file looks old at first. */
const WATCHED_MS = 3 * BEAT_MS;

/** Reads an owner that another process wrote, perhaps of another release. Undefined when it makes no sense. */
export function parseOwner(json: string): LockOwner | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(json);
  } catch {
    return undefined;
  }
  const { nonce, process, purpose } = isObject(raw) ? raw : {};
  if (typeof nonce !== "string" || !/^[\w-]{8,64}$/.test(nonce) || !isObject(process)) return undefined;
  const { pid, hostName } = process;
  if (typeof pid !== "number" || !Number.isInteger(pid) || typeof hostName !== "string") return undefined;
  return {
    nonce,
    process: {
      pid,
      hostName,
      ...textIn(process, "startedAt"),
      ...textIn(process, "bootId"),
      ...textIn(process, "pidNamespace"),
    },
    purpose: typeof purpose === "string" ? purpose : "unknown",
  };
}

function textIn<N extends string>(from: JsonObject, name: N): { readonly [K in N]?: string } {
  const value = from[name];
  return typeof value === "string" ? ({ [name]: value } as { readonly [K in N]: string }) : {};
}

/**
 * Touches the owner's `file` until the returned function is called. Its first byte is written over with itself, so
 * that the time is stamped by the disk both sides use, and no harm is done where it is the next owner's by now.
 */
export function keepHeartbeat(file: string, clock: Clock): () => void {
  let stop = () => {};
  const beat = () => {
    // Unchecked: a beat that is lost is made up by the next; the file may be gone with the lock.
    writeFile(file, "{", { flag: "r+" }).catch(() => {});
    stop = clock.after(BEAT_MS, beat);
  };
  stop = clock.after(BEAT_MS, beat);
  return () => stop();
}

interface OwnerJudgeOptions extends Pick<Runtime, "clock" | "random"> {
  readonly identity: ProcessIdentity;
  /** On the disk whose clock counts; a probe is written there when there is something to judge by it. */
  readonly folder: string;
}

/** Tells dead owners from slow ones. Remembers what it saw of owners it can only watch. */
export class OwnerJudge {
  readonly #options: OwnerJudgeOptions;
  readonly #watched = new Map<string, { beatMs: number | undefined; sinceMs: number }>();

  constructor(options: OwnerJudgeOptions) {
    this.#options = options;
  }

  /** @param file what `keepHeartbeat` touches; it exists while the owner lives */
  async judge(owner: Holder, file: string): Promise<"running" | "suspended" | "dead"> {
    const { identity } = this.#options;
    const seen = owner.process === undefined ? "elsewhere" : await identity.liveness(owner.process);
    if (seen !== "elsewhere") return seen;
    return (await this.#lapsed(owner.nonce, file)) ? "dead" : "running";
  }

  async #lapsed(nonce: string, file: string): Promise<boolean> {
    const beatMs = await lastBeatMs(file);
    const nowMs = this.#options.clock.monotonicMs();
    const before = this.#watched.get(nonce);
    if (before === undefined || before.beatMs !== beatMs) {
      this.#watched.set(nonce, { beatMs, sinceMs: nowMs });
      return false;
    }
    if (nowMs - before.sinceMs < WATCHED_MS) return false;
    return beatMs === undefined || (await this.#diskNowMs()) - beatMs > LAPSED_MS;
  }

  /** The time by whoever stamps the files, which on a network share is not us. */
  async #diskNowMs(): Promise<number> {
    const { folder, random } = this.#options;
    const probe = path.join(folder, `${random.token(9)}.now`);
    await writeFile(probe, "", { mode: 0o600 });
    const { mtimeMs } = await stat(probe);
    await unlink(probe);
    return mtimeMs;
  }
}

/** The text of an owner's record; empty where there is none, or something that is no record. */
export async function readOwner(file: string): Promise<string> {
  const handle = await open(file, READ_NO_LINK).catch(() => undefined);
  if (handle === undefined) return "";
  try {
    const found = await handle.stat();
    return found.isFile() && found.size <= LONGEST_OWNER ? await handle.readFile("utf8") : "";
  } catch {
    return "";
  } finally {
    await handle.close();
  }
}

/** As `readOwner`, for a process that ends. */
export function readOwnerNow(file: string): string {
  let handle: number | undefined;
  try {
    handle = openSync(file, READ_NO_LINK);
    const found = fstatSync(handle);
    return found.isFile() && found.size <= LONGEST_OWNER ? readFileSync(handle, "utf8") : "";
  } catch {
    return "";
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** Opened, not just looked at: a network share answers that from its own memory. Undefined: there is no such file. */
async function lastBeatMs(file: string): Promise<number | undefined> {
  const handle = await orAbsent(open(file, READ_NO_LINK), "ENOENT", "ENOTDIR", "ELOOP");
  return handle
    ?.stat()
    .then(({ mtimeMs }) => mtimeMs)
    .finally(() => handle.close());
}
