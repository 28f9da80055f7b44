// The host's side: reads stdin and owns stdout, on which nothing but JSON-RPC may appear.

import type { Readable, Writable } from "node:stream";
import type { Clock } from "../../core/ports/clock.ts";

/** What may wait for the host in memory before we stop reading the remote. */
const HIGH_WATER_BYTES = 1 << 20;
/** Up to here one copied line is cheaper than two writes. */
const COPY_BYTES = 64 << 10;
const NEWLINE = Buffer.from("\n");

export class HostStdio {
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #clock: Pick<Clock, "soon">;
  #pending: (() => void)[] = [];
  #gone = false;
  #heldBack = 0;

  constructor(input: Readable, output: Writable, clock: Pick<Clock, "soon">) {
    this.#clock = clock;
    this.#input = input;
    this.#output = output;
    output.on("drain", () => this.#release());
    // EPIPE: the host closed its end. Without a listener the process would die of it, session and port left behind.
    output.on("error", () => this.#end());
  }

  /**
   * Begins to hand on the host's bytes. That the host is gone, whoever ends the bridge has to notice.
   * @param onChunk returns what is to be waited for before the next bytes; it does not fail
   */
  start(onChunk: (chunk: Buffer) => Promise<void> | undefined): void {
    this.#input.on("data", (chunk: Buffer) => {
      const work = onChunk(chunk);
      if (work === undefined) return;
      this.#input.pause();
      void work.then(() => this.#gone || this.#input.resume());
    });
    this.#input.on("error", () => undefined);
  }

  /** Writes one message as one line; those of one moment together, as a write costs more than most of the rest. */
  send(message: Buffer): void {
    if (this.#gone) return;
    const output = this.#output;
    if (output.writableCorked === 0) {
      output.cork();
      this.#clock.soon(() => output.uncork());
    }
    if (message.length > COPY_BYTES) {
      output.write(message);
      output.write(NEWLINE);
      return;
    }
    const line = Buffer.allocUnsafe(message.length + 1);
    line[message.copy(line)] = 0x0a;
    output.write(line);
  }

  /** True while the host reads so slowly that no more should be taken from the remote (LIFE-4). */
  get blocked(): boolean {
    return !this.#gone && this.#output.writableLength > HIGH_WATER_BYTES;
  }

  /** How often something waited for that. */
  get heldBack(): number {
    return this.#heldBack;
  }

  /** Calls once as soon as the host reads again. */
  whenUnblocked(action: () => void): void {
    if (this.blocked) this.#pending.push(action);
    else action();
  }

  stop(): void {
    this.#input.pause();
    this.#end();
  }

  #end(): void {
    this.#gone = true;
    this.#release();
  }

  #release(): void {
    const actions = this.#pending;
    if (actions.length > 0) this.#heldBack += 1;
    this.#pending = [];
    for (const action of actions) action();
  }
}
