// Answers whose members have other shapes than JSON-RPC gives them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Message, readMessage, withId } from "../../../../src/core/mcp/message.ts";

const read = (text: string) => readMessage(Buffer.from(text));

function single(text: string): Message {
  const found = read(text);
  assert.ok(found.kind !== "batch" && found.kind !== "unreadable", `unreadable: ${text}`);
  return found;
}

test("[LIFE-6] an answer is one whatever its result or error is; an error may lack the id", () => {
  const members = [
    '"result":null',
    '"result":7',
    '"result":{},"error":null',
    '"error":"x"',
    '"error":{"code":"x"}',
  ];
  for (const one of members) assert.equal(single(`{"jsonrpc":"2.0","id":1,${one}}`).kind, "response", one);
  for (const [one, isError] of [
    ['"error":null', false],
    ['"error":""', true],
    ['"result":{},"error":null', false],
    ['"error":{}', true],
  ] as const)
    assert.equal(single(`{"jsonrpc":"2.0","id":1,${one}}`).value.error !== undefined, isError, one);
  const id = { raw: "7", key: "n7" };
  for (const [text, put] of [
    ['{"jsonrpc":"2.0","error":{}}', '{"id":7,"jsonrpc":"2.0","error":{}}'],
    [' { "error":1,"jsonrpc":"2.0"} ', ' {"id":7, "error":1,"jsonrpc":"2.0"} '],
    ['{"jsonrpc":"2.0","id":null,"error":{}}', '{"jsonrpc":"2.0","id":7,"error":{}}'],
  ] as const) {
    const found = single(text);
    assert.equal(found.kind === "response" && found.id.key, "null");
    assert.equal(found.kind === "response" && withId(found, id).toString(), put);
  }
  const batch = read('[7, {"jsonrpc":"2.0","error":1}]');
  const [, last] = batch.kind === "batch" ? batch.members : [];
  assert.equal(
    last?.kind === "response" && withId(last, id).toString(),
    '{"id":7,"jsonrpc":"2.0","error":1}',
  );
});
