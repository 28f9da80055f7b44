// npm packages that a test runs but that must not be dependencies: what needs another Node, and that Node itself.
// Installed once, beside what npm installed for this project, and called by path.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { PROJECT } from "./program.ts";

const run = promisify(execFile);
const INSTALL = [
  ...["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"],
  ...["--prefer-offline", "--fetch-retries=0"],
];

/** Node 22 as npm carries it: a plain package, without an install script. */
export const NODE_22 = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}@22`;

/**
 * Folder whose `node_modules` holds `packages` (with versions), and nothing else.
 * @returns undefined where they cannot be had: no network, no such platform
 */
export async function scratchPackages(
  name: string,
  packages: readonly string[],
): Promise<string | undefined> {
  const key = `${name}-${packages.map((text) => text.replace(/^.*[@/](?=[\d.a-z-]+$)/, "")).join("-")}`;
  const folder = path.join(PROJECT, "node_modules", ".cache", "mcp-drawbridge-tests", key);
  if (existsSync(path.join(folder, "node_modules"))) return folder;
  const staging = `${folder}.${process.pid}`;
  try {
    mkdirSync(staging, { recursive: true });
    writeFileSync(path.join(staging, "package.json"), '{ "private": true }');
    const npm = process.env.npm_execpath;
    const args = [...INSTALL, ...packages];
    const options = { cwd: staging, timeout: 90_000, shell: !npm && process.platform === "win32" };
    await (npm ? run(process.execPath, [npm, ...args], options) : run("npm", args, options));
    renameSync(staging, folder);
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    // Another test may have been first with the same folder; otherwise the one who wonders wants to know.
    if (!existsSync(folder))
      console.error(`${packages.join(" ")}: ${String(error).split("\n").slice(0, 4).join("\n")}`);
  }
  return existsSync(path.join(folder, "node_modules")) ? folder : undefined;
}

/** Path of the Node of `NODE_22` in such a folder. */
export function scratchNode(folder: string): string {
  const name = NODE_22.split("@")[0] ?? "";
  const file = process.platform === "win32" ? "node.exe" : "node";
  return path.join(folder, "node_modules", name, "bin", file);
}
