import assert from "node:assert/strict";
import { test } from "node:test";
import { createOutboundMessage } from "../../../../src/bridge/messages/outbound-message.ts";
import { type Batch, type Message, readMessage } from "../../../../src/core/mcp/message.ts";

test("[NET-8] a batch has no time limit where one of its requests has none", () => {
  const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };
  const call = { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "build" } };
  assert.equal(isUnlimited([list, { ...list, id: 2, method: "ping" }]), false);
  assert.equal(isUnlimited([list, call]), true);
  assert.equal(isUnlimited(list), false);
  assert.equal(isUnlimited(call), true);
  assert.equal(isUnlimited({ jsonrpc: "2.0", id: 1, result: {} }), false);
});

function isUnlimited(json: unknown): boolean {
  const message = readMessage(Buffer.from(JSON.stringify(json)));
  assert.notEqual(message.kind, "unreadable");
  return createOutboundMessage(message as Message | Batch, []).unlimited;
}
