// What waits for a session while the remote is away, for minutes or for days (LIFE-2).
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createOutboundMessage,
  type OutboundMessage,
} from "../../../../src/bridge/messages/outbound-message.ts";
import {
  createPendingRequest,
  type PendingRequest,
} from "../../../../src/bridge/messages/pending-request.ts";
import { createSendQueue, type SendQueue } from "../../../../src/bridge/provisional/send-queue.ts";
import { type Message, readMessage } from "../../../../src/core/mcp/message.ts";
import { manualClock } from "../../../support/clocks/manual-clock.ts";

const IGNORED = { onResponse: () => undefined, onAnswer: () => undefined, onFailure: () => undefined };

function parcelOf(message: object): { parcel: OutboundMessage; waiting: PendingRequest | undefined } {
  const read = readMessage(Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }))) as Message;
  const waiting = read.kind === "request" ? createPendingRequest(read.id, read.method, IGNORED) : undefined;
  return { parcel: createOutboundMessage(read, waiting ? [waiting] : [], () => false), waiting };
}

function sentFrom(room: SendQueue): string[] {
  const sent: string[] = [];
  room.empty(({ operation }) => sent.push(operation));
  return sent;
}

test("[LIFE-2] a request that was answered meanwhile leaves with its bytes", async () => {
  const room = createSendQueue(manualClock());
  const large = "x".repeat(40 << 20);
  const { parcel, waiting } = parcelOf({ id: 1, method: "tools/call", params: { name: "a", large } });
  assert.equal(room.admit(parcel), true);
  const second = parcelOf({ id: 2, method: "tools/call", params: { name: "b", large } });
  assert.equal(room.admit(second.parcel), false, "both together are too large");
  waiting?.answer(Buffer.from("{}"));
  await waiting?.whenDone;
  await new Promise(setImmediate);
  assert.equal(room.holds(parcel), false);
  assert.equal(room.admit(second.parcel), true, "there is room again");
  assert.deepEqual(sentFrom(room), ["tools/call:b"]);
});

test("[LIFE-2] an old notification does not go into a new session", async () => {
  const clock = manualClock();
  const room = createSendQueue(clock);
  room.admit(parcelOf({ method: "notifications/old" }).parcel);
  await clock.advance(59_000);
  room.admit(parcelOf({ method: "notifications/young" }).parcel);
  await clock.advance(2_000);
  assert.deepEqual(sentFrom(room), ["notifications/young"]);
});

test("[LIFE-2] what speaks of a request of the old session is not kept", () => {
  const room = createSendQueue(manualClock());
  for (const method of ["notifications/cancelled", "notifications/progress"]) {
    assert.equal(room.admit(parcelOf({ method, params: { requestId: 1 } }).parcel), false);
  }
  assert.equal(room.admit(parcelOf({ id: 1, result: {} }).parcel), false);
  assert.deepEqual(sentFrom(room), []);
});
