// `npm run test:mutants` takes minutes, so it is not part of `npm test`; that its faults still fit the sources is.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { REQUIREMENTS } from "../requirements.ts";
import { PROJECT } from "../support/project/program.ts";

interface Mutant {
  readonly id: string;
  readonly what: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** What the specifications say MUST about authorization: each needs at least one fault that its tests catch. */
const MUSTS = ["DISC-1", "DISC-2", "DISC-4", "DISC-5", "DISC-6", "DISC-9", "REG-2", "REG-3", "REG-6"].concat([
  "AUTH-1",
  "AUTH-2",
  "AUTH-5",
  "AUTH-7",
  "AUTH-8",
  "TOK-1",
  "TOK-2",
]);

const folder = path.join(PROJECT, "test", "mutants");
const lists = readdirSync(folder).filter((name) => name.endsWith(".mutants.mjs"));
const mutants: Mutant[] = [];
for (const name of lists)
  mutants.push(...(await import(pathToFileURL(path.join(folder, name)).href)).default);

test("every planted fault has its place in the sources, once", () => {
  const lost = mutants.filter(
    ({ file, from }) => readFileSync(path.join(PROJECT, file), "utf8").split(from).length !== 2,
  );
  assert.deepEqual(lost, []);
  for (const { id, from, to } of mutants) {
    assert.ok(id in REQUIREMENTS, id);
    assert.notEqual(from, to);
  }
});

/** Types and a list of names: nothing there can go wrong. */
const ONLY_TYPES = ["src/core/ports"];

test("every folder of src has a planted fault", () => {
  const all = readdirSync(path.join(PROJECT, "src"), { recursive: true }).map(String);
  const sources = all
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `src/${file.replaceAll("\\", "/")}`);
  const planted = new Set(mutants.map(({ file }) => path.posix.dirname(file)));
  assert.deepEqual(
    [...new Set(sources.map((file) => path.posix.dirname(file)))].filter((name) => !planted.has(name)),
    ONLY_TYPES,
  );
});

test("every MUST about authorization has a planted fault", () => {
  assert.deepEqual(
    MUSTS.filter((id) => !mutants.some((mutant) => mutant.id === id)),
    [],
  );
});
