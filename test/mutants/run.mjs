// `npm run test:mutants`: breaks the program in one place at a time, and fails when the tests that cite the broken
// promise stay green. Works in a copy; needs the project to be built and compiled (the npm script does it).
//   node test/mutants/run.mjs [--only <id>]...
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { transform } from "rolldown/utils";

const root = path.resolve(import.meta.dirname, "../..");
/** A fault may leave a test waiting for a person who never comes. Counts for whole files, too. */
const ONE_TEST_MS = 60_000;
const AT_MOST_MS = 240_000;

const only = process.argv.flatMap((word, at, all) => (all[at - 1] === "--only" ? [word] : []));
const mutants = (await readMutants()).filter(({ id }) => only.length === 0 || only.includes(id));
if (mutants.length === 0) fail("No mutant of that name.");
const tests = citingTests();

const copy = mkdtempSync(path.join(tmpdir(), "drawbridge-mutants-"));
// All of it: some tests read the README or the lockfile.
for (const name of readdirSync(root))
  if (name !== "node_modules" && name !== ".git")
    cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
const rows = [];
const known = new Map();
try {
  for (const mutant of mutants) {
    const row = await tryOut(mutant);
    rows.push(row);
    console.log(`${row.verdict.padEnd(9)} ${mutant.id.padEnd(8)} ${mutant.what} (${row.detail})`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
const survivors = rows.filter(({ verdict }) => verdict !== "caught");
console.log(`\n${rows.length - survivors.length} of ${rows.length} faults were caught.`);
process.exitCode = survivors.length > 0 ? 1 : 0;

/** Every `*.mutants.mjs` beside this file: `{ id, what, file, from, to }`, `from` being text that the file has once. */
async function readMutants() {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".mutants.mjs"));
  const lists = await Promise.all(files.sort().map((name) => import(`./${name}`)));
  return lists.flatMap((list) => list.default);
}

/** Requirement id to the compiled test files that cite it. */
function citingTests() {
  const found = new Map();
  for (const name of readdirSync(path.join(root, "test"), { recursive: true }).map(String)) {
    if (!name.endsWith(".test.ts")) continue;
    const text = readFileSync(path.join(root, "test", name), "utf8");
    for (const [, ids] of text.matchAll(/\[([A-Z]+-\d+(?:,? [A-Z]+-\d+)*)\]/g))
      for (const id of ids.split(/,? /))
        found.set(id, new Set(found.get(id)).add(path.join("build", "test", name.replace(/\.ts$/, ".js"))));
  }
  return found;
}

async function tryOut({ id, file, from, to }) {
  const source = readFileSync(path.join(copy, file), "utf8");
  const times = source.split(from).length - 1;
  if (times !== 1) return { verdict: "STALE", detail: `${file} has the text ${times} times` };
  const all = [...(tests.get(id) ?? [])].sort();
  if (all.length === 0) return { verdict: "SURVIVED", detail: "no test cites it" };
  const broken = source.replace(from, () => to);
  try {
    // Quick ones first: the first red test decides.
    for (const group of [all.filter((name) => !isSlow(name)), all.filter(isSlow)]) {
      if (group.length === 0) continue;
      await put(file, source, group);
      const before = await asItIs(id, group);
      if (before.code !== 0) return { verdict: "RED", detail: `fails without the fault, too: ${before.red}` };
      await put(file, broken, group);
      const { code, red } = await runTests(id, group);
      if (code !== 0) return { verdict: "caught", detail: red };
    }
    return { verdict: "SURVIVED", detail: `${all.length} files stay green` };
  } finally {
    await put(file, source, []);
  }
}

/** How these tests of a requirement end as things are; asked once. */
async function asItIs(id, files) {
  const key = `${id} ${files}`;
  if (!known.has(key)) known.set(key, await runTests(id, files));
  return known.get(key);
}

/** Slow: needs the bundle. */
function isSlow(name) {
  return name.includes(`${path.sep}e2e${path.sep}`) || name.includes(`${path.sep}conformance${path.sep}`);
}

/** Writes a source of the copy, its compiled form, and the bundle where one of the tests is going to start it. */
async function put(file, source, files) {
  writeFileSync(path.join(copy, file), source);
  const { code } = await transform(file, source, { target: "node20.19" });
  const compiled = code.replace(/(["'])(\.{1,2}\/[^"']+)\.ts\1/g, "$1$2.js$1");
  writeFileSync(path.join(copy, "build", file.replace(/\.ts$/, ".js")), compiled);
  if (files.some(isSlow)) await call([path.join(copy, ".config", "build.mjs")]);
}

async function runTests(id, files) {
  const pattern = `\\[[^\\]]*${id}[\\],]`;
  const args = [
    "--test",
    "--test-reporter=tap",
    `--test-timeout=${ONE_TEST_MS}`,
    `--test-name-pattern=${pattern}`,
    ...files,
  ];
  const { code, text } = await call(args);
  if (process.env.MUTANTS_VERBOSE && code !== 0) console.log(text);
  const red = /^\s*not ok \d+ - (.+)$/m.exec(text)?.[1] ?? "it did not come to an end";
  return { code, red: red.slice(0, 80) };
}

function call(args) {
  return new Promise((done) => {
    // Few of the random worlds: other tests of the same ids find most of these faults, too.
    const env = { DRAWBRIDGE_TEST_WORLDS: "60", ...process.env };
    const child = spawn(process.execPath, args, { cwd: copy, env, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        text += chunk;
      });
    const timer = setTimeout(() => child.kill("SIGKILL"), AT_MOST_MS);
    child.once("close", (code) => {
      clearTimeout(timer);
      done({ code: code ?? 1, text });
    });
  });
}

function fail(text) {
  console.error(text);
  process.exit(1);
}
