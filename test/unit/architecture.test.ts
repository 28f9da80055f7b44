// The rules that keep the code in its shape: who may import whom, where the world outside is touched, how large a file is.
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { PROJECT } from "../support/project/program.ts";
import { readSources, type SourceFile, sourceFile } from "../support/project/source-text.ts";

const ROOT = PROJECT;
const MAX_LINES = 250;
const MIDDLE = ["bridge", "auth", "store", "platform"];
/** What a layer may import, besides itself. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  cli: ["app", "core"],
  app: [...MIDDLE, "core"],
  ...Object.fromEntries(MIDDLE.map((layer) => [layer, ["core"]])),
  core: [],
};
/** Time, randomness, network, terminal and process belong to `platform`; the rest gets them as arguments. */
const WORLD: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["process", /(?<![\w$.#"'-])process\s*(?:\.|\[|\?\.)/],
  ["Date.now", /\bDate\.now\b/],
  ["new Date()", /\bnew Date\(\s*\)/],
  ["a timer", /(?<![\w$.#])(?:setTimeout|setInterval|setImmediate)\s*\(/],
  ["performance", /(?<![\w$.#])performance\./],
  ["Math.random", /\bMath\.random\b/],
  ["console", /(?<![\w$.#])console\./],
  ["global fetch", /(?<![\w$.#])(?:globalThis\.)?fetch\s*\((?!\s*[\w{}\s,]+:)/],
];
const OUTSIDE = new Set(["src/cli/main.ts"]);
/** The exit code is main's decision; the hard limit has nobody left to ask. */
const MAY_EXIT = new Set(["src/cli/main.ts", "src/platform/process/lifecycle.ts"]);

/** Where words of ours leave the process: what says a failure, a notice or an event, and what commands say. */
const WAYS_OUT = [
  "src/app/adapters.ts",
  "src/app/connect.ts",
  "src/app/refuse-host.ts",
  "src/app/write-out.ts",
  "src/cli/command-line/output.ts",
  "src/cli/main.ts",
  "src/cli/run.ts",
  "src/platform/logging/debug-stderr.ts",
  "src/platform/logging/diagnostics.ts",
];

const sources = readSources(ROOT, ["src", "test", "examples"]);
const program = sources.filter(({ path: file }) => file.startsWith("src/"));

test("layers import downwards only, and the middle ones not each other", () => {
  assert.deepEqual(program.flatMap(upwardImports), []);
});

test("no file imports itself, over any number of others", () => {
  assert.deepEqual(cycles(sources), []);
});

test("no folder imports itself, over any number of its neighbours", () => {
  const parents = new Set(program.flatMap(({ path: file }) => parentsOf(file)));
  assert.deepEqual([...parents].flatMap(folderCycles), []);
});

test(`no file has more than ${MAX_LINES} lines`, () => {
  const long = sources
    .map(({ path: file, text }) => ({ file, lines: text.split("\n").length - 1 }))
    .filter(({ lines }) => lines > MAX_LINES);
  assert.deepEqual(long, []);
});

test("each npm dependency of the program has one home", () => {
  const homes = new Map<string, Set<string>>();
  for (const { path: file, imports } of program) {
    for (const { specifier } of imports) {
      if (/^(?:\.|node:)/.test(specifier)) continue;
      const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
      homes.set(name, (homes.get(name) ?? new Set()).add(file));
    }
  }
  const shared = [...homes].filter(([, files]) => files.size > 1).map(([name, files]) => [name, ...files]);
  assert.deepEqual(shared, []);
});

test("the world outside is touched in platform and main only", () => {
  const inner = program.filter(({ path: file }) => !file.startsWith("src/platform/") && !OUTSIDE.has(file));
  assert.deepEqual(inner.flatMap(worldly), []);
});

test("[DIAG-1] words leave in few places, each of which hides secrets", () => {
  const ways = program.filter(({ code }) => /\bwriteOut\(|\bstd(?:out|err)\.write\(/.test(code));
  assert.deepEqual([...names(ways)].sort(), WAYS_OUT);
});

test("only main and the hard limit end the process", () => {
  const ending = program.filter(
    ({ path: file, code }) =>
      !MAY_EXIT.has(file) && /\bprocess\s*\.\s*(?:exit|exitCode|abort|reallyExit)\b/.test(code),
  );
  assert.deepEqual(names(ending), []);
});

test("no `any`, no `!` against a type, nowhere", () => {
  const loose = sources.filter(({ code }) =>
    /(?:[:<|&,]|\bas)\s*any\b(?!\s*[:(])|[\w)\]]!(?:\.|\[|;|\))/.test(code),
  );
  assert.deepEqual(names(loose), []);
});

test("the rules see what they should", () => {
  const bad = sourceFile(
    "src/core/bad.ts",
    'import { x } from "../auth/y.ts";\nconst z = await import("../cli/z.ts");\n// Date.now()\nconst a = process.env.A; const b = "console.log"; const c = 1 / Date.now() / 2;\n',
  );
  assert.deepEqual(upwardImports(bad), [
    "src/core/bad.ts imports src/auth/y.ts",
    "src/core/bad.ts imports src/cli/z.ts",
  ]);
  assert.deepEqual(worldly(bad), ["src/core/bad.ts: process", "src/core/bad.ts: Date.now"]);
  const ring = [
    sourceFile("src/a.ts", 'export { b } from "./b.ts";'),
    sourceFile("src/b.ts", 'import "./a.ts";'),
  ];
  assert.equal(cycles(ring).length, 1);
});

function upwardImports({ path: file, imports }: SourceFile): string[] {
  const layer = layerOf(file);
  const allowed = BELOW[layer];
  assert.ok(allowed !== undefined, `${file} is in no layer`);
  return imports
    .filter(({ specifier }) => specifier.startsWith("."))
    .map(({ specifier }) => resolve(file, specifier))
    .filter((target) => layerOf(target) !== layer && !allowed.includes(layerOf(target)))
    .map((target) => `${file} imports ${target}`);
}

function worldly({ path: file, code }: SourceFile): string[] {
  // A parameter of that name is somebody's description of a process, not ours.
  const own = /[{(,]\s*process\s*[,})]/.test(code) ? ["process"] : [];
  return WORLD.filter(([name, pattern]) => pattern.test(code) && !own.includes(name)).map(
    ([name]) => `${file}: ${name}`,
  );
}

/** `src/a/b.ts` lies in `src` and in `src/a`. */
function parentsOf(file: string): string[] {
  const parts = file.split("/").slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}

/** Circles among what lies directly in a folder, files and folders alike. */
function folderCycles(folder: string): string[][] {
  const childOf = (file: string): string | undefined =>
    file.startsWith(`${folder}/`) ? file.slice(folder.length + 1).split("/")[0] : undefined;
  const graph = new Map<string, Set<string>>();
  for (const { path: file, imports } of program) {
    const from = childOf(file);
    if (from === undefined) continue;
    const to = imports
      .filter(({ specifier }) => specifier.startsWith("."))
      .flatMap(({ specifier }) => childOf(resolve(file, specifier)) ?? []);
    graph.set(from, new Set([...(graph.get(from) ?? []), ...to.filter((name) => name !== from)]));
  }
  return circles(graph).map((circle) => circle.map((name) => `${folder}/${name}`));
}

/** Each as the files along it. */
function cycles(files: readonly SourceFile[]): string[][] {
  const graph = new Map(
    files.map(({ path: file, imports }) => [
      file,
      imports
        // Types count, though they are gone when the program runs: a reader has to follow them.
        .filter(({ specifier }) => specifier.startsWith("."))
        .map(({ specifier }) => resolve(file, specifier)),
    ]),
  );
  return circles(graph);
}

function circles(graph: ReadonlyMap<string, Iterable<string>>): string[][] {
  const done = new Set<string>();
  const found: string[][] = [];
  const walk = (file: string, trail: readonly string[]): void => {
    const back = trail.indexOf(file);
    if (back >= 0) found.push([...trail.slice(back), file]);
    if (back >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return found;
}

function resolve(from: string, specifier: string): string {
  return path.posix.join(path.posix.dirname(from), specifier);
}

function layerOf(file: string): string {
  return file.split("/")[1] ?? "";
}

function names(files: readonly SourceFile[]): readonly string[] {
  return files.map(({ path: file }) => file);
}
