import assert from "node:assert/strict";
import test from "node:test";
import { Deadline, unlessAborted, within } from "../../../src/core/deadline.ts";
import { manualClock } from "../../support/clocks/manual-clock.ts";

const never = new Promise<never>(() => {});

test("a deadline aborts when its time is up, not before, and not when it was called off", async () => {
  const clock = manualClock();
  const kept = new Deadline(clock, 100);
  const calledOff = new Deadline(clock, 100);
  await clock.advance(99);
  assert.deepEqual([kept.passed, kept.signal.aborted], [false, false]);
  calledOff.cancelTimer();
  await clock.advance(1);
  assert.deepEqual([kept.passed, kept.signal.aborted], [true, true]);
  assert.deepEqual([calledOff.passed, calledOff.signal.aborted], [false, false]);
});

test("a deadline whose outer signal aborts has not passed", async () => {
  const clock = manualClock();
  const outer = new AbortController();
  const deadline = new Deadline(clock, 100, outer.signal);
  outer.abort(new Error("left"));
  await clock.advance(100);
  assert.equal(deadline.passed, false);
  assert.equal((deadline.signal.reason as Error).message, "left");
});

test("within gives what the work gives, or what is said when it is late", async () => {
  const clock = manualClock();
  const late = () => "late";
  assert.equal(await within(clock, 100, Promise.resolve("done"), late), "done");
  await assert.rejects(within(clock, 100, Promise.reject(new Error("failed")), late), /failed/);
  const waiting = within(clock, 100, never, late);
  await clock.advance(100);
  assert.equal(await waiting, "late");
  const failing = within(clock, 100, never, () => assert.fail("too late"));
  const failed = assert.rejects(failing, /too late/);
  await clock.advance(100);
  await failed;
});

test("who leaves gets the reason of the signal, and listens no longer", async () => {
  const leave = new AbortController();
  const left = unlessAborted(never, leave.signal);
  leave.abort(new Error("left"));
  await assert.rejects(left, /left/);
  await assert.rejects(unlessAborted(Promise.resolve(1), leave.signal), /left/);
  assert.equal(await unlessAborted(Promise.resolve(1), new AbortController().signal), 1);
});
