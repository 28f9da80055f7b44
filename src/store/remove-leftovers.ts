import { lstat, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { orAbsent } from "./secure-files.ts";

const MINUTE_MS = 60_000;

/**
 * How old what a crash left behind must be, by what its name ends with. Temporary files are written under the
 * record's lock, which the sweeper holds. The others may belong to someone who is just waiting for the lock;
 * `.dead` must outlast anybody who judged that owner and has not yet acted on it.
 */
const LEFTOVERS: readonly (readonly [suffix: string, olderThanMs: number])[] = [
  [".tmp", 0],
  [".new", 10 * MINUTE_MS],
  [".old", 10 * MINUTE_MS],
  [".dead", 60 * MINUTE_MS],
];

/**
 * Removes leftovers whose name begins with `prefix`. Failing to is no failure.
 * @param besideNow a path that was just written: the disk's clock, not ours, is what ages are measured by
 */
export async function removeLeftovers(folder: string, prefix: string, besideNow: string): Promise<void> {
  const now = await orAbsent(lstat(besideNow));
  if (now === undefined) return;
  for (const name of await readdir(folder)) {
    const kind = LEFTOVERS.find(([suffix]) => name.startsWith(prefix) && name.endsWith(suffix));
    if (kind === undefined) continue;
    const file = path.join(folder, name);
    const found = await lstat(file).catch(() => undefined);
    // The change time: a rename sets it, and nobody can set it back.
    if (found === undefined || now.ctimeMs - found.ctimeMs < kind[1]) continue;
    await rm(file, { recursive: true, force: true }).catch(() => {});
  }
}
