import assert from "node:assert/strict";
import { test } from "node:test";
import { PendingRequest } from "../../../../src/bridge/messages/pending-request.ts";
import { mayBeToken } from "../../../../src/bridge/sending/doubtful-token.ts";
import type { HttpError, SendOutcome } from "../../../../src/bridge/transport/transport.ts";
import { Failure, type FailureOptions } from "../../../../src/core/failure/failure.ts";
import type { FailureCode } from "../../../../src/core/failure/failure-table.ts";
import { type ResponseMessage, readMessage } from "../../../../src/core/mcp/message.ts";

const failed = (code: FailureCode, options: FailureOptions = {}): SendOutcome => ({
  kind: "failed",
  failure: new Failure(code, "x", options),
});
const refused = (status: number, more: Partial<HttpError> = {}): SendOutcome => ({
  kind: "refused",
  httpError: { status, sentence: "", text: "", answer: undefined, ...more } as HttpError,
});
const answer = (id: string) =>
  readMessage(
    Buffer.from(`{"jsonrpc":"2.0","id":${id},"error":{"code":1,"message":"m"}}`),
  ) as ResponseMessage;

const table: readonly (readonly [name: string, outcome: SendOutcome, may: boolean])[] = [
  ...[500, 506, 507, 511, 520, 530].map((status) => [`${status}`, refused(status), true] as const),
  ...[400, 401, 403, 404, 409, 429, 501, 502, 503, 504, 505].map(
    (status) => [`${status}`, refused(status), false] as const,
  ),
  ["500 with an error of no request", refused(500, { answer: answer("null") }), true],
  ["500 with an error of another request", refused(500, { answer: answer("2") }), true],
  ["500 with an error of this request", refused(500, { answer: answer("1") }), false],
  ["500 of a firewall", refused(500, { firewall: { isSure: true } as HttpError["firewall"] }), false],
  ["a redirect", failed("REMOTE_REDIRECT", { status: 302, received: "no" }), true],
  ["a page", failed("REMOTE_NOT_MCP", { status: 200 }), true],
  ["neither transport", failed("REMOTE_NOT_MCP", { status: 404 }), false],
  ["the older transport", failed("REMOTE_NOT_MCP"), false],
  ["a broken connection", failed("NETWORK_RESET"), false],
  ["an answer that is none", { kind: "ended", end: {}, accepted: false }, false],
  ["a challenge", { ...refused(401), kind: "challenged" } as SendOutcome, false],
];

for (const [name, outcome, may] of table) {
  test(`[TOK-3] ${name} ${may ? "may" : "does not"} speak of the token`, () => {
    const requests = [new PendingRequest({ raw: "1", key: "n1" }, "tools/call")];
    assert.equal(mayBeToken({ requests }, outcome), may);
  });
}
