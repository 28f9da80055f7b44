// One lock for one thing that only one process may change. The lock is a folder that appears whole, owner
// record included, by one rename, and goes by another: there is never a lock without an owner.
import { renameSync, rmSync } from "node:fs";
import { lstat, mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { Deadline } from "../../core/deadline.ts";
import { codeOf, hasCode } from "../../core/errno.ts";
import { Failure } from "../../core/failure/failure.ts";
import type { ProcessIdentity } from "../../core/ports/process-identity.ts";
import type { Runtime } from "../../core/ports/runtime.ts";
import { isPassing, orAbsent, renamePatiently, translated } from "../secure-files.ts";
import { type LockFolder, takeLockFolder } from "./lock-folder.ts";
import {
  type Holder,
  keepHeartbeat,
  type LockOwner,
  type OwnerJudge,
  parseOwner,
  readOwner,
  readOwnerNow,
} from "./lock-owner.ts";
import { Mutex } from "./mutex.ts";

export interface Held {
  /** @throws Failure LOCAL_BUSY when the lock was given to another while this computer slept */
  confirm(): Promise<void>;
}

/** Longer than a token request under the lock may take, which is 60 s. */
const WAIT_MS = 90_000;
export const OWNER_FILE = "owner.json";

interface ProcessLockOptions extends Runtime {
  /** `<path>.lock` is the lock; names beginning with it are ours. */
  readonly path: string;
  /** What is locked, for the error: "the saved sign-in". */
  readonly subject: string;
  readonly identity: ProcessIdentity;
  readonly judge: OwnerJudge;
  /** Default 90 s. */
  readonly waitMs?: number;
}

/** Lets one task at a time pass, of all processes. */
export class ProcessLock {
  readonly #options: ProcessLockOptions;
  readonly #path: string;
  readonly #ownerFile: string;
  readonly #mutex = new Mutex();

  constructor(options: ProcessLockOptions) {
    this.#options = options;
    this.#path = `${options.path}.lock`;
    this.#ownerFile = path.join(this.#path, OWNER_FILE);
  }

  /**
   * Runs `act` while nobody else, in this process or another, holds the lock.
   * @param purpose a word for those who wait
   * @throws Failure LOCAL_BUSY naming the owner after `waitMs`; LOCAL_VAULT_UNWRITABLE; what `act` throws
   */
  async hold<T>(purpose: string, signal: AbortSignal, act: (held: Held) => Promise<T>): Promise<T> {
    const { clock, random, identity, subject, waitMs = WAIT_MS } = this.#options;
    const patience = new Deadline(clock, waitMs, signal);
    let who = "another task of this process";
    try {
      return await this.#mutex.take(patience.signal, async () => {
        const owner: LockOwner = { nonce: random.token(12), process: identity.self(), purpose };
        const release = await translated(this.#path, () =>
          this.#take(owner, patience.signal, (found) => {
            who = found;
          }),
        );
        patience.cancelTimer();
        return this.#holding(owner, release, act);
      });
    } catch (error) {
      if (!patience.passed || error !== patience.signal.reason) throw error;
      throw new Failure("LOCAL_BUSY", `${who} has held ${subject} for over ${Math.round(waitMs / 1_000)} s.`);
    } finally {
      patience.cancelTimer();
    }
  }

  async #holding<T>(
    owner: LockOwner,
    release: () => Promise<void>,
    act: (held: Held) => Promise<T>,
  ): Promise<T> {
    const { clock, checkpoint, diagnostics, subject } = this.#options;
    const stopBeating = keepHeartbeat(this.#ownerFile, clock);
    try {
      await checkpoint("lock.taken");
      return await act({
        confirm: async () => {
          if ((await this.#readHolder())?.nonce === owner.nonce) return;
          throw new Failure(
            "LOCAL_BUSY",
            `Another process took over ${subject} in the middle of "${owner.purpose}".`,
          );
        },
      });
    } finally {
      stopBeating();
      // What was done is done: a lock that will not go away is the next one's to judge.
      await release().catch((error) => diagnostics.event("lock.not-released", { code: codeOf(error) }));
      await checkpoint("lock.released");
    }
  }

  async #take(
    owner: LockOwner,
    signal: AbortSignal,
    seen: (who: string) => void,
  ): Promise<() => Promise<void>> {
    const { clock, random, judge, diagnostics } = this.#options;
    const folder = this.#folder(owner);
    for (let attempt = 0; ; attempt += 1) {
      signal.throwIfAborted();
      const release = await takeLockFolder(this.#path, folder, () => diagnostics.event("lock.lost"));
      if (release !== undefined) return release;
      const holder = await this.#readHolder();
      if (holder !== undefined) {
        const state = await judge.judge(holder, this.#ownerFile);
        seen(describe(holder, state));
        if (state === "dead" && (await this.#bury(holder))) continue;
      }
      await clock.sleep((0.5 + random.fraction()) * Math.min(80, 5 * 2 ** attempt), signal);
    }
  }

  async #readHolder(): Promise<Holder | undefined> {
    const owner = parseOwner(await readOwner(this.#ownerFile));
    if (owner !== undefined) return owner;
    const found = await orAbsent(lstat(this.#path));
    return found === undefined ? undefined : { nonce: `unreadable-${found.ino}` };
  }

  #folder(owner: LockOwner): LockFolder {
    const lockPath = this.#path;
    const fresh = `${lockPath}.${owner.nonce}.new`;
    const old = `${lockPath}.${owner.nonce}.old`;
    const isTaken = async () => (await orAbsent(lstat(lockPath))) !== undefined;
    return {
      make: async () => {
        if (await isTaken()) throw taken();
        try {
          await mkdir(fresh, { mode: 0o700 });
          await writeFile(path.join(fresh, OWNER_FILE), JSON.stringify(owner), { mode: 0o600 });
          await rename(fresh, lockPath);
        } catch (error) {
          await rm(fresh, { recursive: true, force: true });
          // Systems disagree on the code of a rename onto a folder that is not empty. It may be gone again by now.
          throw hasCode(error, "ENOTEMPTY", "EEXIST") || (await isTaken()) ? taken() : error;
        }
      },
      remove: async () => {
        if ((await this.#readHolder())?.nonce !== owner.nonce) return;
        await renamePatiently(lockPath, old, this.#options.clock);
        await rm(old, { recursive: true, force: true });
      },
      removeNow: () => {
        // Who slept for long may have been judged dead.
        if (parseOwner(readOwnerNow(this.#ownerFile))?.nonce !== owner.nonce) return;
        renameSync(lockPath, old);
        rmSync(old, { recursive: true, force: true });
      },
    };
  }

  /**
   * Clears away the lock of a dead owner. Several may try at once, and one may be late, when the lock already
   * is the next owner's. So the target of the rename is named for the nonce that was judged: it acts as the
   * second lock. A folder that is not empty cannot be renamed onto, so for each dead owner this succeeds
   * once, and who is late fails. It needs no clearing after a crash, as a lock of its own would.
   * @returns false: not now; pause before the next look
   */
  async #bury(holder: Holder): Promise<boolean> {
    const dead = `${this.#path}.${holder.nonce}.dead`;
    try {
      await rename(this.#path, dead);
    } catch (error) {
      // Some systems refuse with EPERM or EACCES what others say of a folder that is not empty.
      const late = hasCode(error, "ENOTEMPTY", "EEXIST", "ENOENT") || isPassing(error);
      if (!late && (await orAbsent(lstat(dead))) === undefined) throw error;
      return false;
    }
    const { process, purpose } = holder;
    this.#options.diagnostics.event("lock.dead-owner-replaced", { pid: process?.pid, purpose });
    return true;
  }
}

function describe({ process, purpose = "" }: Holder, state: string): string {
  if (process === undefined) return "An unknown process";
  const suspended = state === "suspended" ? ", which is suspended," : "";
  return `Process ${process.pid} on ${process.hostName} ("${purpose}")${suspended}`;
}

function taken(): Error {
  return Object.assign(new Error("taken"), { code: "EEXIST" });
}
