import { homedir } from "node:os";
import { programCommand } from "../../platform/process/program-command.ts";
import type { Adapters, ProcessContext } from "../adapters.ts";
import type { SetupContext } from "./host-config.ts";
import type { ProgramEntry } from "./host-entry.ts";

/** The computer as `setup` sees it. */
export function setupContext(
  adapters: Adapters,
  { env, platform }: Pick<ProcessContext, "env" | "platform">,
  more: Pick<SetupContext, "dataFolder" | "project" | "confirm">,
): SetupContext {
  const { command, args } = programCommand();
  return { adapters, places: { env, platform, home: homedir() }, program: args[0] ?? command, ...more };
}

/** An entry that starts this very program. */
export function ownEntry(words: Pick<ProgramEntry, "args" | "env">): ProgramEntry {
  const { command, args } = programCommand();
  return { command, args: [...args, ...words.args], env: words.env };
}

/** What a person should know of the place that the program is in. */
export function noteOnProgram(): string[] {
  return programCommand().inCache
    ? [
        "This copy of mcp-drawbridge lies in npm's cache, which may be emptied. Install it with `npm install -g mcp-drawbridge`, and run setup again.",
      ]
    : [];
}
