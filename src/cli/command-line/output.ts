import type { Writable } from "node:stream";
import { writeOut } from "../../app/write-out.ts";

/** Where commands say what they found: standard output, for people or for programs. Every call waits until it was read. */
export class Output {
  readonly #stdout: Writable;

  constructor(stdout: Writable) {
    this.#stdout = stdout;
  }

  /** Whole lines. */
  text(lines: string): Promise<void> {
    return writeOut(this.#stdout, lines.endsWith("\n") ? lines : `${lines}\n`);
  }

  /** One JSON document on one line. */
  json(value: unknown): Promise<void> {
    return this.text(JSON.stringify(value));
  }
}
