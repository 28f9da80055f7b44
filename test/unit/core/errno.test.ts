import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { codeOf, hasCode } from "../../../src/core/errno.ts";

test("the code of a thrown value is read off whatever was thrown", () => {
  assert.throws(
    () => readFileSync("/there/is/no/such/file"),
    (error) => codeOf(error) === "ENOENT" && hasCode(error, "EACCES", "ENOENT") && !hasCode(error, "EACCES"),
  );
  assert.equal(codeOf({ code: "EPERM" }), "EPERM");
  for (const other of [undefined, null, "ENOENT", new Error("ENOENT"), { code: 3 }]) {
    assert.equal(codeOf(other), undefined);
    assert.equal(hasCode(other, "ENOENT"), false);
  }
});
