import { ChunkList } from "../transport/chunk-list.ts";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Cuts a byte stream into lines without their ends (LF or CRLF). Works on bytes, so a character cut in two by a
 * chunk is whole again. A line over `maxBytes` is dropped and `onTooLong` called.
 */
export function createLineSplitter(
  maxBytes: number,
  onLine: (line: Buffer) => void,
  onTooLong: () => void,
): (chunk: Buffer) => void {
  const parts = new ChunkList();
  let size = 0;
  let dropping = false;

  function keep(part: Buffer): void {
    size += part.length;
    if (size > maxBytes && !dropping) {
      dropping = true;
      parts.take();
      onTooLong();
    }
    if (!dropping) parts.add(part);
  }

  function finish(): void {
    const whole = parts.take();
    const wasDropped = dropping;
    size = 0;
    dropping = false;
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
