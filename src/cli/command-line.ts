import { readShortLine } from "./command-line/short-line.ts";
import type { Invocation, Printed } from "./commands/command.ts";
import { connecting } from "./commands/connect.ts";
import { rejoinHeaderWords } from "./inputs/headers.ts";

/**
 * Reads the command line. Nothing is printed and nothing exits here.
 * @throws Failure USAGE_BAD_ARGUMENT, with a suggestion where a flag looks misspelt
 */
export async function readCommandLine(argv: readonly string[]): Promise<Invocation | Printed> {
  const short = readShortLine(rejoinHeaderWords(argv));
  if (short !== undefined) return connecting(short);
  // Help, commands and mistakes: hosts that start the program need none of it.
  const { readWithCommander } = await import("./commander-line.ts");
  return readWithCommander(argv);
}
