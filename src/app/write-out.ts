import type { Writable } from "node:stream";

/**
 * Writes to standard output. Resolves when that, and all that was written before, has left the process, or when nobody
 * reads it any more (LIFE-8). Never rejects.
 */
export function writeOut(output: Writable, text: string | Buffer): Promise<void> {
  return new Promise((resolve) => {
    // The stream's own `error` comes after the callback; without a listener the process would die of it.
    const ignore = (): void => {};
    output.on("error", ignore);
    output.write(text, (error) => {
      if (!error) output.off("error", ignore);
      resolve();
    });
  });
}
