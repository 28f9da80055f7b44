// Messages that are too large to be made into objects (8 MiB of values, `message-value.ts`) are translated all the same.
import assert from "node:assert/strict";
import { test } from "node:test";
import { legacyNotification, legacyResponse } from "../../../../src/bridge/era/to-modern.ts";
import { isModernResult, resultTypeOf } from "../../../../src/bridge/era/verdict.ts";
import type { NotificationMessage, ResponseMessage } from "../../../../src/core/mcp/message.ts";
import { messageOf } from "../../../support/eras/dialogue-scene.ts";
import { META } from "../../../support/remotes/modern-server.ts";

const FILLER = `"x":"${"x".repeat(9 << 20)}"`;
const responseOf = (result: string): ResponseMessage =>
  messageOf(`{"jsonrpc":"2.0","id":1,"result":{${FILLER},${result}}}`) as ResponseMessage;

test("[ERA-2][ERA-3] the kind of a large result is read", () => {
  assert.ok(isModernResult(responseOf('"resultType":"complete"')));
  assert.ok(!isModernResult(responseOf('"y":"resultType"')));
  assert.equal(resultTypeOf(responseOf('"resultType":"input_required"')), "input_required");
});

test("[ERA-2] of a large result and a large notification a host of 2025 gets what it knows", () => {
  const response = responseOf('"resultType":"complete","structuredContent":[1]');
  const legacy = legacyResponse("tools/call", response, response.id).bytes.toString("latin1");
  assert.ok(!legacy.includes("resultType") && !legacy.includes("structuredContent"));
  const params = `{${FILLER},"_meta":{"${META}subscriptionId":1}}`;
  const said = messageOf(`{"jsonrpc":"2.0","method":"notifications/x","params":${params}}`);
  assert.ok(!legacyNotification(said as NotificationMessage)?.bytes.includes("subscriptionId"));
});
