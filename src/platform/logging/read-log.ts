// Reads debug logs: a whole one, or one that is being written, as it grows.
import { open, readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { Clock } from "../../core/ports/clock.ts";

const NAME = /^drawbridge-.*\.jsonl$/;
const LOOK_AGAIN_MS = 200;
/** Larger files are not ours. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The log that was written to last, below the folder of the settings; undefined: there is none. */
export async function newestLog(folder: string): Promise<string | undefined> {
  const logs = path.join(folder, "logs");
  const names = await readdir(logs).catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => NAME.test(name))
      .map(async (name) => {
        const file = path.join(logs, name);
        return { file, changedMs: (await stat(file).catch(() => undefined))?.mtimeMs ?? 0 };
      }),
  );
  return found.sort((a, b) => b.changedMs - a.changedMs)[0]?.file;
}

/** Its lines. @throws an error of the file system */
export async function readLog(file: string): Promise<readonly string[]> {
  const { size } = await stat(file);
  if (size > MAX_BYTES) throw Object.assign(new Error("too large"), { code: "EFBIG" });
  return (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
}

/** Calls for each line that is there and each that comes, until the signal. @throws the reason of the signal */
export async function followLog(
  file: string,
  clock: Clock,
  signal: AbortSignal,
  onLine: (line: string) => Promise<void>,
): Promise<never> {
  const handle = await open(file, "r");
  const bytes = Buffer.alloc(64 * 1024);
  let rest: Buffer = Buffer.alloc(0);
  try {
    for (;;) {
      const { bytesRead } = await handle.read(bytes, 0, bytes.length);
      signal.throwIfAborted();
      if (bytesRead === 0) {
        await clock.sleep(LOOK_AGAIN_MS, signal);
        continue;
      }
      rest = Buffer.concat([rest, bytes.subarray(0, bytesRead)]);
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        await onLine(rest.toString("utf8", 0, end));
        rest = rest.subarray(end + 1);
      }
    }
  } finally {
    await handle.close();
  }
}
