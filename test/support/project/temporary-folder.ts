import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export interface TemporaryFolder {
  readonly path: string;
  remove(): void;
}

/** A new folder, mode 0700, of this test alone. Remove it in `after`. */
export function temporaryFolder(): TemporaryFolder {
  const folder = mkdtempSync(path.join(realpathSync(tmpdir()), "drawbridge-test-"));
  return { path: folder, remove: () => remove(folder, 5) };
}

/** A program that is just being closed may write a last file while its folder is emptied; Node gives up then. */
function remove(folder: string, triesLeft: number): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    if (triesLeft === 0) throw error;
    remove(folder, triesLeft - 1);
  }
}
