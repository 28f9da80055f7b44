// Runs the compiled tests group by group, each within its time budget, on the Node that started this file.
//   node test/run.mjs [--only <text in the path>]...
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const compiled = path.join(root, "build", "test");

/** A test file belongs to the first group that names a folder of its path; the last takes the rest. */
const GROUPS = [
  {
    name: "authorization",
    budgetS: 180,
    folders: ["authorization", "conformance"],
  },
  { name: "processes", budgetS: 150, folders: ["processes"] },
  { name: "answers", budgetS: 120, folders: ["answers"] },
  { name: "foundation", budgetS: 90, folders: [] },
];

const only = process.argv.flatMap((word, at, all) => (all[at - 1] === "--only" ? [word] : []));
const files = readdirSync(compiled, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith(".test.js") && only.every((text) => file.includes(text)));
if (files.length === 0) fail("No test file found.");

console.log(`Node ${process.version} (${process.execPath})`);
const summary = [];
for (const group of [...GROUPS].reverse()) {
  const mine = files.filter((file) => groupOf(file) === group).sort();
  if (mine.length > 0) summary.push(await run(group, mine));
}
console.log(`\n${summary.map((row) => row.text).join("\n")}`);
process.exitCode = summary.every((row) => row.ok) ? 0 : 1;

function groupOf(file) {
  const folders = path.dirname(file).split(path.sep);
  return GROUPS.find((group) => group.folders.some((folder) => folders.includes(folder))) ?? GROUPS.at(-1);
}

async function run({ name, budgetS }, mine) {
  console.log(`\n== ${name}: ${mine.length} files, at most ${budgetS} s`);
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [
      "--enable-source-maps",
      "--test",
      "--test-concurrency=3",
      "--test-reporter=spec",
      ...mine.map((file) => path.join(compiled, file)),
    ],
    {
      stdio: "inherit",
      cwd: root,
      env: { ...process.env, DRAWBRIDGE_TEST_NODE: process.version },
    },
  );
  let overdue = false;
  const timer = setTimeout(() => {
    overdue = true;
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), 5_000).unref();
  }, budgetS * 1_000);
  const code = await new Promise((done) => child.once("exit", done));
  clearTimeout(timer);
  const seconds = (performance.now() - started) / 1_000;
  const verdict = overdue ? "OVER BUDGET" : code === 0 ? "ok" : "FAILED";
  return {
    ok: code === 0 && !overdue,
    text: `${verdict.padEnd(12)}${name}: ${seconds.toFixed(1)} s of ${budgetS} s`,
  };
}

function fail(text) {
  console.error(text);
  process.exit(1);
}
