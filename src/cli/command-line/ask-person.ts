import { outgoing } from "../../core/text/outgoing.ts";
import type { ProgramContext } from "./program-context.ts";

/** Asks on the terminal, on standard error; anything but yes is no. */
export async function askPerson(
  question: string,
  { stdin, stderr }: Pick<ProgramContext, "stdin" | "stderr">,
): Promise<boolean> {
  const { createInterface } = await import("node:readline/promises");
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${outgoing(question)} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
