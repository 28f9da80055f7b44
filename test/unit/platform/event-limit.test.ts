import assert from "node:assert/strict";
import { test } from "node:test";
import { EventLimit } from "../../../src/platform/logging/event-limit.ts";

test("[DIAG-2] of one kind of event 500 a second are written, and the next second says how many were not", () => {
  const limit = new EventLimit();
  const admitted = (name: string, count: number) =>
    Array.from({ length: count }, () => limit.admits(name)).filter(Boolean).length;
  assert.deepEqual(limit.ended(10_000), []);
  assert.equal(admitted("http.request", 2_000), 500);
  assert.equal(admitted("host.request", 20), 20, "other kinds have room of their own");
  assert.deepEqual(limit.ended(10_999), []);
  assert.equal(admitted("http.request", 1), 0);
  assert.deepEqual(limit.ended(11_000), [["http.request", 1_501]]);
  assert.equal(admitted("http.request", 2_000), 500);
  assert.deepEqual(limit.ended(Number.POSITIVE_INFINITY), [["http.request", 1_500]]);
});
