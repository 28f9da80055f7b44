import assert from "node:assert/strict";
import { test } from "node:test";
import { answerBug, guardedClock } from "../../../../src/bridge/messages/guard.ts";
import {
  PendingRequest,
  type PendingRequestHandlers,
} from "../../../../src/bridge/messages/pending-request.ts";
import { answerPending } from "../../../../src/bridge/transport/transport.ts";
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
