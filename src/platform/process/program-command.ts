import { realpathSync } from "node:fs";
import path from "node:path";

/** How this very program is started, by absolute paths: hosts have another PATH than a terminal. */
export interface ProgramCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** It lies where a package manager keeps what it may remove at any time. */
  readonly inCache: boolean;
}

/** Places of Node that an update of Node keeps. */
const LASTING = ["/opt/homebrew/bin/node", "/usr/local/bin/node", "/usr/bin/node"];

export function programCommand(): ProgramCommand {
  const script = process.argv[1];
  // As one executable, the program is its own Node.
  if (script === undefined || real(script) === real(process.execPath)) {
    return { command: real(process.execPath), args: [], inCache: false };
  }
  const node = real(process.execPath);
  const program = real(script);
  return {
    command: LASTING.find((file) => real(file) === node) ?? node,
    args: [program],
    inCache: program.includes(`${path.sep}_npx${path.sep}`),
  };
}

function real(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return path.resolve(file);
  }
}
