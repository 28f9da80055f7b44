// Which variables of another process's environment are taken over. Decides only; host-environment.ts reads and writes.
import path from "node:path";

/** Groups of HTTP clients: one of them alone would change what the others mean. */
const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

const SINGLE = [
  "XDG_RUNTIME_DIR",
  "DBUS_SESSION_BUS_ADDRESS",
  "DISPLAY",
  "WAYLAND_DISPLAY",
  "XAUTHORITY",
  "BROWSER",
  "NODE_EXTRA_CA_CERTS",
];

/** All that are ever looked at. */
export const WANTED: readonly string[] = [...SINGLE, ...PROXIES];

/** What is on the disk. */
export interface Ownership {
  /** Is it a folder of our user, in which nobody else can write? */
  isOwnFolder(folder: string): boolean;
  isOwnSocket(socket: string): boolean;
}

/** Longest value taken: lists of NO_PROXY are long. */
const MAX_VALUE = 8_192;
/** Control characters, and what stands for bytes that are no UTF-8: a path would lead elsewhere. */
const UNSOUND = /[\u0000-\u001f\u007f-\u009f\ufffd]/;
/** Any other transport may start a program, or leave the computer. */
const BUS_ADDRESS = /^unix:(path|abstract)=([\w./-]+)(?:,guid=[0-9a-f]+)?$/;

/** Nothing that could be taken over. */
export function isComplete(env: NodeJS.ProcessEnv): boolean {
  return SINGLE.every((name) => env[name]) && namesProxy(env);
}

/** What `env` lacks and `theirs` has. An empty variable counts as lacking, but for proxies, which it turns off. */
export function takeOver(
  env: NodeJS.ProcessEnv,
  theirs: ReadonlyMap<string, string>,
  { isOwnFolder, isOwnSocket }: Ownership,
): ReadonlyMap<string, string> {
  const taken = new Map<string, string>();
  const now = (name: string): string | undefined => env[name] || taken.get(name);
  function take(name: string, fits: (value: string) => boolean = () => true): void {
    const value = theirs.get(name);
    if (now(name) || !isSound(value) || !fits(value)) return;
    taken.set(name, value);
  }

  // After `su` these may be the session of the user before.
  take("XDG_RUNTIME_DIR", (folder) => path.isAbsolute(folder) && isOwnFolder(folder));
  take("DBUS_SESSION_BUS_ADDRESS", (address) => {
    const [, kind, place = ""] = BUS_ADDRESS.exec(address) ?? [];
    return kind === "abstract" || (kind === "path" && isOwnSocket(place));
  });
  take("DISPLAY");
  // The name of a socket in the runtime folder, and the key to one screen: of no use beside another.
  take("WAYLAND_DISPLAY", (name) => path.isAbsolute(name) || same("XDG_RUNTIME_DIR"));
  take("XAUTHORITY", (file) => path.isAbsolute(file) && same("DISPLAY"));
  take("BROWSER");
  // Their working folder is not ours, where anybody's project may have a file of that name.
  take("NODE_EXTRA_CA_CERTS", path.isAbsolute);
  if (!namesProxy(env)) for (const name of PROXIES) take(name);
  return taken;

  function same(name: string): boolean {
    return now(name) !== undefined && now(name) === theirs.get(name);
  }
}

function namesProxy(env: NodeJS.ProcessEnv): boolean {
  return PROXIES.some((name) => env[name] !== undefined);
}

function isSound(value: string | undefined): value is string {
  return value !== undefined && value !== "" && value.length <= MAX_VALUE && !UNSOUND.test(value);
}
