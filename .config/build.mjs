// Bundles the program into dist/: an entry that only checks Node, the data path, and lazy chunks for
// what a start does not need (sign-in, the vault's key, help). Writes the notices of what is inside.
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

const root = path.resolve(import.meta.dirname, "..");
const packageJson = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));
// Built aside and swapped in, so that a program started meanwhile never finds half a build.
const staging = path.join(root, `.dist-${process.pid}`);

const result = await build({
  absWorkingDir: root,
  entryPoints: { main: "src/cli/main.ts", run: "src/cli/run.ts" },
  outdir: staging,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  // Some CommonJS builds require their parts in ways a bundler cannot follow.
  mainFields: ["module", "main"],
  target: "node20.19",
  minifySyntax: true,
  minifyWhitespace: true,
  external: Object.keys(packageJson.optionalDependencies),
  define: { __VERSION__: JSON.stringify(packageJson.version) },
  chunkNames: "chunks/[name]-[hash]",
  banner: {
    js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
  },
  metafile: true,
  legalComments: "none",
  logLevel: "warning",
});

// npm makes an installed command executable; this does it for a clone.
await chmod(path.join(staging, "main.js"), 0o755);
await writeFile(path.join(staging, "THIRD_PARTY_NOTICES.txt"), await notices(result.metafile));
await mkdir(path.join(root, "dist"), { recursive: true });
const old = path.join(root, `.dist-old-${process.pid}`);
await rename(path.join(root, "dist"), old);
await rename(staging, path.join(root, "dist"));
await rm(old, { recursive: true, force: true });

/** One section a bundled package: name, version, and the text of its licence as it ships. */
async function notices(metafile) {
  const folders = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) folders.add(found[1]);
  }
  const sections = [];
  for (const folder of [...folders].sort()) {
    const info = JSON.parse(await readFile(path.join(root, folder, "package.json"), "utf8"));
    const file = (await readdir(path.join(root, folder))).find((name) => /^licen[cs]e/i.test(name));
    const text = file ? await readFile(path.join(root, folder, file), "utf8") : `License: ${info.license}`;
    if (!file && !info.license) throw new Error(`${info.name} ships no licence: do not bundle it`);
    sections.push(`${info.name} ${info.version} (${info.license})\n\n${text.trim()}\n`);
  }
  const rule = `\n${"-".repeat(78)}\n\n`;
  return `mcp-drawbridge contains these packages.\n${rule}${sections.join(rule)}`;
}
