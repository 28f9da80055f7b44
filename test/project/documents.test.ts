// ARCHITECTURE.md and CONTRIBUTING.md say where things are: a folder that is not in the table, or a path that is gone, fails.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { PROJECT } from "../support/project/program.ts";

const DOCUMENTS = ["ARCHITECTURE.md", "CONTRIBUTING.md"];
const read = (name: string): string => readFileSync(path.join(PROJECT, name), "utf8");

function foldersOfSrc(): string[] {
  const entries = readdirSync(path.join(PROJECT, "src"), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const folders = files.map((entry) => path.relative(PROJECT, entry.parentPath).replaceAll("\\", "/"));
  // A folder of folders alone has no files of its own, and is named by those below it.
  return [...new Set(folders)].sort();
}

test("ARCHITECTURE.md has a row for every folder of src, and no other", () => {
  const rows = [...read("ARCHITECTURE.md").matchAll(/^\| `(src\/[^`]*)` \|/gm)].map(([, folder]) => folder);
  const named = rows.filter((row) => row !== undefined && !row.endsWith(".ts"));
  assert.deepEqual([...new Set(named)].sort(), foldersOfSrc());
});

for (const document of DOCUMENTS) {
  test(`every path and link in ${document} exists`, () => {
    const text = read(document);
    const paths = [...text.matchAll(/`((?:src|test|\.config)\/[^`\s]*)`/g)].map(([, found = ""]) => found);
    const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, found = ""]) => found);
    assert.ok(paths.length > 5, "the paths were found");
    assert.deepEqual(
      [...paths, ...links].filter((found) => !existsSync(path.join(PROJECT, found))),
      [],
    );
  });
}

test("the documents keep to two pages and one", () => {
  const lines = DOCUMENTS.map((name) => read(name).split("\n").length);
  assert.ok((lines[0] ?? 0) < 240 && (lines[1] ?? 0) < 100, `${lines}`);
});
