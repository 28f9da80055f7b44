// The published schemas of `--json`, and whether a document keeps to one.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { PROJECT } from "../project/program.ts";

/** Fails the test unless `document` is what the schema `dist/schemas/<name>.schema.json` says. */
export function assertSchema(name: string, document: unknown): void {
  const file = path.join(PROJECT, "dist", "schemas", `${name}.schema.json`);
  const schema = JSON.parse(readFileSync(file, "utf8")) as object;
  const validate = new Ajv2020({ strict: true, strictRequired: false, allErrors: true }).compile(schema);
  assert.ok(validate(document), JSON.stringify(validate.errors, undefined, 2));
}
