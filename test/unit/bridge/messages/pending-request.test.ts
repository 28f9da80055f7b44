import assert from "node:assert/strict";
import { test } from "node:test";
import { answerBug, guardedClock } from "../../../../src/bridge/messages/guard.ts";
import {
  PendingRequest,
  type PendingRequestHandlers,
} from "../../../../src/bridge/messages/pending-request.ts";
import { answerPending } from "../../../../src/bridge/transport/transport.ts";
import { Failure } from "../../../../src/core/failure/failure.ts";
import { readMessage } from "../../../../src/core/mcp/message.ts";
import { manualClock } from "../../../support/clocks/manual-clock.ts";
import { QUIET } from "../../../support/hosts/bridge-host.ts";

function pendingRequest(handlers: PendingRequestHandlers) {
  const done: string[] = [];
  const pending = new PendingRequest({ raw: "1", key: "n1" }, "ping", {
    onDone: () => void done.push("done"),
    ...handlers,
  });
  return { pending, done };
}

const bug = (): never => {
  throw new Error("a bug");
};

test("[LIFE-6] a request is done when its answer was handed on, not before", () => {
  const seen: boolean[] = [];
  const { pending, done } = pendingRequest({ onAnswer: () => void seen.push(pending.done) });
  pending.answer(Buffer.from("{}"));
  pending.answer(Buffer.from("{}"));
  assert.deepEqual([seen, pending.done, done], [[false], true, ["done"]]);
});

test("[LIFE-6] an answer that could not be handed on leaves room for the failure, once", () => {
  const failures: string[] = [];
  const { pending, done } = pendingRequest({
    onResponse: bug,
    onFailure: ({ code }) => void failures.push(code),
  });
  const response = readMessage(Buffer.from('{"jsonrpc":"2.0","id":1.0,"result":{}}'));
  assert.ok(response.kind === "response");
  assert.throws(() => answerPending([pending], response), /a bug/);
  assert.deepEqual([failures, pending.done, done], [["LOCAL_BUG"], true, ["done"]]);
  assert.equal(answerPending([pending], response), false);
});

test("[LIFE-6] a bug in the last word of all ends nothing else", () => {
  const { pending, done } = pendingRequest({ onFailure: bug });
  const other = pendingRequest({});
  answerBug(QUIET, [pending, other.pending], new Error("first"));
  assert.deepEqual([pending.done, done, other.pending.done], [false, [], true]);
});

test("a request is cancelled whatever its carrier does about it", () => {
  const { pending, done } = pendingRequest({});
  pending.onCancel = bug;
  assert.throws(() => pending.cancel(), /a bug/);
  assert.deepEqual([pending.done, done], [true, ["done"]]);
});

test("[LIFE-6] a bug in a timer is told, and ends nothing", async () => {
  const clock = manualClock();
  const events: string[] = [];
  const guarded = guardedClock(clock, { ...QUIET, event: (name) => void events.push(name) });
  guarded.after(1_000, bug);
  await clock.advance(1_000);
  assert.deepEqual(events, ["bridge.bug"]);
});

test("[AUTH-15] an answer that is kept back is no answer yet, and others do not take its place", async () => {
  const heard: string[] = [];
  const { pending, done } = pendingRequest({ onResponse: ({ bytes }) => void heard.push(bytes.toString()) });
  const say = (text: string): boolean => {
    const found = readMessage(Buffer.from(`{"jsonrpc":"2.0","id":1,"result":{"text":"${text}"}}`));
    return found.kind === "response" && answerPending([pending], found);
  };
  pending.keepsBack = ({ bytes }) => bytes.includes("wait");
  assert.ok(say("wait"));
  await pending.whenDone;
  assert.ok(say("another"));
  assert.deepEqual([heard, done, pending.done, pending.kept !== undefined], [[], [], false, true]);
  pending.forget();
  assert.ok(say("wait, once more"));
  assert.deepEqual([heard.length, done, pending.kept], [1, ["done"], undefined]);
  assert.ok(!say("late"));
});

test("[AUTH-15] an answer that is kept back is released once, and not after a failure", () => {
  for (const fails of [false, true]) {
    const heard: string[] = [];
    const { pending, done } = pendingRequest({
      onResponse: () => void heard.push("answer"),
      onFailure: () => void heard.push("failure"),
    });
    pending.keepsBack = () => true;
    const found = readMessage(Buffer.from('{"jsonrpc":"2.0","id":1,"result":{}}'));
    if (found.kind === "response") pending.respond(found);
    if (fails) pending.fail(new Failure("NETWORK_RESET", "x"));
    pending.release();
    pending.release();
    assert.deepEqual([heard, done], [[fails ? "failure" : "answer"], ["done"]]);
  }
});
