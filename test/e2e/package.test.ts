// What npm would publish, installed into an empty folder: both commands start, and everything that must ship does.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { PROJECT, programEnvironment } from "../support/project/program.ts";
import { temporaryFolder } from "../support/project/temporary-folder.ts";

const run = promisify(execFile);
const isWindows = process.platform === "win32";
const folder = temporaryFolder();
after(() => folder.remove());

/** Runs npm, which on Windows is a script that needs a shell. */
async function npm(args: readonly string[], cwd: string): Promise<string> {
  const env = {
    ...process.env,
    npm_config_cache: path.join(folder.path, "cache"),
    npm_config_loglevel: "error",
  };
  return (await run("npm", [...args], { cwd, env, shell: isWindows })).stdout;
}

let files: string[] = [];

before(async () => {
  // Without its scripts: the program was built already, and other tests are using it.
  const packed = await npm(
    ["pack", "--json", "--ignore-scripts", "--pack-destination", folder.path],
    PROJECT,
  );
  const listed: unknown = JSON.parse(packed);
  // npm answers with a list, or with an object by name.
  const [made] = Object.values(listed as Record<string, { filename: string; files: { path: string }[] }>);
  assert.ok(made);
  files = made.files.map((file) => file.path);
  writeFileSync(path.join(folder.path, "package.json"), "{}");
  const tarball = path.join(folder.path, made.filename);
  await npm(["install", "--offline", "--omit=optional", "--no-audit", "--no-fund", tarball], folder.path);
});

for (const name of ["mcp-drawbridge", "drawbridge"])
  test(`the installed command ${name} starts`, async () => {
    const command = path.join(folder.path, "node_modules", ".bin", isWindows ? `${name}.cmd` : name);
    const env = { ...programEnvironment(folder.path), SystemRoot: process.env.SystemRoot ?? "" };
    const { stdout, stderr } = await run(command, ["--version"], { env, shell: isWindows });
    const info = JSON.parse(readFileSync(path.join(PROJECT, "package.json"), "utf8")) as { version: string };
    assert.equal(stdout, `${info.version}\n`);
    assert.equal(stderr, "");
  });

test("the package holds the bundle, its licences and what a reader needs, and no source", () => {
  for (const file of ["LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md", "dist/THIRD_PARTY_NOTICES.txt"])
    assert.ok(files.includes(file), file);
  assert.deepEqual(
    files.filter((file) => /^(src|test|build)\//.test(file)),
    [],
  );
  const notices = readFileSync(path.join(PROJECT, "dist", "THIRD_PARTY_NOTICES.txt"), "utf8");
  for (const name of ["@modelcontextprotocol/client", "commander", "debug", "open", "proper-lockfile"])
    assert.match(notices, new RegExp(`^${name} \\d`, "m"), name);
});

test("a start loads one file that Node keeps as one byte a character, without the parser of commands", () => {
  const chunks = path.join(PROJECT, "dist", "chunks");
  const texts = readdirSync(chunks).map((name) => ({
    name,
    text: readFileSync(path.join(chunks, name), "utf8"),
  }));
  for (const { name, text } of texts) assert.doesNotMatch(text, /[^\0-\xff]/, name);
  const [start, ...more] = texts.filter(({ name }) => name.startsWith("start-"));
  assert.ok(start !== undefined && more.length === 0);
  assert.doesNotMatch(start.text, /CommanderError/);
});

test("what is published has the same modes under every umask", { skip: isWindows }, async () => {
  const root = path.join(folder.path, "modes");
  const { files: published } = JSON.parse(readFileSync(path.join(PROJECT, "package.json"), "utf8")) as {
    files: string[];
  };
  mkdirSync(path.join(root, "dist", "chunks"), { recursive: true, mode: 0o700 });
  cpSync(path.join(PROJECT, "package.json"), path.join(root, "package.json"));
  const documents = [...published.filter((name) => name !== "dist"), "README.md", "LICENSE"];
  const names = [...documents, "dist/main.js", "dist/chunks/one.js"];
  for (const name of names) writeFileSync(path.join(root, name), "", { mode: 0o600 });
  await run(process.execPath, [path.join(PROJECT, ".config", "modes.mjs"), root]);
  const mode = (name: string): number => statSync(path.join(root, name)).mode & 0o777;
  assert.deepEqual(
    names.map(mode),
    names.map((name) => (name === "dist/main.js" ? 0o755 : 0o644)),
  );
  assert.deepEqual(["dist", "dist/chunks"].map(mode), [0o755, 0o755]);
  assert.match(readFileSync(path.join(PROJECT, "package.json"), "utf8"), /"prepack": "[^"]*modes\.mjs"/);
});
