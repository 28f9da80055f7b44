// The farm's program, bundled as the real one is: unbundled, a start costs twice the processor time.
import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { PROJECT } from "./program.ts";

let built: Promise<string> | undefined;

/** Path of the bundled `farm-bridge`; made once for each test process, and gone with it. */
export function bundledFarmBridge(): Promise<string> {
  built ??= bundle();
  return built;
}

async function bundle(): Promise<string> {
  // Below the project, so that the keychain's native package is found.
  const folder = mkdtempSync(path.join(PROJECT, "build", "farm-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  await build({
    entryPoints: [path.join(import.meta.dirname, "farm-bridge.js")],
    outdir: folder,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    external: ["@napi-rs/keyring"],
    banner: {
      js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
  return path.join(folder, "farm-bridge.js");
}
