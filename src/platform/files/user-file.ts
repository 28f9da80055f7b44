import { constants } from "node:fs";
import { lstat, mkdir, open, realpath, rename, rm } from "node:fs/promises";
import path from "node:path";
import { hasCode } from "../../core/errno.ts";
import { Failure } from "../../core/failure/failure.ts";

const LARGEST = 16 * 1024 * 1024;

/** A file of another program's, as it was read. */
export interface UserFile {
  /** Where it really is, when its name is a link. */
  readonly path: string;
  readonly bytes: Buffer;
  /** Without a byte order mark. */
  readonly text: string;
  readonly mode: number;
}

/**
 * Reads a file that belongs to the user and that other programs write, too. A link is followed: people keep such files in
 * a folder of their own and link them.
 * @returns undefined when there is none
 * @throws Failure LOCAL_HOST_FILE when it is no plain file, somebody else's, too large, or no text
 */
export async function readUserFile(file: string, userId: number | undefined): Promise<UserFile | undefined> {
  let real: string;
  try {
    real = await realpath(file);
  } catch (error) {
    if (!hasCode(error, "ENOENT", "ENOTDIR")) throw refused(file, "cannot be read", error);
    if (await isLink(file)) throw refused(file, "is a link to something that does not exist");
    return undefined;
  }
  const handle = await open(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(
    (error: unknown) => {
      throw refused(file, "cannot be read", error);
    },
  );
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw refused(file, "is no plain file");
    if (userId !== undefined && found.uid !== userId) {
      throw refused(file, `belongs to another user (id ${found.uid})`);
    }
    if (found.nlink > 1) throw refused(file, "has a second name (a hard link)");
    if (found.size > LARGEST) throw refused(file, "is far too large");
    const bytes = await handle.readFile();
    return { path: real, bytes, text: decoded(file, bytes), mode: found.mode & 0o777 };
  } finally {
    await handle.close();
  }
}

/**
 * Replaces the file as a whole, as long as it still is what was read: hosts write theirs while they run.
 * @param before what `readUserFile` gave
 * @param contents text, which gets the byte order mark that the file had; or the very bytes
 * @param unique part of the name of the temporary file
 * @throws Failure LOCAL_HOST_FILE
 */
export async function replaceUserFile(
  file: string,
  before: UserFile | undefined,
  contents: string | Buffer,
  { userId, unique }: { readonly userId: number | undefined; readonly unique: string },
): Promise<void> {
  const target = before?.path ?? file;
  const temporary = `${target}.${unique}.tmp`;
  try {
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    const handle = await open(temporary, "wx", before?.mode ?? 0o600);
    try {
      // The mask of the process may have taken something from it.
      if (before !== undefined) await handle.chmod(before.mode);
      await handle.writeFile(typeof contents === "string" && bom(before) ? `\ufeff${contents}` : contents);
      await handle.sync();
    } finally {
      await handle.close();
    }
    const now = await readUserFile(file, userId);
    if (now?.path !== before?.path || (now && before && !now.bytes.equals(before.bytes))) {
      throw refused(file, "was changed by another program meanwhile");
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    if (error instanceof Failure) throw error;
    throw refused(file, "cannot be written", error);
  }
}

/** Puts a file away that was not there before. */
export const removeUserFile = (file: UserFile): Promise<void> => rm(file.path);

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const bom = (file: UserFile | undefined): boolean => file?.bytes.subarray(0, 3).equals(BOM) === true;

function decoded(file: string, bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw refused(file, "is not UTF-8 text", error);
  }
}

async function isLink(file: string): Promise<boolean> {
  return await lstat(file).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

function refused(file: string, why: string, cause?: unknown): Failure {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  const reason = code === undefined ? "" : ` (${code})`;
  return new Failure("LOCAL_HOST_FILE", `${file} ${why}${reason}; it was left as it is.`, { cause });
}
