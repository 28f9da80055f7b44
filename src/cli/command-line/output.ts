import type { Writable } from "node:stream";
import { writeOut } from "../../app/write-out.ts";
import { outgoingLines } from "../../core/text/outgoing.ts";

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
    return this.raw(outgoingLines(lines));
  }

  /** One JSON document on one line. */
  json(value: unknown): Promise<void> {
    const shown = (_: string, each: unknown): unknown =>
      typeof each === "string" ? outgoingLines(each) : each;
    return this.raw(JSON.stringify(value, shown));
  }

  /** What is to come through to the byte: scripts, pages, and files of the user's own that they asked to see. */
  raw(text: string): Promise<void> {
    return writeOut(this.#stdout, text.endsWith("\n") ? text : `${text}\n`);
  }
}
