import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryLedger } from "../../../../src/bridge/transport/memory-ledger.ts";

test("[LIM-2] over the limit the newest that hold something are given up, until there is room", () => {
  const ledger = new MemoryLedger(100);
  const over: string[] = [];
  const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => ledger.enter(() => over.push(name)));
  assert.ok(a && b && c && d);
  a.grow(40);
  b.grow(30);
  c.grow(30);
  assert.deepEqual(over, []);
  a.grow(80);
  assert.deepEqual(over, ["c", "b"], "d holds nothing");
  b.grow(1_000);
  assert.deepEqual(over, ["c", "b"], "who was given up does not count any more");
  d.grow(20);
  assert.deepEqual(over, ["c", "b"]);
  a.leave();
  a.leave();
  d.grow(100);
  assert.deepEqual(over, ["c", "b"]);
  d.grow(101);
  assert.deepEqual(over, ["c", "b", "d"]);
});
