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
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }) };
}
