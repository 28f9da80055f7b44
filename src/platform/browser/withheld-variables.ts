// What the environment of a program that opens a browser does not have: extensions, helpers and crash reports read it.
import { WANTED } from "../process/taken-variables.ts";

/** Without these no program finds its files or the screen; that a header has the user's name makes it no secret. */
const NEEDED = new Set([
  ...WANTED,
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR"],
  ...["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CURRENT_DESKTOP", "XDG_SESSION_TYPE"],
  ...["SYSTEMROOT", "WINDIR", "USERPROFILE", "USERNAME", "APPDATA", "LOCALAPPDATA", "TEMP", "TMP"],
]);

/**
 * Our own variables, which hold keys and headers, and those that `${NAME}` read.
 * @param used names that `${NAME}` read
 */
export function withheldVariables(
  env: NodeJS.ProcessEnv,
  used: readonly string[],
  platform: NodeJS.Platform,
): readonly string[] {
  // Windows does not tell cases apart.
  const same = (name: string): string => (platform === "win32" ? name.toUpperCase() : name);
  const read = new Set(used.map(same).filter((name) => !NEEDED.has(name)));
  return Object.keys(env).filter((name) => /^DRAWBRIDGE_/i.test(name) || read.has(same(name)));
}
