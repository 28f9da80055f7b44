// Server-sent events (WHATWG HTML 9.2.6), read as bytes: time and memory grow with the size of an event, no faster.

import { ChunkList } from "./chunk-list.ts";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
/** Of an event's name; in bytes. The names that mean something are shorter. */
const MAX_NAME = 256;
const MAX_ID = 8 << 10;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const JOIN = Buffer.from("\n");

export interface SseEvent {
  /** `message` where the event names none. */
  readonly type: string;
  /** The `data` lines, joined by LF. */
  readonly data: Buffer;
}

/** An event whose empty line is missing. */
export interface CutEvent extends SseEvent {
  readonly id: string | undefined;
}

export interface SseHandlers {
  onEvent(event: SseEvent): void;
  /** The stream's last event id changed; told before the event it came with, and for an event without data too. */
  onId?(id: string): void;
  /** `retry`, milliseconds, as the remote wrote it. */
  onRetry?(ms: number): void;
  /** An event grew over `maxBytes`; nothing more comes from this reader. */
  onTooLarge(): void;
}

export interface SseParser {
  push(chunk: Buffer): void;
  /** Bytes of the event that is not complete yet. */
  held(): number;
  /** Call when the stream is over. The standard drops an event that its end cuts off; whether that is done is up to the caller. */
  end(): CutEvent | undefined;
}

/** Reads one stream from its beginning. */
export function createSseParser(maxBytes: number, handlers: SseHandlers): SseParser {
  const line = new ChunkList();
  const data = new ChunkList();
  let hasData = false;
  let type = "";
  let id: string | undefined;
  /** Bytes of the event so far: its data lines with what joins them, and the line that is being read. */
  let dataBytes = 0;
  let lineBytes = 0;
  let afterReturn = false;
  let firstLine = true;
  let stopped = false;

  function keep(part: Buffer): void {
    if (part.length === 0) return;
    lineBytes += part.length;
    if (dataBytes + lineBytes > maxBytes) {
      stopped = true;
      handlers.onTooLarge();
      return;
    }
    line.add(part);
  }

  function endLine(): void {
    let whole = line.take();
    lineBytes = 0;
    if (firstLine && whole.subarray(0, 3).equals(BOM)) whole = whole.subarray(3);
    firstLine = false;
    if (whole.length === 0) dispatch();
    else readField(whole);
  }

  function dispatch(): void {
    const whole = data.take();
    const isEvent = hasData;
    const name = type;
    hasData = false;
    type = "";
    dataBytes = 0;
    if (id !== undefined) handlers.onId?.(id);
    id = undefined;
    if (isEvent) handlers.onEvent({ type: name || "message", data: whole });
  }

  function readField(whole: Buffer): void {
    const colon = whole.indexOf(COLON);
    if (colon === 0) return;
    const name = whole.toString("latin1", 0, colon < 0 ? Math.min(whole.length, 6) : Math.min(colon, 6));
    if ((colon < 0 ? whole.length : colon) > 5) return;
    const start = colon < 0 ? whole.length : whole[colon + 1] === SPACE ? colon + 2 : colon + 1;
    const value = whole.subarray(start);
    if (name === "data") {
      if (hasData) data.add(JOIN);
      hasData = true;
      data.add(value);
      dataBytes += value.length + 1;
    } else if (name === "event") type = value.toString("utf8", 0, MAX_NAME);
    // No remote takes a longer one in a header again.
    else if (name === "id" && value.length <= MAX_ID && !value.includes(0)) id = value.toString("utf8");
    else if (name === "retry" && /^\d{1,15}$/.test(value.toString("latin1"))) {
      handlers.onRetry?.(Number(value.toString("latin1")));
    }
  }

  return {
    // No getter: V8 makes a hidden class for each, which holds on to the stream until the next full collection.
    held: () => dataBytes + lineBytes,
    end() {
      if (lineBytes > 0 && !stopped) endLine();
      return hasData && !stopped ? { type: type || "message", data: data.take(), id } : undefined;
    },
    push(chunk) {
      let from = afterReturn && chunk[0] === LINE_FEED ? 1 : 0;
      if (chunk.length > 0) afterReturn = false;
      let feed = chunk.indexOf(LINE_FEED, from);
      let ret = chunk.indexOf(CARRIAGE_RETURN, from);
      while (!stopped && (feed >= 0 || ret >= 0)) {
        const end = feed < 0 || (ret >= 0 && ret < feed) ? ret : feed;
        keep(chunk.subarray(from, end));
        if (!stopped) endLine();
        from = end + 1;
        if (end === ret) {
          if (from === chunk.length) afterReturn = true;
          else if (chunk[from] === LINE_FEED) from += 1;
          ret = chunk.indexOf(CARRIAGE_RETURN, from);
        }
        if (feed >= 0 && feed < from) feed = chunk.indexOf(LINE_FEED, from);
      }
      if (!stopped && from < chunk.length) keep(chunk.subarray(from));
    },
  };
}
