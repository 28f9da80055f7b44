// This computer as `doctor` looks at it. Changes nothing.
import { constants } from "node:fs";
import { access, lstat, readFile } from "node:fs/promises";
import path from "node:path";
import { codeOf } from "../core/errno.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { NetworkSettings } from "../core/settings.ts";
import { type Desktop, detectDesktop, systemProbe } from "./browser/detect-desktop.ts";
import { type ConnectionSteps, connectionSteps } from "./http/connection-steps.ts";

export interface FolderFacts {
  readonly exists: boolean;
  readonly isFolder: boolean;
  /** Absent on Windows. */
  readonly owner?: number;
  /** Permission bits; absent on Windows. */
  readonly mode?: number;
  readonly writable: boolean;
}

export interface Computer {
  /** `v22.12.0`, and where it is. */
  readonly node: { readonly version: string; readonly path: string; readonly system: string };
  readonly userId: number | undefined;
  desktop(): Desktop & { readonly chosenBrowser: boolean };
  /** Names of the proxy variables that are set. */
  proxyVariables(): readonly string[];
  /** `host:port` of the proxy for `url`; undefined: none. @throws Failure NETWORK_PROXY */
  proxyFor(url: URL): Promise<string | undefined>;
  connection(url: URL): ConnectionSteps;
  /** @throws an error of the file system, when it cannot be looked at */
  folder(place: string): Promise<FolderFacts>;
  /** Configuration files of hosts that name this program. */
  hostConfigurations(): Promise<readonly string[]>;
}

interface ComputerOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly network: NetworkSettings;
  readonly clock: Clock;
}

const PROXY_VARIABLES = ["https_proxy", "http_proxy", "all_proxy", "no_proxy"];

export function createComputer({ env, platform, home, network, clock }: ComputerOptions): Computer {
  return {
    node: { version: process.version, path: process.execPath, system: `${platform}-${process.arch}` },
    userId: process.getuid?.(),
    desktop: () => ({
      ...detectDesktop(systemProbe(env, platform)),
      chosenBrowser: (env.BROWSER ?? "").trim() !== "",
    }),
    proxyVariables: () =>
      PROXY_VARIABLES.flatMap((name) => [name, name.toUpperCase()].filter((each) => Boolean(env[each]))),
    async proxyFor(url) {
      if (!network.useProxy) return undefined;
      const { proxyFor, proxyName } = await import("./http/proxy.ts");
      const proxy = proxyFor(url);
      return proxy === undefined ? undefined : proxyName(proxy);
    },
    connection: (url) => connectionSteps(url, network, env, clock),
    async folder(place) {
      try {
        const { uid, mode } = await lstat(place);
        const facts = { exists: true, isFolder: isFolder(mode), writable: await mayWrite(place) };
        return platform === "win32" ? facts : { ...facts, owner: uid, mode: mode & 0o777 };
      } catch (error) {
        if (codeOf(error) !== "ENOENT") throw error;
        return { exists: false, isFolder: false, writable: true };
      }
    },
    async hostConfigurations() {
      const found = await Promise.all(
        configurationFiles(env, platform, home, process.cwd()).map(async (file) => {
          const text = await readFile(file, "utf8").catch(() => "");
          return /\b(?:mcp-)?drawbridge\b/.test(text) ? [file] : [];
        }),
      );
      return found.flat();
    },
  };
}

const isFolder = (mode: number): boolean => (mode & constants.S_IFMT) === constants.S_IFDIR;

async function mayWrite(place: string): Promise<boolean> {
  return access(place, constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** Where hosts keep the list of the programs that they start. */
function configurationFiles(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
  home: string,
  cwd: string,
): readonly string[] {
  const applications =
    platform === "win32"
      ? (env.APPDATA ?? path.join(home, "AppData", "Roaming"))
      : platform === "darwin"
        ? path.join(home, "Library", "Application Support")
        : (env.XDG_CONFIG_HOME ?? path.join(home, ".config"));
  return [
    path.join(applications, "Claude", "claude_desktop_config.json"),
    path.join(home, ".claude.json"),
    path.join(home, ".cursor", "mcp.json"),
    path.join(applications, "Code", "User", "mcp.json"),
    path.join(home, ".codex", "config.toml"),
    path.join(home, ".gemini", "settings.json"),
    path.join(home, ".codeium", "windsurf", "mcp_config.json"),
    path.join(cwd, ".mcp.json"),
    path.join(cwd, ".vscode", "mcp.json"),
    path.join(cwd, ".cursor", "mcp.json"),
  ];
}
