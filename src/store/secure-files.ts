import { constants, type Stats } from "node:fs";
import { chmod, lstat, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { platform } from "node:os";
import path from "node:path";
import { codeOf, hasCode } from "../core/errno.ts";
import { Failure } from "../core/failure/failure.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Diagnostics } from "../core/ports/diagnostics.ts";
import type { ProcessIdentity } from "../core/ports/process-identity.ts";

/** Files that only their owner may read, in folders that only their owner may enter (VAULT-1, VAULT-2). */
export interface SecureFiles {
  /**
   * The file's bytes, or undefined when it or its folder does not exist. Wrong modes are repaired and said.
   * @throws Failure LOCAL_VAULT_UNSAFE for links, FIFOs, foreign owners; LOCAL_VAULT_UNWRITABLE when it cannot be read
   */
  read(file: string): Promise<Buffer | undefined>;
  /**
   * Replaces the file as a whole: a crash or a full disk at any point leaves the old one. Durable once resolved.
   * @param temporary unique name in the same folder; `between` runs when it is complete, before the rename
   */
  write(file: string, temporary: string, bytes: Buffer, between?: () => Promise<void> | void): Promise<void>;
  /** Like `write`, for what need not survive a power cut: not forced to the disk. */
  writeVolatile(file: string, temporary: string, text: string): Promise<void>;
  /** Makes the folder (and those above it) or checks it. */
  prepareFolder(folder: string): Promise<void>;
  /** Renames within the folder and makes that durable. */
  move(from: string, to: string): Promise<void>;
  /** Removes the file and makes that durable; nothing happens when there is none. */
  remove(file: string): Promise<void>;
}

const LARGEST_FILE = 16 * 1024 * 1024;
const OTHERS = 0o077;

interface SecureFilesOptions {
  readonly identity: Pick<ProcessIdentity, "userId">;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
}

export function createSecureFiles({ identity, clock, diagnostics }: SecureFilesOptions): SecureFiles {
  const windows = platform() === "win32";
  const checkedFolders = new Set<string>();

  /** Refuses what belongs to somebody else. */
  function checkOwner(what: string, { uid }: Stats) {
    if (identity.userId === undefined || uid === identity.userId) return;
    throw unsafe(`${what} belongs to another user (id ${uid})`);
  }

  async function repairMode(what: string, { mode }: Stats, wanted: number) {
    if (windows || (mode & OTHERS) === 0) return;
    await chmod(what, wanted);
    const was = (mode & 0o777).toString(8);
    diagnostics.notice(
      `${what} was readable by others (mode ${was}); it was changed to ${wanted.toString(8)}.`,
    );
  }

  async function checkFolder(folder: string): Promise<boolean> {
    if (checkedFolders.has(folder)) return true;
    const found = await orAbsent(lstat(folder));
    if (found === undefined) return false;
    if (!found.isDirectory()) throw unsafe(`${folder} is not a folder of its own`);
    checkOwner(folder, found);
    // The folder above may be a link or open to all (a mount point), but not another user's: he could exchange ours.
    const above = await stat(path.dirname(folder));
    if (above.uid !== 0) checkOwner(path.dirname(folder), above);
    await repairMode(folder, found, 0o700);
    checkedFolders.add(folder);
    return true;
  }

  async function writeTemporary(temporary: string, bytes: Buffer | string, durable: boolean) {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
    const handle = await open(temporary, flags, 0o600);
    try {
      await handle.writeFile(bytes);
      if (durable) await handle.sync();
    } finally {
      await handle.close();
    }
  }

  return {
    async read(file) {
      return translated(file, async () => {
        if (!(await checkFolder(path.dirname(file)))) return undefined;
        const seen = await orAbsent(lstat(file));
        if (seen === undefined) return undefined;
        if (!seen.isFile()) throw unsafe(`${file} is not a plain file`);
        // O_NOFOLLOW and O_NONBLOCK: it may have become a link or a FIFO since. Windows knows neither.
        const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
        const handle = await orAbsent(open(file, flags));
        if (handle === undefined) return undefined;
        try {
          const found = await handle.stat();
          if (!found.isFile()) throw unsafe(`${file} is not a plain file`);
          if (found.nlink > 1) throw unsafe(`${file} has a second name (a hard link)`);
          if (found.size > LARGEST_FILE) throw unsafe(`${file} is far too large`);
          checkOwner(file, found);
          await repairMode(file, found, 0o600);
          return await handle.readFile();
        } finally {
          await handle.close();
        }
      });
    },

    async write(file, temporary, bytes, between) {
      await translated(file, async () => {
        try {
          await writeTemporary(temporary, bytes, true);
          await between?.();
          await renamePatiently(temporary, file, clock);
        } catch (error) {
          await rm(temporary, { force: true });
          throw error;
        }
        await syncFolder(path.dirname(file));
      });
    },

    async writeVolatile(file, temporary, text) {
      await translated(file, async () => {
        await writeTemporary(temporary, text, false);
        await renamePatiently(temporary, file, clock);
      });
    },

    async prepareFolder(folder) {
      await translated(folder, async () => {
        if (await checkFolder(folder)) return;
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await checkFolder(folder);
      });
    },

    async move(from, to) {
      await translated(from, async () => {
        await renamePatiently(from, to, clock);
        await syncFolder(path.dirname(to));
      });
    },

    async remove(file) {
      await translated(file, async () => {
        await rm(file, { force: true });
        await syncFolder(path.dirname(file));
      });
    },
  };
}

/** Scanners and readers on Windows hold files open for a moment, and a rename meets EPERM. */
export function isPassing(error: unknown): boolean {
  return platform() === "win32" && hasCode(error, "EPERM", "EACCES", "EBUSY");
}

/** Renames, and waits for what is only passing (`isPassing`): 2.5 s in all. */
export async function renamePatiently(from: string, to: string, clock: Clock): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await rename(from, to);
    } catch (error) {
      if (!isPassing(error) || attempt === 8) throw error;
      await clock.sleep(5 * 2 ** attempt);
    }
  }
}

/** Makes a rename durable. Windows and some network shares cannot open or sync a folder; there it is as good as it gets. */
async function syncFolder(folder: string) {
  try {
    const handle = await open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    if (!hasCode(error, "EISDIR", "EPERM", "EACCES", "EINVAL", "ENOTSUP", "EBADF")) throw error;
  }
}

/** Absent is a value; everything else is a failure. */
export async function orAbsent<T>(step: Promise<T>, ...codes: string[]): Promise<T | undefined> {
  try {
    return await step;
  } catch (error) {
    if (hasCode(error, ...(codes.length === 0 ? ["ENOENT"] : codes))) return undefined;
    throw error;
  }
}

/** Runs a step on `what`; the system's errors become ours. */
export async function translated<T>(what: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).syscall !== "string") throw error;
    const code = codeOf(error);
    if (code === "ELOOP") throw unsafe(`${what} is a link`);
    throw new Failure("LOCAL_VAULT_UNWRITABLE", `${what} cannot be used: ${code}.`, { cause: error });
  }
}

function unsafe(why: string): Failure {
  return new Failure("LOCAL_VAULT_UNSAFE", `${why}, so it is not used.`);
}
