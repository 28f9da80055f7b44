import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { codeOf } from "../../core/errno.ts";
import { Failure } from "../../core/failure/failure.ts";
import { quoted } from "../../core/text/printable.ts";

/** How paths on the command line are read. */
export interface PathContext {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
}

/** `~/x`, on Windows also `%APPDATA%\x`, and relative paths, made absolute. */
export function resolvePath(text: string, { cwd, env, platform }: PathContext): string {
  let expanded = text;
  if (platform === "win32") {
    expanded = expanded.replace(/%([^%]+)%/g, (whole, name: string) => env[name] ?? whole);
  }
  if (/^~(?=$|[\\/])/.test(expanded)) expanded = homedir() + expanded.slice(1);
  return path.resolve(cwd, expanded);
}

/**
 * Text of a file that a flag names; a byte order mark is dropped (Windows editors write one).
 * @param flag for the message
 * @throws Failure USAGE_MISSING_FILE
 */
export function readFlagFile(flag: string, file: string, context: PathContext): string {
  const absolute = resolvePath(file, context);
  try {
    return readFileSync(absolute, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    const code = codeOf(error) ?? "unknown error";
    const why =
      code === "ENOENT" ? "does not exist" : code === "EISDIR" ? "is a folder" : `cannot be read (${code})`;
    throw new Failure("USAGE_MISSING_FILE", `${flag}: the file ${quoted(absolute)} ${why}.`, {
      cause: error,
    });
  }
}
