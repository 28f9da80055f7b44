// What waits for a session while the remote is away, for minutes or for days (LIFE-2).
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createOutboundMessage,
  type OutboundMessage,
} from "../../../../src/bridge/messages/outbound-message.ts";
import { PendingRequest } from "../../../../src/bridge/messages/pending-request.ts";
import { SendQueue } from "../../../../src/bridge/provisional/send-queue.ts";
import { MemoryLedger } from "../../../../src/bridge/transport/memory-ledger.ts";
import { type Message, readMessage } from "../../../../src/core/mcp/message.ts";
import { manualClock } from "../../../support/clocks/manual-clock.ts";

function parcelOf(message: object): { outbound: OutboundMessage; pending: PendingRequest | undefined } {
  const read = readMessage(Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }))) as Message;
  const pending = read.kind === "request" ? new PendingRequest(read.id, read.method) : undefined;
  return { outbound: createOutboundMessage(read, pending ? [pending] : []), pending };
}

function sentFrom(sendQueue: SendQueue): string[] {
  const sent: string[] = [];
  sendQueue.empty(({ operation }) => sent.push(operation));
  return sent;
}

test("[LIFE-2] a request that was answered meanwhile leaves with its bytes", async () => {
  const sendQueue = new SendQueue(manualClock(), new MemoryLedger(512 << 20));
  const large = "x".repeat(40 << 20);
  const { outbound, pending } = parcelOf({ id: 1, method: "tools/call", params: { name: "a", large } });
  assert.equal(sendQueue.add(outbound), true);
  const second = parcelOf({ id: 2, method: "tools/call", params: { name: "b", large } });
  assert.equal(sendQueue.add(second.outbound), false, "both together are too large");
  pending?.answer(Buffer.from("{}"));
  await pending?.whenDone;
  await new Promise(setImmediate);
  assert.equal(sendQueue.holds(outbound), false);
  assert.equal(sendQueue.add(second.outbound), true, "there is room again");
  assert.deepEqual(sentFrom(sendQueue), ["tools/call:b"]);
});

test("[LIFE-2] an old notification does not go into a new session", async () => {
  const clock = manualClock();
  const sendQueue = new SendQueue(clock, new MemoryLedger(512 << 20));
  sendQueue.add(parcelOf({ method: "notifications/old" }).outbound);
  await clock.advance(59_000);
  sendQueue.add(parcelOf({ method: "notifications/young" }).outbound);
  await clock.advance(2_000);
  assert.deepEqual(sentFrom(sendQueue), ["notifications/young"]);
});

test("[LIM-2] what there is no room for is not kept, and what waits longer stays", () => {
  const memory = new MemoryLedger(3_000);
  const sendQueue = new SendQueue(manualClock(), memory);
  const large = "x".repeat(2_000);
  const first = parcelOf({ id: 1, method: "tools/call", params: { name: "a", large } });
  const second = parcelOf({ id: 2, method: "tools/call", params: { name: "b", large } });
  assert.equal(sendQueue.add(first.outbound), true);
  assert.equal(sendQueue.add(second.outbound), false);
  assert.deepEqual(sentFrom(sendQueue), ["tools/call:a"]);
  assert.equal(sendQueue.add(second.outbound), true, "what was sent has left");
});
