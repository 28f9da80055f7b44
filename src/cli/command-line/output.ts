import type { Writable } from "node:stream";
import { writeOut } from "../../app/write-out.ts";

/** Where commands say what they found: standard output, for people or for programs. Every call waits until it was read. */
export class Output {
  readonly #stdout: Writable;
  /** May marks be coloured? On a terminal only, and not where NO_COLOR is set (https://no-color.org). */
  readonly colours: boolean;

  constructor(stdout: Writable, env: NodeJS.ProcessEnv = {}) {
    this.#stdout = stdout;
    const isTerminal = "isTTY" in stdout && stdout.isTTY === true;
    this.colours = isTerminal && !env.NO_COLOR && env.TERM !== "dumb";
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
