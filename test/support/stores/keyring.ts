// A Secret Service of its own for a test: a private session bus with gnome-keyring, unlocked, in a folder that goes with it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { findProgram } from "../project/parts.ts";
import { temporaryFolder } from "../project/temporary-folder.ts";

export interface Keyring {
  /** For programs that are to find it. */
  readonly env: { readonly DBUS_SESSION_BUS_ADDRESS: string };
  stop(): Promise<void>;
}

/** Undefined: a part is missing. */
export function findKeyring(): string | undefined {
  const parts = [findProgram("dbus-run-session"), findProgram("gnome-keyring-daemon")];
  return parts.includes(undefined) ? undefined : parts[0];
}

/** Starts it. Stop it in `after`. */
export async function startKeyring(dbusRunSession: string): Promise<Keyring> {
  const folder = temporaryFolder();
  for (const name of ["data", "runtime"]) mkdirSync(path.join(folder.path, name), { mode: 0o700 });
  // Lives as long as its stdin: `cat` ends with it, and the bus with `cat`.
  const script =
    "printf test | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; " +
    'echo "$DBUS_SESSION_BUS_ADDRESS"; exec cat >/dev/null';
  const child = spawn(dbusRunSession, ["--", "sh", "-c", script], {
    stdio: ["pipe", "pipe", "ignore"],
    env: {
      PATH: process.env.PATH ?? "",
      HOME: folder.path,
      XDG_DATA_HOME: path.join(folder.path, "data"),
      XDG_RUNTIME_DIR: path.join(folder.path, "runtime"),
    },
  });
  const gone = once(child, "exit");
  const [chunk] = (await once(child.stdout, "data")) as [Buffer];
  return {
    env: { DBUS_SESSION_BUS_ADDRESS: chunk.toString("utf8").trim() },
    async stop() {
      child.stdin.end();
      await gone;
      folder.remove();
    },
  };
}
