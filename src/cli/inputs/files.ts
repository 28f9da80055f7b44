import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { codeOf } from "../../core/errno.ts";
import { Failure } from "../../core/failure/failure.ts";
import { quoted, sized } from "../../core/text/printable.ts";
import type { Variables } from "./variables.ts";

/** How paths are read. */
export interface Paths extends Pick<Variables, "env"> {
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
}

/** How paths and variables on the command line are read. */
export interface PathContext extends Paths, Variables {
  /** A flag, or its environment variable where the value came from there: for messages. */
  readonly named: (flag: string) => string;
}

/** `~/x`, on Windows also `%APPDATA%\x`, and relative paths, made absolute. */
export function resolvePath(text: string, { cwd, env, platform }: Paths): string {
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
 * @throws Failure USAGE_MISSING_FILE; USAGE_BAD_ARGUMENT where the contents were given instead of the path
 */
export function readFlagFile(flag: string, file: string, context: PathContext): string {
  if (/-----BEGIN |^\s*\{/.test(file)) {
    throw new Failure(
      "USAGE_BAD_ARGUMENT",
      `${flag}: the contents of a file were given in place of its path.`,
      {
        hint: `Save them in a file that only you can read, and write ${flag} with the path of that file.`,
      },
    );
  }
  const absolute = resolvePath(file, context);
  try {
    return readFileSync(absolute, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw new Failure("USAGE_MISSING_FILE", `${flag}: ${whyUnreadable(absolute, codeOf(error))}.`, {
      cause: error,
    });
  }
}

/** A path is shown as far as it exists: the rest of it may be no path at all. */
function whyUnreadable(absolute: string, code = "unknown error"): string {
  if (code === "EISDIR" || code === "EACCES" || code === "EPERM") {
    return `${quoted(absolute)} ${code === "EISDIR" ? "is a folder" : `cannot be read (${code})`}`;
  }
  let folder = path.dirname(absolute);
  while (!existsSync(folder) && folder !== path.dirname(folder)) folder = path.dirname(folder);
  const where = `of the path (${sized(absolute)}), ${quoted(folder)} exists`;
  return code === "ENOENT"
    ? `the file does not exist; ${where}`
    : `the file cannot be read (${code}); ${where}`;
}
