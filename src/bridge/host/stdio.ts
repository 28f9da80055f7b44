// The host's side: reads lines from stdin and owns stdout, on which nothing but JSON-RPC may appear.

import type { Readable, Writable } from "node:stream";
import { createLineSplitter } from "./line-splitter.ts";

export interface HostStdioHandlers {
  onLine(line: Buffer): void;
  /** A line went over the limit and was dropped. */
  onTooLong(): void;
}

export interface HostStdio {
  /** Begins to read. That the host is gone, whoever ends the bridge has to notice. */
  start(handlers: HostStdioHandlers): void;
  /** Writes one message as one line. */
  send(message: Buffer): void;
  /** True while the host reads so slowly that no more should be taken from the remote (LIFE-4). */
  readonly blocked: boolean;
  /** Calls once as soon as the host reads again. */
  whenUnblocked(action: () => void): void;
  /** How often something waited for that. */
  readonly heldBack: number;
  stop(): void;
}

/** What may wait for the host in memory before we stop reading the remote. */
const HIGH_WATER_BYTES = 1 << 20;
/** Up to here one copied line is cheaper than two writes. */
const COPY_BYTES = 64 << 10;
const NEWLINE = Buffer.from("\n");

export function createHostStdio(input: Readable, output: Writable, maxLineBytes: number): HostStdio {
  let pending: (() => void)[] = [];
  let gone = false;
  let heldBack = 0;

  function release(): void {
    const actions = pending;
    if (actions.length > 0) heldBack += 1;
    pending = [];
    for (const action of actions) action();
  }

  output.on("drain", release);
  // EPIPE: the host closed its end. Without a listener the process would die of it, session and port left behind.
  output.on("error", () => {
    gone = true;
    release();
  });

  return {
    start({ onLine, onTooLong }) {
      const splitter = createLineSplitter(maxLineBytes, onLine, onTooLong);
      input.on("data", (chunk: Buffer) => splitter.push(chunk));
      input.on("error", () => undefined);
    },
    send(message) {
      if (gone) return;
      if (message.length > COPY_BYTES) {
        output.cork();
        output.write(message);
        output.write(NEWLINE);
        output.uncork();
        return;
      }
      const line = Buffer.allocUnsafe(message.length + 1);
      line[message.copy(line)] = 0x0a;
      output.write(line);
    },
    get blocked() {
      return !gone && output.writableLength > HIGH_WATER_BYTES;
    },
    get heldBack() {
      return heldBack;
    },
    whenUnblocked(action) {
      if (this.blocked) pending.push(action);
      else action();
    },
    stop() {
      gone = true;
      input.pause();
      release();
    },
  };
}
