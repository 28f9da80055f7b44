// What an installation is: packages and size on the disk.
import { execFile } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { PROJECT } from "../../support/project/program.ts";
import { OWN } from "../candidates.ts";
import type { Scene } from "../scene.ts";

const run = promisify(execFile);
const INSTALL = ["install", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=0"];

export async function measureInstalls({
  candidates,
  samples,
  folder,
  counts,
  leftOut,
}: Scene): Promise<void> {
  if (!counts.install) return;
  for (const { name, installedIn } of candidates) {
    try {
      const place = name === OWN ? await installOwn(path.join(folder, "install")) : installedIn;
      if (place === undefined) continue;
      samples.of(name)("install.packages", packagesIn(place));
      samples.of(name)("install.mb", bytesBelow(path.join(place, "node_modules")) / 2 ** 20);
    } catch (error) {
      leftOut.push(`The installation of ${name}: ${String(error).split("\n")[0]}`);
    }
  }
}

/** As published, with what comes from the registry for this system. */
async function installOwn(place: string): Promise<string> {
  mkdirSync(place);
  writeFileSync(path.join(place, "package.json"), '{ "private": true }');
  const options = { timeout: 120_000, shell: process.platform === "win32" };
  const packed = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", place], {
    ...options,
    cwd: PROJECT,
  });
  // npm answers with a list, or with an object by name.
  const [made] = Object.values(JSON.parse(packed.stdout) as Record<string, { filename: string }>);
  await run("npm", [...INSTALL, path.join(place, made?.filename ?? "")], { ...options, cwd: place });
  return place;
}

function packagesIn(place: string): number {
  const lock = readFileSync(path.join(place, "node_modules", ".package-lock.json"), "utf8");
  return Object.keys((JSON.parse(lock) as { packages: object }).packages).filter(Boolean).length;
}

/** As blocks of the disk are counted: small files take a whole one. */
function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true })
    .map((name) => lstatSync(path.join(folder, String(name))))
    .reduce((sum, { blocks, size }) => sum + (process.platform === "win32" ? size : blocks * 512), 0);
}
