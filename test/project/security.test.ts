// SECURITY.md names a test for each threat: one that was renamed or removed guards nothing.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { PROJECT } from "../support/project/program.ts";

const read = (name: string): string => readFileSync(path.join(PROJECT, name), "utf8");

test("every threat in SECURITY.md has a test, and each of these tests exists", () => {
  const [, table = ""] = read("SECURITY.md").split("## Threats");
  const rows = table.split("\n").filter((line) => line.startsWith("| ") && !/^\| (threat|---) /.test(line));
  assert.ok(rows.length > 20, "the rows were found");
  for (const row of rows) {
    const [, file = "", title = ""] = /^\| .+? \| `(test\/[^`]+\.test\.ts)`: (.+) \|$/.exec(row) ?? [];
    assert.ok(existsSync(path.join(PROJECT, file)) && file !== "", row);
    // Behind the requirements that it cites, up to its end.
    const titles = [...read(file).matchAll(/\btest\(\s*"((?:[^"\\]|\\.)*)"/g)].map(([, found = ""]) => found);
    assert.ok(
      titles.some((found) => found.replace(/^(?:\[[^\]]+\] )+/, "") === title),
      `no test of that title in ${file}: ${title}`,
    );
  }
});

test("the workflow checks signatures and advisories of what is installed", () => {
  const workflow = read(".github/workflows/ci.yml");
  for (const step of ["npm audit signatures", "npm audit --audit-level=high"])
    assert.ok(workflow.includes(`- run: ${step}\n`), step);
});
