// A command of the built program, run to its end.
import { spawn } from "node:child_process";
import { Command } from "../processes/command.ts";
import { PROGRAM, programEnvironment } from "../project/program.ts";

/** Starts it with the folder for everything, and the key in a file. */
export function startCommand(
  words: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Command {
  const args = [PROGRAM, ...words, "--config-dir", folder, "--store", "file"];
  return new Command(spawn(process.execPath, args, { env: programEnvironment(folder, env) }));
}

export function runCommand(
  words: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>> = {},
): ReturnType<Command["end"]> {
  return startCommand(words, folder, env).end();
}
