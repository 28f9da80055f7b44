import * as fs from "node:fs";
import { hasCode } from "../../core/errno.ts";

/** How the folder that is the lock comes and goes. */
export interface LockFolder {
  /** Makes it, complete, in one step. @throws an error with code EEXIST when it is there */
  make(): Promise<void>;
  /** Takes it away in one step, if it is still ours. */
  remove(): Promise<void>;
  /** The same when the process ends. */
  removeNow(): void;
}

/** Our release decides who is dead; by time alone proper-lockfile would rob a suspended owner. */
const NEVER = Number.POSITIVE_INFINITY;
/** It looks after its lock this often; `stale: Infinity` without it would spin a timer. */
const HOURLY = 3_600_000;

/**
 * Takes the lock at `lockPath` through proper-lockfile, which also gives it back when the process ends.
 * @returns how to release it; undefined when it is taken
 */
export async function takeLockFolder(
  lockPath: string,
  folder: LockFolder,
  onLost: () => void,
): Promise<(() => Promise<void>) | undefined> {
  const { lock } = (await import("proper-lockfile")).default;
  const hooked = {
    stat: fs.stat,
    utimes: fs.utimes,
    mkdir: (_path: string, done: (error?: unknown) => void) => calledBack(folder.make(), done),
    rmdir: (_path: string, done: (error?: unknown) => void) => calledBack(folder.remove(), done),
    rmdirSync: () => folder.removeNow(),
  };
  try {
    return await lock(lockPath, {
      lockfilePath: lockPath,
      fs: hooked,
      realpath: false,
      retries: 0,
      stale: NEVER,
      update: HOURLY,
      // Its default throws from a timer, which would end the process.
      onCompromised: onLost,
    });
  } catch (error) {
    if (hasCode(error, "ELOCKED")) return undefined;
    throw error;
  }
}

function calledBack(step: Promise<void>, done: (error?: unknown) => void) {
  step.then(() => done(), done);
}
