import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryBudget } from "../../../../src/bridge/transport/memory-budget.ts";
import { MemoryLedger } from "../../../../src/bridge/transport/memory-ledger.ts";
import { manualClock } from "../../../support/clocks/manual-clock.ts";

const MIB = 1 << 20;

test("[LIFE-4] over the bound one message goes on, and the others when there is room", () => {
  const memoryBudget = createMemoryBudget(manualClock(), new MemoryLedger(512 << 20));
  const turns: string[] = [];
  const [a, b, c] = ["a", "b", "c"].map((name) => memoryBudget.enter(() => turns.push(name), assert.fail));
  assert.ok(a && b && c);
  a.grow(3 * MIB);
  b.grow(3 * MIB);
  assert.deepEqual([a.mayGrow(), b.mayGrow(), c.mayGrow()], [true, true, true]);
  c.grow(3 * MIB);
  assert.deepEqual([a.mayGrow(), b.mayGrow(), c.mayGrow()], [true, false, false]);
  a.grow(30 * MIB);
  assert.equal(a.mayGrow(), true, "however large: somebody must come to an end");
  a.leave();
  a.leave();
  assert.deepEqual(turns, ["b", "c"]);
  assert.deepEqual([b.mayGrow(), c.mayGrow()], [true, true]);
});

test("[LIFE-4] a message that stands still does not hold up the others", async () => {
  const clock = manualClock();
  const memoryBudget = createMemoryBudget(clock, new MemoryLedger(512 << 20));
  const turns: string[] = [];
  const stalled = memoryBudget.enter(() => turns.push("stalled"), assert.fail);
  const other = memoryBudget.enter(() => turns.push("other"), assert.fail);
  stalled.grow(20 * MIB);
  other.grow(MIB);
  assert.equal(other.mayGrow(), false);
  await clock.advance(1_000);
  assert.deepEqual(turns, ["other"]);
  assert.deepEqual([stalled.mayGrow(), other.mayGrow()], [false, true]);
  await clock.advance(1_000);
  assert.equal(stalled.mayGrow(), true);
  stalled.leave();
  await clock.advance(5_000);
  assert.equal(other.mayGrow(), true);
});
