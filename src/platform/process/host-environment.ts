// Some hosts start programs with HOME, PATH and hardly anything else. On Linux a keychain, a browser and a proxy are found
// by environment variables, so what such a host kept back is looked up before one of them is needed.
import { closeSync, fstatSync, openSync, readFileSync, readSync, type Stats, statSync } from "node:fs";
import { isComplete, takeOver, WANTED } from "./taken-variables.ts";

/** Names of the variables that were filled in, by where they come from. */
export interface FilledVariables {
  /** The environment of the host, or of what started it. */
  readonly host: readonly string[];
  /** The place where a login session has it. */
  readonly session: readonly string[];
}

/** Who asks, and where processes and sessions are looked for. Tests have folders of their own. */
export interface HostEnvironmentOptions {
  /** Written to: a native keychain and the programs we start read the process's own. */
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** Pid of the parent when the program began; undefined: no process is looked at. */
  readonly parent?: number | undefined;
  /** Default: this process. */
  readonly self?: { readonly ppid: number; readonly userId: number | undefined };
  /** Default `/proc`. */
  readonly processes?: string;
  /** Default `/run/user`. */
  readonly sessions?: string;
}

const NOTHING: FilledVariables = { host: [], session: [] };
/** A larger environment is read so far: what comes later may be missing, and is not cut. */
const MAX_ENVIRONMENT_BYTES = 128 * 1024;
/** `npx` in a wrapper: shell, npm, wrapper, host. */
const MAX_ANCESTORS = 4;
const SET_ID = 0o6000;
const OTHERS_WRITE = 0o022;

/**
 * Fills in what is absent or empty: from the parent's environment where it is the same user's, then from the user's
 * session below `/run/user`. Where a package runner (`npx`) stands between, its parent is asked too: the runner was
 * given as little as we were. Never throws, and does nothing but on Linux.
 */
export function fillEnvironment(options: HostEnvironmentOptions): FilledVariables {
  const { env, platform, parent, self = thisProcess(), sessions = "/run/user" } = options;
  const { userId } = self;
  if (platform !== "linux" || userId === undefined) return NOTHING;
  const host =
    parent === undefined || isComplete(env) ? [] : fromAncestors(options, parent, self.ppid, userId);
  return { host, session: fromSession(env, `${sessions}/${userId}`, userId) };
}

function thisProcess(): { readonly ppid: number; readonly userId: number | undefined } {
  const userId = process.getuid?.();
  // With borrowed rights nothing that the lender did not give may be used.
  const borrowed = userId !== process.geteuid?.();
  return { ppid: process.ppid, userId: borrowed ? undefined : userId };
}

function fromAncestors(
  { env, processes = "/proc" }: HostEnvironmentOptions,
  parent: number,
  ppid: number,
  userId: number,
): readonly string[] {
  const names: string[] = [];
  // npm, pnpm, yarn and bun tell what they start that they did.
  const byRunner = Boolean(env.npm_config_user_agent);
  let pid = parent;
  // A parent that is gone has left its number to somebody else, or will. Compared when its file is open: from then on
  // the file is that process's own.
  let stillParent = (): boolean => ppid === pid;
  for (let step = 0; step < MAX_ANCESTORS && pid > 0; step++) {
    const theirs = readEnvironment(`${processes}/${pid}`, userId, stillParent);
    if (theirs === undefined) break;
    for (const [name, value] of takeOver(env, theirs, { isOwnFolder, isOwnSocket })) {
      env[name] = value;
      names.push(name);
    }
    if (!byRunner || hasSession(theirs)) break;
    const child = `${processes}/${pid}`;
    const next = parentOf(child);
    if (next === undefined) break;
    pid = next;
    stillParent = () => parentOf(child) === next;
  }
  return names;

  function isOwnFolder(folder: string): boolean {
    return ownFolder(folder, userId);
  }
  function isOwnSocket(socket: string): boolean {
    return ownSocket(socket, userId);
  }
}

/** An environment with a session in it is not one that a host has emptied. */
function hasSession(theirs: ReadonlyMap<string, string>): boolean {
  return theirs.has("XDG_RUNTIME_DIR") || theirs.has("DBUS_SESSION_BUS_ADDRESS") || theirs.has("DISPLAY");
}

/**
 * The wanted variables of a process. Undefined: it is gone, or not to be believed. A process of our user could have
 * started us with any environment, so it gains nothing by lying here. One of another user would. So would whoever calls
 * a set-user-ID program (sudo, su): it belongs to root, but what it was started with is its caller's choice.
 */
function readEnvironment(
  folder: string,
  userId: number,
  stillParent: () => boolean,
): ReadonlyMap<string, string> | undefined {
  let file: number | undefined;
  try {
    file = openSync(`${folder}/environ`, "r");
    if (fstatSync(file).uid !== userId || !stillParent()) return undefined;
    if ((statSync(`${folder}/exe`).mode & SET_ID) !== 0) return undefined;
    return wantedOf(readStart(file));
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function readStart(file: number): Buffer {
  const bytes = Buffer.allocUnsafe(MAX_ENVIRONMENT_BYTES);
  let length = 0;
  for (;;) {
    const read = readSync(file, bytes, length, bytes.length - length, null);
    length += read;
    if (read === 0 || length === bytes.length) return bytes.subarray(0, length);
  }
}

/** Entries end with a zero byte; half an entry at the end of what was read is dropped. */
function wantedOf(bytes: Buffer): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const entry of bytes.toString("utf8").split("\0").slice(0, -1)) {
    const equals = entry.indexOf("=");
    const name = entry.slice(0, equals);
    // Of two with one name, getenv(3) gives the first.
    if (equals <= 0 || found.has(name) || !WANTED.includes(name)) continue;
    found.set(name, entry.slice(equals + 1));
  }
  return found;
}

/** proc(5): the command name may hold blanks and parentheses, so fields are counted after its last one. */
function parentOf(folder: string): number | undefined {
  try {
    const text = readFileSync(`${folder}/stat`, "latin1");
    const [, ppid = ""] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return /^\d+$/.test(ppid) ? Number(ppid) : undefined;
  } catch {
    return undefined;
  }
}

/** Where pam_systemd and its likes have them. */
function fromSession(env: NodeJS.ProcessEnv, standard: string, userId: number): readonly string[] {
  const names: string[] = [];
  if (!env.XDG_RUNTIME_DIR && ownFolder(standard, userId)) {
    env.XDG_RUNTIME_DIR = standard;
    names.push("XDG_RUNTIME_DIR");
  }
  if (env.DBUS_SESSION_BUS_ADDRESS) return names;
  for (const folder of new Set([env.XDG_RUNTIME_DIR || standard, standard])) {
    const socket = `${folder}/bus`;
    // Other characters would have to be escaped in an address.
    if (!/^\/[\w./-]+$/.test(socket) || !ownFolder(folder, userId) || !ownSocket(socket, userId)) continue;
    env.DBUS_SESSION_BUS_ADDRESS = `unix:path=${socket}`;
    return [...names, "DBUS_SESSION_BUS_ADDRESS"];
  }
  return names;
}

/** Nobody else can put a socket of theirs there. */
function ownFolder(folder: string, userId: number): boolean {
  const found = look(folder);
  return found?.isDirectory() === true && found.uid === userId && (found.mode & OTHERS_WRITE) === 0;
}

/** Behind another's socket, another's keychain would be given our key. */
function ownSocket(socket: string, userId: number): boolean {
  const found = look(socket);
  return found?.isSocket() === true && found.uid === userId;
}

function look(place: string): Stats | undefined {
  try {
    return statSync(place, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
