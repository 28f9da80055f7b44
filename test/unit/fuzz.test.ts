// A short run of each target of `npm run fuzz`; the workflow gives each five seconds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TARGETS } from "../fuzz/targets.ts";
import { testSeed } from "../support/clocks/seeded.ts";

const INPUTS = 2_000;

function same(name: string): void {
  const first = testSeed() * INPUTS;
  for (let seed = first; seed < first + INPUTS; seed += 1)
    assert.equal(TARGETS[name]?.(seed), undefined, `npm run fuzz -- ${name} --seed ${seed}`);
}

test("[LIFE-10] random JSON is taken or refused as JSON.parse does", () => same("json"));

test("[LIFE-5] random input has the same lines, however it is cut", () => same("lines"));

test("[NET-1] random event streams have the events of the standard, however they are cut", () => same("sse"));

test("[DISC-2] random challenges that keep to the grammar are read by it", () => same("www-authenticate"));

test("[LIFE-7] random patterns match what the regular expression does", () => same("glob"));

test("[DIAG-1] in random text no piece of a random secret remains", () => same("known-secrets"));

test("[VAULT-2] a random record is read as it was written, and not at all once it was cut or changed", () =>
  same("record"));

test("every target of the fuzzer has a test here", () => assert.equal(Object.keys(TARGETS).length, 7));
