import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { Failure } from "../../src/core/failure/failure.ts";
import { FAILURES, type FailureCode } from "../../src/core/failure/failure-table.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const readme = readFileSync(path.join(root, "README.md"), "utf8");

test("[CLI-1] the README's help and error table are the program's own", () => {
  const { status, stderr } = spawnSync(process.execPath, [path.join(root, ".config/readme.mjs"), "--check"], {
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
});

test("every failure's docs anchor is a heading of the README", () => {
  const anchors = new Set(
    [...readme.matchAll(/^#+ (.+)$/gm)].map(([, title]) => (title ?? "").toLowerCase()),
  );
  for (const code of Object.keys(FAILURES)) {
    const { docs } = new Failure(code as FailureCode, "").data();
    assert.ok(anchors.has(docs.split("#")[1] ?? ""), code);
  }
});

test("every file the README links to exists", () => {
  for (const [, target = ""] of readme.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)) {
    assert.ok(existsSync(path.join(root, target)), target);
  }
});
