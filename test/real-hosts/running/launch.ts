// Starts a host in a home folder of its own, lets it run no longer than it may, and ends whatever it leaves behind.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Launch } from "./real-host.ts";

export interface Run {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The host did not end by itself in time. */
  readonly overdue: boolean;
  readonly code: number | null;
}

/** Switch off what would leave this computer, in whatever host. */
const QUIET = {
  DO_NOT_TRACK: "1",
  DISABLE_TELEMETRY: "1",
  NO_UPDATE_NOTIFIER: "1",
  NO_COLOR: "1",
  TERM: "dumb",
  CI: "1",
};

export async function launch(
  { command, args, env }: Launch,
  home: string,
  work: string,
  extra: Readonly<Record<string, string>>,
  mostMs: number,
): Promise<Run> {
  const startedAtMs = performance.now();
  const child = spawn(command, args, {
    cwd: work,
    env: {
      PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`,
      HOME: home,
      LANG: "C.UTF-8",
      SHELL: "/bin/sh",
      USER: "someone",
      ...QUIET,
      ...extra,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
  });
  let overdue = false;
  const timer = setTimeout(() => {
    overdue = true;
    endGroup(child.pid);
  }, mostMs);
  // An interrupted job leaves no host behind.
  const interrupted = (): never => {
    endGroup(child.pid);
    endLeftOver(home);
    process.exit(130);
  };
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  // `exit` and not `close`: a daemon that it leaves behind may keep the pipes.
  const code = await new Promise<number | null>((done) => {
    child.once("exit", done);
    child.once("error", (error) => {
      stderr += String(error);
      done(null);
    });
  });
  const endedAtMs = performance.now();
  clearTimeout(timer);
  process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
  endGroup(child.pid);
  endLeftOver(home);
  child.stdout.destroy();
  child.stderr.destroy();
  // A folder's name is no news for a person.
  const shown = (text: string): string => text.replaceAll(home, "~");
  return { startedAtMs, endedAtMs, stdout: shown(stdout), stderr: shown(stderr), overdue, code };
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  endProcess(-pid);
}

/** Daemons leave the process group, but not the home folder that they were given. */
function endLeftOver(home: string): void {
  if (process.platform !== "linux") return;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (environmentOf(pid).includes(`HOME=${home}`)) endProcess(Number(pid));
  }
}

function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return []; // gone meanwhile, or another user's
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // gone already
  }
}
