// Bundles the program into dist/: an entry that only checks Node, one file with all that a start needs, and lazy
// chunks for the rest (sign-in, the vault, help). Writes the notices of what is inside.
import { chmod, cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "rolldown";

const root = path.resolve(import.meta.dirname, "..");
const packageJson = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));

/**
 * commander loads `node:child_process` (2 ms of a start) for commands that are programs of their own, and we have none.
 */
const noSubprograms = {
  name: "no-subprograms",
  resolveId: (id, from) =>
    id === "node:child_process" && from?.includes("/commander/") ? "\0no-subprograms" : null,
  load: (id) => (id === "\0no-subprograms" ? "module.exports = {};" : null),
};

/** One character outside Latin-1, and Node keeps two bytes for each of the file. */
const oneByteText = {
  name: "one-byte-text",
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk") continue;
      chunk.code = chunk.code.replace(
        /[^\0-\xff]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
      );
    }
  },
};

const options = {
  cwd: root,
  input: { main: "src/cli/main.ts" },
  platform: "node",
  // Some CommonJS builds require their parts in ways a bundler cannot follow (jsonc-parser).
  resolve: { mainFields: ["module", "main"] },
  plugins: [noSubprograms, oneByteText],
  external: Object.keys(packageJson.optionalDependencies),
  transform: { target: "node20.19", define: { __VERSION__: JSON.stringify(packageJson.version) } },
  logLevel: "warn",
};
const output = {
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "chunks/[name]-[hash].js",
  // Names of functions and classes stay: a stack trace in a bug report should say where.
  minify: {
    compress: true,
    mangle: { toplevel: true, keepNames: true },
    codegen: { removeWhitespace: true },
  },
};

// Every file that is loaded costs a start about half a millisecond, so what `run.ts` imports without `await` is one
// file, also where lazy chunks share it. The first pass tells what that is.
const firstPass = (await build({ ...options, output, write: false })).output;
const start = staticPart(firstPass, path.join(root, "src/cli/run.ts"));
// `run.ts` stays a file of its own: as a part of another one it would come with an object of its exports, and `node:module`.
start.delete(path.join(root, "src/cli/run.ts"));
const hot = { name: "start", test: (id) => start.has(id) };
// So is what a start with a saved sign-in loads besides, though commands use parts of it.
const grantEntries = [
  "src/store/file-vault.ts",
  "src/store/keys/open-key-ring.ts",
  "src/store/keys/keychain.ts",
];
const grant = new Set(
  grantEntries
    .flatMap((entry) => [...staticPart(firstPass, path.join(root, entry))])
    .filter((id) => !start.has(id)),
);
const vault = { name: "vault", test: (id) => grant.has(id) };

// Built aside and swapped in, so that a program started meanwhile never finds half a build.
const staging = path.join(root, `.dist-${process.pid}`);
const result = await build({
  ...options,
  output: { ...output, dir: staging, codeSplitting: { groups: [hot, vault] } },
});
// npm makes an installed command executable; this does it for a clone.
await chmod(path.join(staging, "main.js"), 0o755);
// What `--json` prints, for programs that read it.
await cp(path.join(root, "src/cli/schemas"), path.join(staging, "schemas"), { recursive: true });
await writeFile(path.join(staging, "THIRD_PARTY_NOTICES.txt"), await notices(result.output));
await mkdir(path.join(root, "dist"), { recursive: true });
const old = path.join(root, `.dist-old-${process.pid}`);
await rename(path.join(root, "dist"), old);
await rename(staging, path.join(root, "dist"));
await rm(old, { recursive: true, force: true });

/** Ids of the modules that the chunk of the module `entry` reaches by static imports. */
function staticPart(chunks, entry) {
  const byFile = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const modules = new Set();
  const queue = chunks.filter(({ moduleIds }) => moduleIds?.includes(entry)).map(({ fileName }) => fileName);
  if (queue.length === 0) throw new Error(`${entry} is in no chunk`);
  for (const file of queue) {
    const { moduleIds, imports } = byFile.get(file) ?? { moduleIds: [], imports: [] };
    for (const id of moduleIds) modules.add(id);
    queue.push(...imports.filter((name) => !queue.includes(name)));
  }
  return modules;
}

/** One section a bundled package: name, version, and the text of its licence as it ships. */
async function notices(chunks) {
  const folders = new Set();
  for (const id of chunks.flatMap(({ moduleIds = [] }) => moduleIds)) {
    const found = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(id);
    if (found) folders.add(found[1]);
  }
  const sections = [];
  for (const folder of [...folders].sort()) {
    const info = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name));
    const text = file ? await readFile(path.join(folder, file), "utf8") : `License: ${info.license}`;
    if (!file && !info.license) throw new Error(`${info.name} ships no licence: do not bundle it`);
    sections.push(`${info.name} ${info.version} (${info.license})\n\n${text.trim()}\n`);
  }
  const rule = `\n${"-".repeat(78)}\n\n`;
  return `mcp-drawbridge contains these packages.\n${rule}${sections.join(rule)}`;
}
