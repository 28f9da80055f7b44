const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Cuts a byte stream into lines without their ends (LF or CRLF). Works on bytes, so a character cut in two by a
 * chunk is whole again; a long line is put together once. A line over `maxBytes` is dropped and `onTooLong` called.
 */
export function createLineSplitter(
  maxBytes: number,
  onLine: (line: Buffer) => void,
  onTooLong: () => void,
): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let size = 0;
  let dropping = false;

  function keep(part: Buffer): void {
    size += part.length;
    if (size > maxBytes && !dropping) {
      dropping = true;
      parts = [];
      onTooLong();
    }
    if (!dropping) parts.push(part);
  }

  function finish(): void {
    const [first] = parts;
    const whole = parts.length === 1 && first ? first : Buffer.concat(parts);
    const wasDropped = dropping;
    parts = [];
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
