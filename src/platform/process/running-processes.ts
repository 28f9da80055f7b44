// Which other processes run this program, and for which host: for `status`.
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import path from "node:path";

export interface RunningProcess {
  readonly pid: number;
  /** Behind the program's own path. May hold secrets of the user's: never to be shown. */
  readonly words: readonly string[];
  /** Name of the program that started it; undefined where the system does not tell. */
  readonly host?: string;
}

/** One line of the system's list. */
export interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  readonly argv: readonly string[];
}

const LIST_MS = 5_000;
const MAX_OUTPUT = 16 * 1024 * 1024;
const OURS = /^(?:mcp-drawbridge|drawbridge)(?:\.cmd|\.js)?$/;
/** What stands between a host and the programs it starts. */
const RUNNERS = /^(?:npm|npx|pnpm|yarn|bunx|sh|bash|dash|zsh|cmd|cmd\.exe|env)$/i;
const MAX_RUNNERS = 4;

/** Processes of this user, but for this one. Where the system's list cannot be read: none. */
export async function runningProcesses(): Promise<readonly RunningProcess[]> {
  const listed = await list().catch(() => []);
  return ownAmong(listed, { pid: process.pid, script: process.argv[1] });
}

/** Those that run this program. @param self this process, and the script that it runs */
export function ownAmong(
  listed: readonly ListedProcess[],
  self: { readonly pid: number; readonly script: string | undefined },
): readonly RunningProcess[] {
  const byPid = new Map(listed.map((one) => [one.pid, one]));
  return listed.flatMap(({ pid, parent, argv }) => {
    const at = argv.slice(0, 4).findIndex((word) => isOurs(word, self.script));
    // A shell's `sh -c "mcp-drawbridge ..."` is one word with blanks, and no process of ours.
    if (pid === self.pid || at < 0 || at > 3) return [];
    if (at > 0 && !isNode(argv[0])) return [];
    const host = hostOf(byPid, parent);
    return [{ pid, words: argv.slice(at + 1), ...(host !== undefined && { host }) }];
  });
}

function isOurs(word: string, script: string | undefined): boolean {
  if (word === script) return true;
  const name = baseName(word);
  return OURS.test(name) || /[\\/]mcp-drawbridge[\\/]dist[\\/]main\.js$/.test(word);
}

const isNode = (word: string | undefined): boolean => /^(?:node|nodejs|bun)(?:\.exe)?$/i.test(baseName(word));

function baseName(word: string | undefined): string {
  return path.posix.basename((word ?? "").replaceAll("\\", "/"));
}

function hostOf(byPid: ReadonlyMap<number, ListedProcess>, parent: number): string | undefined {
  let found = byPid.get(parent);
  for (let step = 0; step < MAX_RUNNERS && found !== undefined; step++) {
    const name = programName(found.argv);
    if (!RUNNERS.test(name)) return name === "" ? undefined : name;
    found = byPid.get(found.parent);
  }
  return undefined;
}

/** Of `node /usr/lib/host.js`: `host.js`, which says more. Never an argument of another kind. */
function programName(argv: readonly string[]): string {
  const [program, script] = argv;
  const isScript = isNode(program) && script !== undefined && /^[^-].*\.[cm]?js$/.test(script);
  // npm writes over its own title: `npm exec mcp-drawbridge https://...` is one word.
  return baseName((isScript ? script : program)?.split(" ")[0]);
}

async function list(): Promise<readonly ListedProcess[]> {
  if (process.platform === "linux") return fromProc("/proc", process.getuid?.());
  return process.platform === "win32" ? fromPowerShell() : fromPs(process.getuid?.());
}

/** @param folder `/proc` @param userId whose processes may be looked at */
export function fromProc(folder: string, userId: number | undefined): readonly ListedProcess[] {
  return readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const place = path.join(folder, name);
        if (statSync(place).uid !== userId) return [];
        const stat = readFileSync(path.join(place, "stat"), "latin1");
        // proc(5): the command name may hold blanks and parentheses, so fields are counted after its last one.
        const [, parent = ""] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        const argv = readFileSync(path.join(place, "cmdline"), "utf8").split("\0").slice(0, -1);
        return [{ pid: Number(name), parent: Number(parent), argv: named(argv, place) }];
      } catch {
        return []; // It ended meanwhile.
      }
    });
}

/** A process may overwrite its title; where nothing is left, its program's file has a name. */
function named(argv: readonly string[], place: string): readonly string[] {
  if (argv.length > 0 && argv[0] !== "") return argv;
  try {
    return [readlinkSync(path.join(place, "exe"))];
  } catch {
    return argv;
  }
}

async function fromPs(userId: number | undefined): Promise<readonly ListedProcess[]> {
  const text = await output("/bin/ps", ["-axww", "-o", "pid=,ppid=,uid=,command="]);
  return text.split("\n").flatMap((line) => {
    const [, pid, parent, uid, command = ""] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined || Number(uid) !== userId) return [];
    return [{ pid: Number(pid), parent: Number(parent), argv: command.split(" ") }];
  });
}

/** The list is of all users whose command lines Windows lets us see: ours, as a rule. */
async function fromPowerShell(): Promise<readonly ListedProcess[]> {
  const script =
    "Get-CimInstance Win32_Process | Select-Object ProcessId,ParentProcessId,CommandLine | ConvertTo-Json -Compress";
  const found: unknown = JSON.parse(
    await output("powershell.exe", ["-NoProfile", "-NonInteractive", "-Command", script]),
  );
  if (!Array.isArray(found)) return [];
  return found.map(({ ProcessId, ParentProcessId, CommandLine }) => ({
    pid: Number(ProcessId),
    parent: Number(ParentProcessId),
    argv: ((typeof CommandLine === "string" ? CommandLine : "").match(/"[^"]*"|\S+/g) ?? []).map((word) =>
      word.replaceAll('"', ""),
    ),
  }));
}

function output(program: string, words: readonly string[]): Promise<string> {
  return new Promise((done, failed) => {
    const options = { timeout: LIST_MS, maxBuffer: MAX_OUTPUT, windowsHide: true };
    execFile(program, [...words], options, (error, stdout) => (error ? failed(error) : done(stdout)));
  });
}
