// Runs the compiled tests group by group, each within its time budget, on the Node that started this file.
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { readdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

const root = path.resolve(import.meta.dirname, "..");
const compiled = path.join(root, "build", "test");

/** A test file belongs to the first group that names a folder of its path; the last takes the rest. */
const GROUPS = [
  { name: "authorization", budgetS: 150, testS: 120, folders: ["authorization"] },
  { name: "conformance", budgetS: 180, testS: 175, folders: ["conformance"] },
  { name: "processes", budgetS: 200, testS: 120, folders: ["processes"] },
  { name: "answers", budgetS: 120, testS: 115, folders: ["answers"] },
  { name: "hosts", budgetS: 120, testS: 90, folders: ["hosts"] },
  { name: "commands", budgetS: 150, testS: 90, folders: ["commands"] },
  { name: "unit", budgetS: 90, testS: 20, folders: ["unit", "project"] },
  { name: "integration", budgetS: 90, testS: 60, folders: ["integration"] },
  { name: "programs", budgetS: 90, testS: 90, folders: [] },
];
/**
 * The budgets leave room for a slow group; all groups together have no more than this. Twelve minutes is the aim on two
 * cores, and a computer that is a quarter slower passes.
 */
const MOST_S = 900;
const HELP = `npm test -- [group]... [--only <text in the path>]... [--seed <number>]

Runs all groups, or the named ones: ${GROUPS.map(({ name }) => name).join(", ")}.
A group has a time budget, and each of its tests a limit; all groups together have ${MOST_S} s. Random tests begin with the seed that is printed first.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", multiple: true, default: [] },
    seed: { type: "string", default: process.env.DRAWBRIDGE_TEST_SEED ?? String(randomInt(1_000_000)) },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const unknown = positionals.find((name) => !GROUPS.some((group) => group.name === name));
if (unknown !== undefined) fail(`There is no group ${unknown}.\n\n${HELP}`);
if (!/^\d{1,9}$/.test(values.seed))
  fail(`The seed is a whole number below 1,000,000,000, not ${values.seed}.`);

const files = readdirSync(compiled, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith(".test.js") && values.only.every((text) => file.includes(text)));
const chosen = [...GROUPS]
  .reverse()
  .filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  .map((group) => ({ group, files: files.filter((file) => groupOf(file) === group).sort() }))
  .filter((one) => one.files.length > 0);
if (chosen.length === 0) fail("No test file found.");

/**
 * The programs that tests start look for these in the environment of whoever starts them: the tests' own. Nobody's
 * screen, browser or keychain is to be part of a test.
 */
const SESSION = [
  "DISPLAY",
  "WAYLAND_DISPLAY",
  "XAUTHORITY",
  "XDG_RUNTIME_DIR",
  "DBUS_SESSION_BUS_ADDRESS",
  "BROWSER",
];
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !SESSION.includes(name)),
);

console.log(`Node ${process.version} (${process.execPath}), seed ${values.seed}`);
const summary = [];
for (const one of chosen) summary.push(await run(one.group, one.files));
const totalS = summary.reduce((sum, row) => sum + row.seconds, 0);
summary.push({
  ok: totalS <= MOST_S,
  text: rowText(totalS <= MOST_S ? "ok" : "OVER BUDGET", "together", totalS, MOST_S),
});
console.log(`\n${summary.map((row) => row.text).join("\n")}`);
process.exitCode = summary.every((row) => row.ok) ? 0 : 1;

function groupOf(file) {
  const folders = path.dirname(file).split(path.sep);
  return GROUPS.find((group) => group.folders.some((folder) => folders.includes(folder))) ?? GROUPS.at(-1);
}

async function run({ name, budgetS, testS }, mine) {
  console.log(`\n== ${name}: ${mine.length} files, at most ${budgetS} s, each test at most ${testS} s`);
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [
      "--enable-source-maps",
      "--import=./test/time-limit.mjs",
      "--test",
      "--test-concurrency=3",
      "--test-reporter=spec",
      ...mine.map((file) => path.join(compiled, file)),
    ],
    {
      stdio: "inherit",
      cwd: root,
      env: {
        ...environment,
        DRAWBRIDGE_TEST_NODE: process.version,
        DRAWBRIDGE_TEST_SEED: values.seed,
        DRAWBRIDGE_TEST_LIMIT: String(testS),
      },
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
  return { ok: code === 0 && !overdue, seconds, text: rowText(verdict, name, seconds, budgetS) };
}

function rowText(verdict, name, seconds, budgetS) {
  return `${verdict.padEnd(12)}${name}: ${seconds.toFixed(1)} s of ${budgetS} s`;
}

function fail(text) {
  console.error(text);
  process.exit(1);
}
