// The program of the bridges, bundled as the real one is: unbundled, a start costs twice the processor time.
import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { build } from "rolldown";
import { PROJECT } from "../project/program.ts";

let built: Promise<string> | undefined;

/** Path of the bundled `random-bridge`; made once for each test process, and gone with it. */
export function bundledBridge(): Promise<string> {
  built ??= bundle();
  return built;
}

async function bundle(): Promise<string> {
  // Below the project, so that the keychain's native package is found.
  const folder = mkdtempSync(path.join(PROJECT, "build", "random-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  await build({
    input: path.join(import.meta.dirname, "random-bridge.js"),
    platform: "node",
    external: ["@napi-rs/keyring"],
    resolve: { mainFields: ["module", "main"] },
    logLevel: "warn",
    output: { dir: folder, format: "esm" },
  });
  return path.join(folder, "random-bridge.js");
}
