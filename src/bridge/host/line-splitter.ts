import { ChunkList } from "../transport/chunk-list.ts";
import type { LedgerEntry, MemoryLedger } from "../transport/memory-ledger.ts";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Shorter lines are not worth counting. */
const WORTH_COUNTING = 64 << 10;

/**
 * Cuts a byte stream into lines without their ends (LF or CRLF). Works on bytes, so a character cut in two by a
 * chunk is whole again. A line over `maxBytes`, or for which `memory` has no room, is dropped and `onTooLong` called.
 */
export function createLineSplitter(
  maxBytes: number,
  memory: MemoryLedger,
  onLine: (line: Buffer) => void,
  onTooLong: () => void,
): (chunk: Buffer) => void {
  const parts = new ChunkList();
  let size = 0;
  let dropping = false;
  let entry: LedgerEntry | undefined;

  function drop(): void {
    if (dropping) return;
    dropping = true;
    parts.take();
    onTooLong();
  }

  function keep(part: Buffer): void {
    size += part.length;
    if (size > maxBytes) drop();
    if (dropping) return;
    parts.add(part);
    // What lies within one chunk of the host never waits here.
    if (size > WORTH_COUNTING) entry ??= memory.enter(drop);
    entry?.grow(size);
  }

  function finish(): void {
    const whole = parts.take();
    const wasDropped = dropping;
    size = 0;
    dropping = false;
    entry?.leave();
    entry = undefined;
    if (!wasDropped) onLine(whole.at(-1) === CARRIAGE_RETURN ? whole.subarray(0, -1) : whole);
  }

  return (chunk) => {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      keep(chunk.subarray(from, end));
      finish();
      from = end + 1;
    }
    if (from < chunk.length) keep(chunk.subarray(from));
  };
}
