import type { ProgramEntry } from "../setup/host-entry.ts";

/** `mcp-remote`, `mcp-remote@latest`, or the file that npm starts for it. */
const PROGRAM = /^(?:.*[\\/])?mcp-remote(?:@[\w.-]+|\.cmd)?$|[\\/]mcp-remote[\\/]dist[\\/]proxy\.js$/;

/**
 * The arguments that an entry gives to mcp-remote, whatever starts it (npx, bunx, pnpm dlx, cmd /c npx, node); undefined for
 * any other entry. One text for a shell is not taken apart.
 */
export function mcpRemoteWords(entry: ProgramEntry | undefined): readonly string[] | undefined {
  if (entry === undefined) return undefined;
  const words = [entry.command, ...entry.args];
  const at = words.findIndex((word) => PROGRAM.test(word));
  return at < 0 ? undefined : words.slice(at + 1);
}
