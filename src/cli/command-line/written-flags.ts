import type { Command } from "../commander.ts";
import { flagName } from "../flags/flag.ts";
import { FLAGS } from "../flags/table.ts";
import type { WrittenFlag } from "./entry-words.ts";

/** Gathers the connection flags of a command as somebody wrote them, in their order. Filled while commander parses. */
export function writtenFlags(command: Command): readonly WrittenFlag[] {
  const written: WrittenFlag[] = [];
  for (const flag of FLAGS) {
    command.on(`option:${flagName(flag).slice(2)}`, (text: string | null | undefined) =>
      written.push(text === null || text === undefined ? [flag] : [flag, text]),
    );
  }
  return written;
}
