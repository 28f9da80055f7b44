import { readFileSync, readlinkSync } from "node:fs";
import { hostname, uptime } from "node:os";
import { hasCode } from "../../core/errno.ts";
import type { Liveness, ProcessFacts, ProcessIdentity } from "../../core/ports/process-identity.ts";

/**
 * Start times elsewhere than on Linux are wall clock, ours computed and the others' asked from `ps` in whole
 * seconds: so far apart they may be and still mean the same process.
 */
const START_TOLERANCE_MS = 5_000;

/** Facts about this process and its neighbours from the operating system. */
export function createProcessIdentity(): ProcessIdentity {
  let facts: ProcessFacts | undefined;
  const self = () => {
    facts ??= readSelf();
    return facts;
  };
  return {
    self,
    userId: process.getuid?.(),
    uptimeMs: () => uptime() * 1_000,
    async liveness(other) {
      if (!sharesPids(self(), other)) return "elsewhere";
      if (process.platform === "linux") return linuxLiveness(other);
      if (!exists(other.pid)) return "dead";
      return process.platform === "win32" ? "running" : posixLiveness(other);
    },
  };
}

function readSelf(): ProcessFacts {
  const { pid } = process;
  const hostName = hostname();
  if (process.platform !== "linux") {
    return { pid, hostName, startedAt: String(Math.round(Date.now() - process.uptime() * 1_000)) };
  }
  const startedAt = readStat(pid)?.startedAt;
  const bootId = orUndefined(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  const pidNamespace = orUndefined(() => readlinkSync("/proc/self/ns/pid"));
  return {
    pid,
    hostName,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(bootId === undefined ? {} : { bootId }),
    ...(pidNamespace === undefined ? {} : { pidNamespace }),
  };
}

/** The namespace's number is the same on every machine, so the boot must be the same too. */
function sharesPids(mine: ProcessFacts, other: ProcessFacts): boolean {
  return (
    mine.bootId === other.bootId &&
    mine.pidNamespace === other.pidNamespace &&
    // A boot id names one kernel; where there is none, the host name is all there is.
    (mine.bootId !== undefined || mine.hostName === other.hostName)
  );
}

function linuxLiveness(other: ProcessFacts): Liveness {
  const stat = readStat(other.pid);
  if (stat === undefined) return exists(other.pid) ? "running" : "dead";
  if (other.startedAt !== undefined && stat.startedAt !== other.startedAt) return "dead";
  // Killed, its first thread may be gone while another still ends a write, or keeps a port.
  if (stat.state === "Z" || stat.state === "X") return stat.threads > 1 ? "running" : "dead";
  return stat.state === "T" || stat.state === "t" ? "suspended" : "running";
}

/** proc(5): the command name may hold blanks and parentheses, so fields are counted after its last one. */
function readStat(pid: number): { state: string; threads: number; startedAt: string } | undefined {
  const text = orUndefined(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, threads, startedAt] = [fields?.[0], fields?.[17], fields?.[19]];
  if (state === undefined || startedAt === undefined) return undefined;
  return { state, threads: Number(threads), startedAt };
}

/** macOS and the BSDs. */
async function posixLiveness(other: ProcessFacts): Promise<Liveness> {
  const { execFile } = await import("node:child_process");
  const text = await new Promise<string>((done) => {
    const options = { env: { LC_ALL: "C" }, timeout: 2_000 };
    execFile("/bin/ps", ["-o", "stat=,lstart=", "-p", String(other.pid)], options, (_error, out) =>
      done(out),
    );
  });
  const [, state = "", started = ""] = /^\s*(\S+)\s+(.*\S)\s*$/.exec(text) ?? [];
  if (state === "") return exists(other.pid) ? "running" : "dead";
  if (state.startsWith("Z")) return "dead";
  const apartMs = Math.abs(Date.parse(started) - Number(other.startedAt));
  // A clock that was set meanwhile moves both readings apart as well; then the heartbeat still speaks for a
  // living owner, and for a dead one only its pid was reused.
  if (apartMs > START_TOLERANCE_MS) return "elsewhere";
  return state.startsWith("T") ? "suspended" : "running";
}

/** Is there a process with this number? */
export function exists(pid: number, by: Pick<NodeJS.Process, "kill"> = process): boolean {
  try {
    by.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and is somebody else's.
    return hasCode(error, "EPERM");
  }
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
