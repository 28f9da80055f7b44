// Brings named versions of hosts from npm into a cache folder of their own, so that package.json knows nothing of them.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const DONE = ".installed";
const MOST_MS = 420_000;

/** Name and version of `@scope/name@1.2.3`. */
export function nameAndVersion(spec: string): { readonly name: string; readonly version: string } {
  const at = spec.lastIndexOf("@");
  return { name: spec.slice(0, at), version: spec.slice(at + 1) };
}

/**
 * Installs packages, unless an earlier run did.
 * @returns the folder that has `node_modules`, or why there is none
 */
export function install(
  cache: string,
  packages: readonly [string, ...string[]],
): { readonly folder: string } | { readonly why: string } {
  const folder = path.join(cache, packages[0].replaceAll(/[@/]+/g, "+").replace(/^\+/, ""));
  const wanted = packages.join("\n");
  const mark = path.join(folder, DONE);
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return { folder };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "package.json"), '{"private":true}\n');
  // npm of the Node that runs this: under an older one it takes older versions than those named, where a range allows it.
  const env = {
    ...process.env,
    PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`,
  };
  const npm = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--engine-strict", ...packages], {
    cwd: folder,
    env,
    encoding: "utf8",
    timeout: MOST_MS,
    shell: process.platform === "win32",
  });
  if (npm.status !== 0) return { why: reason(npm) };
  const { name, version } = nameAndVersion(packages[0]);
  const file = path.join(folder, "node_modules", name, "package.json");
  const found: unknown = JSON.parse(readFileSync(file, "utf8")).version;
  if (found !== version) return { why: `npm installed ${String(found)}` };
  writeFileSync(mark, wanted);
  return { folder };
}

function reason({ stderr, error }: { readonly stderr: string | null; readonly error?: Error }): string {
  const said = (stderr ?? "")
    .split("\n")
    .filter((line) => /npm error/.test(line) && !/A complete log/.test(line));
  const text = said.map((line) => line.replace(/^npm error\s*/, "")).join(" ");
  return (error?.message ?? text).slice(0, 200) || "npm failed";
}
