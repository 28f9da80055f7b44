import assert from "node:assert/strict";
import { test } from "node:test";
import { createMessageRouter } from "../../../../src/bridge/host/message-router.ts";
import { createSessionState } from "../../../../src/bridge/session/session-state.ts";
import { readMessage } from "../../../../src/core/mcp/message.ts";
import { QUIET } from "../../../support/hosts/bridge-host.ts";

test("[LIM-2] of requests that a host leaves open the oldest are forgotten, the newest can be answered", () => {
  const passed: string[] = [];
  const router = createMessageRouter({
    stdio: { start() {}, send() {}, blocked: false, heldBack: 0, whenUnblocked() {}, stop() {} },
    session: createSessionState(),
    diagnostics: QUIET,
    toolSafety: () => false,
    onInitialize() {},
    onOutbound: ({ bytes }) => passed.push(bytes.toString()),
    onAnswer: (_request, answer) => answer.bytes,
    onFailure: () => undefined,
    intercept: () => false,
    forbiddenIn: () => undefined,
    onOwnAnswer: () => false,
  });
  for (let id = 0; id <= 10_000; id++) {
    const message = readMessage(Buffer.from(`{"jsonrpc":"2.0","id":${id},"method":"roots/list"}`));
    if (message.kind === "request") router.fromRemote(message);
  }
  const answer = (id: number): Buffer => Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":{}}`);
  for (const id of [0, 1, 10_000, 10_000]) router.fromHost(answer(id));
  assert.deepEqual(passed, [answer(1).toString(), answer(10_000).toString()]);
});
