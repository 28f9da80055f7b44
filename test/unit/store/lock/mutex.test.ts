import assert from "node:assert/strict";
import test from "node:test";
import { Mutex } from "../../../../src/store/lock/mutex.ts";

const free = new AbortController().signal;

test("[PROC-1] tasks of one process take turns, in order, also after one failed", async () => {
  const turns = new Mutex();
  const order: string[] = [];
  const task = (name: string) => async () => {
    order.push(`${name} begins`);
    await Promise.resolve();
    order.push(`${name} ends`);
    if (name === "a") throw new Error("a failed");
  };
  const a = turns.take(free, task("a"));
  const b = turns.take(free, task("b"));
  await assert.rejects(a, /a failed/);
  await b;
  assert.deepEqual(order, ["a begins", "a ends", "b begins", "b ends"]);
});

test("[PROC-1] who stops waiting lets nobody pass", async () => {
  const turns = new Mutex();
  let finish = () => {};
  const first = turns.take(free, () => new Promise<void>((done) => (finish = done)));
  const impatient = new AbortController();
  const second = turns.take(impatient.signal, async () => assert.fail("called off"));
  let thirdRan = false;
  const third = turns.take(free, async () => {
    thirdRan = true;
  });
  impatient.abort(new Error("enough"));
  await assert.rejects(second, /enough/);
  assert.equal(thirdRan, false);
  finish();
  await Promise.all([first, third]);
  assert.equal(thirdRan, true);
});
