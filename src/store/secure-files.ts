import { constants, type Stats } from "node:fs";
import { chmod, lstat, mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { platform } from "node:os";
import path from "node:path";
import { codeOf, hasCode } from "../core/errno.ts";
import { Failure } from "../core/failure/failure.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { ProcessIdentity } from "../core/ports/process-identity.ts";
import type { Runtime } from "../core/ports/runtime.ts";

export const LARGEST_FILE = 16 * 1024 * 1024;
const OTHERS = 0o077;
/** No link, and no waiting for the other end of a FIFO: a file may have become one. Windows knows neither. */
export const READ_NO_LINK = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const FOREIGN_WRITE = 0o022;
const STICKY = 0o1000;
/** Behind the name of a file that was set aside, and before the time when. */
export const SET_ASIDE = ".broken-";
const windows = platform() === "win32";

export interface SecureFilesOptions extends Pick<Runtime, "clock" | "random" | "diagnostics"> {
  readonly identity: Pick<ProcessIdentity, "userId">;
}

/** Files that only their owner may read, in folders that only their owner may enter (VAULT-1, VAULT-2). */
export class SecureFiles {
  readonly #options: SecureFilesOptions;
  readonly #checkedFolders = new Set<string>();

  constructor(options: SecureFilesOptions) {
    this.#options = options;
  }

  /**
   * The file's bytes, or undefined when it or its folder does not exist. Wrong modes are repaired and said.
   * @param largest its size is looked at before anything is read
   * @throws Failure LOCAL_VAULT_UNSAFE for links, FIFOs, foreign owners; LOCAL_VAULT_UNWRITABLE when it cannot be read
   */
  read(file: string, largest = LARGEST_FILE): Promise<Buffer | undefined> {
    return translated(file, async () => {
      if (!(await this.#checkFolder(path.dirname(file)))) return undefined;
      const seen = await orAbsent(lstat(file));
      if (seen === undefined) return undefined;
      if (!seen.isFile()) throw unsafe(`${file} is not a plain file`);
      const handle = await orAbsent(open(file, READ_NO_LINK));
      if (handle === undefined) return undefined;
      try {
        const found = await handle.stat();
        if (!found.isFile()) throw unsafe(`${file} is not a plain file`);
        if (found.nlink > 1) throw unsafe(`${file} has a second name (a hard link)`);
        if (found.size > largest) throw unsafe(`${file} is far too large`);
        this.#checkOwner(file, found);
        await this.#repairMode(file, found, 0o600);
        return await handle.readFile();
      } finally {
        await handle.close();
      }
    });
  }

  /**
   * Replaces the file as a whole: a crash or a full disk at any point leaves the old one. Durable once resolved.
   * @param between runs when the new file is complete, before the rename
   * @param durable false, for what need not survive a power cut: not forced to the disk
   */
  write(
    file: string,
    bytes: Buffer | string,
    { between, durable = true }: { between?: () => Promise<void>; durable?: boolean } = {},
  ): Promise<void> {
    const { random, clock } = this.#options;
    const temporary = `${file}.${random.token(9)}.tmp`;
    return translated(file, async () => {
      try {
        await writeFile(temporary, bytes, { flag: "wx", mode: 0o600, flush: durable });
        await between?.();
        await renamePatiently(temporary, file, clock);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
      if (durable) await syncFolder(path.dirname(file));
    });
  }

  /** Makes the folder (and those above it) or checks it. */
  prepareFolder(folder: string): Promise<void> {
    return translated(folder, async () => {
      if (await this.#checkFolder(folder)) return;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await this.#checkFolder(folder);
    });
  }

  /** Renames a file that is of no use but to a person who looks; the name tells when. @returns the new path */
  setAside(file: string): Promise<string> {
    const { clock } = this.#options;
    const to = `${file}${SET_ASIDE}${new Date(clock.nowMs()).toISOString().replaceAll(":", "-")}`;
    return translated(file, async () => {
      await renamePatiently(file, to, clock);
      await syncFolder(path.dirname(to));
      return to;
    });
  }

  /** Names of what is in the folder; none when it does not exist. */
  list(folder: string): Promise<string[]> {
    return translated(folder, async () => ((await this.#checkFolder(folder)) ? readdir(folder) : []));
  }

  /** Removes the file and makes that durable; nothing happens when there is none. */
  remove(file: string): Promise<void> {
    return translated(file, async () => {
      if (!(await this.#checkFolder(path.dirname(file)))) return;
      await rm(file, { force: true });
      await syncFolder(path.dirname(file));
    });
  }

  /** Refuses what belongs to somebody else. */
  #checkOwner(what: string, { uid }: Stats): void {
    const { identity } = this.#options;
    if (identity.userId === undefined || uid === identity.userId) return;
    throw unsafe(`${what} belongs to another user (id ${uid})`);
  }

  async #repairMode(what: string, { mode }: Stats, wanted: number): Promise<void> {
    if (windows || (mode & OTHERS) === 0) return;
    await chmod(what, wanted);
    const was = (mode & 0o777).toString(8);
    this.#options.diagnostics.notice(
      `${what} was readable by others (mode ${was}); it was changed to ${wanted.toString(8)}.`,
    );
  }

  /**
   * The folder of the user's choice. It may be a link or root's and open to all (a mount point), since what lies in it is
   * checked; but who owns it or the link, or may write to it, could exchange one of our folders for another.
   */
  async #checkAbove(folder: string): Promise<void> {
    const [link, target] = [await lstat(folder), await stat(folder)];
    for (const found of [link, target]) if (found.uid !== 0) this.#checkOwner(folder, found);
    const { uid, mode } = target;
    // In a sticky folder nobody renames what is not theirs.
    if (windows || (mode & FOREIGN_WRITE) === 0 || (mode & STICKY) !== 0) return;
    if (uid !== this.#options.identity.userId) return;
    await chmod(folder, mode & 0o7777 & ~FOREIGN_WRITE);
    this.#options.diagnostics.notice(
      `Others could write to ${folder}; its mode was changed, so that they cannot.`,
    );
  }

  /** False: there is none. */
  async #checkFolder(folder: string): Promise<boolean> {
    if (this.#checkedFolders.has(folder)) return true;
    const found = await orAbsent(lstat(folder));
    if (found === undefined) return false;
    if (!found.isDirectory()) throw unsafe(`${folder} is not a folder of its own`);
    this.#checkOwner(folder, found);
    await this.#checkAbove(path.dirname(folder));
    await this.#repairMode(folder, found, 0o700);
    this.#checkedFolders.add(folder);
    return true;
  }
}

/** Scanners and readers on Windows hold files open for a moment, and a rename meets EPERM. */
export function isPassing(error: unknown): boolean {
  return windows && hasCode(error, "EPERM", "EACCES", "EBUSY");
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
    throw new Failure("LOCAL_VAULT_UNWRITABLE", `${what} cannot be used: ${code ?? "unknown error"}.`, {
      cause: error,
    });
  }
}

function unsafe(why: string): Failure {
  return new Failure("LOCAL_VAULT_UNSAFE", `${why}, so it is not used.`);
}
