// Holds the tests to the list of requirements, and the list to the tests.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { NOT_YET_COVERED, REQUIREMENTS } from "../requirements.ts";
import { PROJECT } from "../support/project/program.ts";

/** Ids in brackets, also several in one pair. */
const CITATION = /\[([A-Z]+-\d+(?:,? [A-Z]+-\d+)*)\]/g;

/** Every cited id with the files that cite it. */
function citations(): Map<string, string[]> {
  const folder = path.join(PROJECT, "test");
  const found = new Map<string, string[]>();
  for (const file of readdirSync(folder, { recursive: true }).map(String)) {
    if (!file.endsWith(".test.ts")) continue;
    const text = readFileSync(path.join(folder, file), "utf8");
    for (const [, ids = ""] of text.matchAll(CITATION))
      for (const id of ids.split(/,? /)) found.set(id, [...(found.get(id) ?? []), file]);
  }
  return found;
}

test("tests cite known requirements only", () => {
  const unknown = [...citations()].filter(([id]) => !(id in REQUIREMENTS));
  assert.deepEqual(unknown, []);
});

test("every requirement is cited by a test, or listed as not yet covered", () => {
  const cited = citations();
  const missing = Object.keys(REQUIREMENTS).filter((id) => !cited.has(id));
  const unlisted = missing.filter((id) => !NOT_YET_COVERED.some((listed) => listed === id));
  assert.deepEqual(unlisted, [], "no test cites these");
  const stale = NOT_YET_COVERED.filter((id) => cited.has(id));
  assert.deepEqual(stale, [], "tests cite these by now: take them off the list");
});
