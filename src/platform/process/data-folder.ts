import path from "node:path";

const NAME = "mcp-drawbridge";

/**
 * Where a program of this platform keeps a user's data: `$XDG_DATA_HOME` or `~/.local/share`,
 * `~/Library/Application Support`, `%LOCALAPPDATA%`. Local, not roaming: a vault's key stays on the machine.
 * @returns absolute; not created
 */
export function dataFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, homedir: string): string {
  if (platform === "win32") {
    const base = env.LOCALAPPDATA ?? "";
    const fitting = path.win32.isAbsolute(base) ? base : path.win32.join(homedir, "AppData", "Local");
    return path.win32.join(fitting, NAME);
  }
  if (platform === "darwin") return path.posix.join(homedir, "Library", "Application Support", NAME);
  // The specification wants relative values ignored.
  const base = env.XDG_DATA_HOME ?? "";
  return path.posix.join(
    path.posix.isAbsolute(base) ? base : path.posix.join(homedir, ".local", "share"),
    NAME,
  );
}
