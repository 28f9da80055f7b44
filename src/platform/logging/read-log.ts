// Reads debug logs: a whole one, or one that is being written, as it grows.
import { constants } from "node:fs";
import { type FileHandle, lstat, open, readdir } from "node:fs/promises";
import path from "node:path";
import type { Clock } from "../../core/ports/clock.ts";

const NAME = /^drawbridge-.*\.jsonl$/;
const LOOK_AGAIN_MS = 200;
/** Larger files are not ours. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_LINE_BYTES = 1024 * 1024;

/** The log that was written to last, below the folder of the settings; undefined: there is none. */
export async function newestLog(folder: string): Promise<string | undefined> {
  const logs = path.join(folder, "logs");
  const names = await readdir(logs).catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => NAME.test(name))
      .map(async (name) => {
        const file = path.join(logs, name);
        const seen = await lstat(file).catch(() => undefined);
        return { file, changedMs: seen?.isFile() === true ? seen.mtimeMs : undefined };
      }),
  );
  const plain = found.flatMap(({ file, changedMs }) => (changedMs === undefined ? [] : { file, changedMs }));
  return plain.sort((a, b) => b.changedMs - a.changedMs)[0]?.file;
}

/** Its lines. @throws an error of the file system */
export async function readLog(file: string): Promise<readonly string[]> {
  const handle = await openPlain(file);
  try {
    if ((await handle.stat()).size > MAX_BYTES) throw tooLarge();
    return (await handle.readFile("utf8")).split("\n").filter((line) => line !== "");
  } finally {
    await handle.close();
  }
}

/** A FIFO or a device may never end, or never begin. */
async function openPlain(file: string): Promise<FileHandle> {
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw Object.assign(new Error("not a plain file"), { code: "EINVAL" });
}

const tooLarge = (): Error => Object.assign(new Error("too large"), { code: "EFBIG" });

/** Calls for each line that is there and each that comes, until the signal. @throws the reason of the signal */
export async function followLog(
  file: string,
  clock: Clock,
  signal: AbortSignal,
  onLine: (line: string) => Promise<void>,
): Promise<never> {
  const handle = await openPlain(file);
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
      if (rest.length > MAX_LINE_BYTES) throw tooLarge();
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        await onLine(rest.toString("utf8", 0, end));
        rest = rest.subarray(end + 1);
      }
    }
  } finally {
    await handle.close();
  }
}
