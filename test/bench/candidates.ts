// What is measured: the floor, the built program, and peers that were named or are installed.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { findProgram } from "../support/project/parts.ts";
import { PROGRAM, PROJECT, programEnvironment } from "../support/project/program.ts";
import type { Start } from "./host.ts";

export const FLOOR = "floor";
export const OWN = "mcp-drawbridge";
/** A peer that is measured without being named, where it is installed. */
const KNOWN_PEER = "mcp-remote";

export interface Candidate {
  readonly name: string;
  /** How it is started; `{url}` stands for the server's address. */
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where npm installed it, for the size. */
  readonly installedIn?: string;
}

export interface Chosen {
  /** Path of the Node that everything is measured on. */
  readonly node: string;
  /** Peers by `name=command`. */
  readonly named: readonly string[];
  /** Folder whose `node_modules` may hold a peer. */
  readonly peers: string | undefined;
  /** A folder that everything may write to. */
  readonly home: string;
}

export function candidates({ node, named, peers, home }: Chosen): Candidate[] {
  const env = { ...programEnvironment(home), ...windowsEnvironment() };
  const floor = path.join(PROJECT, "test", "bench", "floor.mjs");
  const found = named.some((text) => text.startsWith(`${KNOWN_PEER}=`)) ? undefined : installed(node, peers);
  return [
    { name: FLOOR, words: [node, floor, "{url}"], env },
    { name: OWN, words: [node, PROGRAM, "{url}"], env },
    ...(found ? [{ ...found, env }] : []),
    ...named.map((text) => namedPeer(text, env)),
  ];
}

/** The candidate's command for a server, and what a case needs besides. */
export function startOf(
  candidate: Candidate,
  url: string,
  more: { readonly words?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): Start {
  const words = candidate.words.map((word) => word.replaceAll("{url}", url));
  return { words: [...words, ...(more.words ?? [])], env: { ...candidate.env, ...more.env } };
}

/** @param text `name=command`, the command's words with or without quotes, variables of the environment first */
export function namedPeer(text: string, env: Readonly<Record<string, string>>): Candidate {
  const [, name, command] = /^([\w.-]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || command === undefined)
    throw new Error(`--bridge needs name=command, not ${text}`);
  if (name === FLOOR || name === OWN)
    throw new Error(`${name} is measured anyway: give the bridge another name`);
  const words = [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? "");
  const variables = words.slice(
    0,
    Math.max(
      0,
      words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word)),
    ),
  );
  const own = Object.fromEntries(variables.map((word) => word.split(/=(.*)/s, 2)));
  const rest = words.slice(variables.length);
  if (!rest.some((word) => word.includes("{url}"))) rest.push("{url}");
  return { name, words: rest, env: { ...env, ...own } };
}

/** In the folder of `--peers`, else as a command. */
function installed(node: string, folder: string | undefined): Omit<Candidate, "env"> | undefined {
  if (folder === undefined) {
    const command = findProgram(KNOWN_PEER);
    return command === undefined ? undefined : { name: KNOWN_PEER, words: [node, command, "{url}"] };
  }
  const home = path.resolve(folder, "node_modules", KNOWN_PEER);
  if (!existsSync(home)) throw new Error(`--peers: ${KNOWN_PEER} is not installed in ${folder}`);
  const { bin } = JSON.parse(readFileSync(path.join(home, "package.json"), "utf8")) as {
    bin: string | Record<string, string>;
  };
  const file = typeof bin === "string" ? bin : (bin[KNOWN_PEER] ?? "");
  return {
    name: KNOWN_PEER,
    words: [node, path.join(home, file), "{url}"],
    installedIn: path.resolve(folder),
  };
}

/** Such as `v24.1.0`. */
export function versionOf(node: string): string {
  return execFileSync(node, ["--version"], { encoding: "utf8", timeout: 10_000 }).trim();
}

/** Without these no program starts there. */
function windowsEnvironment(): Record<string, string> {
  if (process.platform !== "win32") return {};
  const names = ["SystemRoot", "TEMP", "USERPROFILE", "LOCALAPPDATA", "PATHEXT"];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
