// The table of what follows an attempt: NET-2 to NET-5, row by row.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { OutboundMessage } from "../../../../src/bridge/messages/outbound-message.ts";
import { PendingRequest } from "../../../../src/bridge/messages/pending-request.ts";
import { backOffMs, decideRetry, type SendAttempts } from "../../../../src/bridge/sending/retry-policy.ts";
import { createMcpSession } from "../../../../src/bridge/session/mcp-session.ts";
import type { HttpError, SendOutcome } from "../../../../src/bridge/transport/transport.ts";
import { Failure, type FailureOptions } from "../../../../src/core/failure/failure.ts";
import type { FailureCode } from "../../../../src/core/failure/failure-table.ts";
import { type ResponseMessage, readMessage } from "../../../../src/core/mcp/message.ts";

function outbound(safe: boolean, more: Partial<OutboundMessage> = {}): OutboundMessage {
  const pending = new PendingRequest({ raw: "1", key: "n1" }, "tools/call");
  return {
    message: { kind: "batch", bytes: Buffer.from(""), members: [] },
    bytes: Buffer.from(""),
    requests: [pending],
    operation: "x",
    cause: "host",
    safe,
    handshake: false,
    first: false,
    unlimited: false,
    ofOneSession: false,
    correlation: undefined,
    handle: {},
    signed: {},
    ...more,
  };
}

const FRESH: SendAttempts = {
  attempts: 1,
  challenges: 0,
  recoveries: 0,
  renewals: 0,
  elapsedMs: 0,
  mcpSession: createMcpSession(1, "session", undefined),
};

const failed = (code: FailureCode, options: FailureOptions = {}): SendOutcome => ({
  kind: "failed",
  failure: new Failure(code, "m", options),
});

function refused(status: number, more: Partial<HttpError> = {}): SendOutcome {
  const httpError: HttpError = {
    status,
    retryAfter: undefined,
    wwwAuthenticate: [],
    dpopNonce: undefined,
    sent: undefined,
    answer: undefined,
    sentence: "s",
    text: "",
    ...more,
  };
  return { kind: "refused", httpError };
}

const ended = (end = {}, accepted = false): SendOutcome => ({ kind: "ended", end, accepted });

function rpcAnswer(code: number): ResponseMessage {
  const found = readMessage(Buffer.from(`{"jsonrpc":"2.0","id":1,"error":{"code":${code},"message":"m"}}`));
  assert.equal(found.kind, "response");
  return found as ResponseMessage;
}

const SAFE = outbound(true);
const UNSAFE = outbound(false);
const NOTICE = outbound(true, { requests: [] });
const NO = { received: "no" } as const;

const table: [
  name: string,
  outbound: OutboundMessage,
  outcome: SendOutcome,
  step: string,
  tries?: Partial<SendAttempts>,
][] = [
  ["[NET-3] refused before sending, unsafe", UNSAFE, failed("NETWORK_REFUSED", NO), "again"],
  [
    "[NET-3] refused for 30 s",
    UNSAFE,
    failed("NETWORK_REFUSED", NO),
    "fail NETWORK_REFUSED",
    { elapsedMs: 30_000 },
  ],
  ["[NET-3] no such name", SAFE, failed("NETWORK_DNS", NO), "again"],
  [
    "[TOK-5] a renewed token is looked for often",
    UNSAFE,
    failed("AUTH_REFRESH_FAILED", NO),
    "again 500",
    { attempts: 9, elapsedMs: 7_000 },
  ],
  ["[TOK-5] the issuer could not renew the token", UNSAFE, failed("AUTH_REFRESH_FAILED", NO), "again"],
  [
    "[TOK-5] the issuer could not renew the token for 30 s",
    UNSAFE,
    failed("AUTH_REFRESH_FAILED", NO),
    "fail AUTH_REFRESH_FAILED",
    { elapsedMs: 30_000 },
  ],
  [
    "[TOK-5] a refused sign-in is no trouble that passes",
    UNSAFE,
    failed("AUTH_DENIED", NO),
    "fail AUTH_DENIED",
  ],
  ["[NET-9] a bad certificate", SAFE, failed("NETWORK_TLS", NO), "fail NETWORK_TLS"],
  ["[NET-3] reset after sending, safe", SAFE, failed("NETWORK_RESET"), "again"],
  [
    "[NET-3] reset after sending, safe, too often",
    SAFE,
    failed("NETWORK_RESET"),
    "fail NETWORK_RESET",
    { attempts: 4 },
  ],
  ["[NET-3] reset after sending, unsafe", UNSAFE, failed("NETWORK_RESET"), "fail NETWORK_RESET"],
  ["[NET-11] a redirect elsewhere", SAFE, failed("REMOTE_REDIRECT"), "fail REMOTE_REDIRECT"],
  ["[NET-4] ended without an answer, unsafe", UNSAFE, ended(), "fail REMOTE_NO_ANSWER"],
  ["[NET-4] ended without an answer, safe", SAFE, ended(), "again"],
  ["[NET-4] broke off with an event id", UNSAFE, ended({ lastEventId: "7", broken: 1 }), "resume"],
  ["[LIM-2] too large", SAFE, ended({ tooLarge: true }), "fail NETWORK_TOO_LARGE"],
  ["[NET-3] 202 to a request", SAFE, ended({}, true), "fail REMOTE_NO_ANSWER"],
  ["202 to a notification", NOTICE, ended({}, true), "stop"],
  ["[NET-2] 404 in a session", UNSAFE, refused(404), "recover"],
  ["[NET-2] 404 in a session, again", UNSAFE, refused(404), "fail REMOTE_HTTP_ERROR", { recoveries: 1 }],
  ["[NET-2] 404 without a session", SAFE, refused(404), "fail REMOTE_HTTP_ERROR", { mcpSession: undefined }],
  ["[NET-2] 404: no such method", SAFE, refused(404, { answer: rpcAnswer(-32601) }), "pass"],
  ["[NET-2] 400 about the session", SAFE, refused(400, { text: "No valid session ID" }), "recover"],
  [
    "[NET-2] 400 with a tool's own words: the call does not go out twice",
    UNSAFE,
    refused(400, { text: "checkout session expired" }),
    "fail REMOTE_HTTP_ERROR",
  ],
  ["[NET-2] the stream of the session is over", UNSAFE, { kind: "session over" }, "recover"],
  [
    "[NET-2] the stream is over, again",
    SAFE,
    { kind: "session over" },
    "fail REMOTE_SESSION_LOST",
    { recoveries: 1 },
  ],
  [
    "[NET-2] 400 about something else",
    UNSAFE,
    refused(400, { text: "bad params" }),
    "fail REMOTE_HTTP_ERROR",
  ],
  ["400 with an answer", UNSAFE, refused(400, { answer: rpcAnswer(-32602) }), "pass"],
  ["[NET-5] 429 with seconds, safe", SAFE, refused(429, { retryAfter: "3" }), "again 3000"],
  [
    "[NET-5] 429 with a date, safe",
    SAFE,
    refused(429, { retryAfter: new Date(61_000).toUTCString() }),
    "again 1000",
  ],
  ["[NET-5] 429 with none", SAFE, refused(429, { retryAfter: "0" }), "again 200"],
  ["[NET-5] 429 with none, again", SAFE, refused(429, { retryAfter: "0" }), "again 1600", { attempts: 4 }],
  ["[NET-5] 429, too long", SAFE, refused(429, { retryAfter: "61" }), "fail REMOTE_BUSY"],
  [
    "[NET-5] 429, in sum too long",
    SAFE,
    refused(429, { retryAfter: "31" }),
    "fail REMOTE_BUSY",
    { elapsedMs: 30_000 },
  ],
  ["[NET-5] 503 with seconds, unsafe", UNSAFE, refused(503, { retryAfter: "1" }), "again 1000"],
  ["[NET-5] 503 with no seconds, unsafe", UNSAFE, refused(503), "fail REMOTE_HTTP_ERROR"],
  ["[NET-5] 503, too long, unsafe", UNSAFE, refused(503, { retryAfter: "61" }), "fail REMOTE_BUSY"],
  ["[NET-5] 502 with seconds, unsafe", UNSAFE, refused(502, { retryAfter: "1" }), "fail REMOTE_HTTP_ERROR"],
  ["[NET-5] 429 with seconds, unsafe", UNSAFE, refused(429, { retryAfter: "1" }), "fail REMOTE_BUSY"],
  ["[NET-3] 502, safe", SAFE, refused(502), "again"],
  ["[NET-3] 502, unsafe", UNSAFE, refused(502), "fail REMOTE_HTTP_ERROR"],
  ["500", SAFE, refused(500), "fail REMOTE_HTTP_ERROR"],
  ["a handshake that meets 403", outbound(true, { handshake: true }), refused(403), "authorize"],
  [
    "a handshake that meets 403 once more",
    outbound(true, { handshake: true }),
    refused(403),
    "fail REMOTE_HTTP_ERROR",
    { challenges: 1 },
  ],
  ["a handshake that meets 410", outbound(true, { handshake: true }), refused(410), "fail REMOTE_NOT_MCP"],
  [
    "[NET-7] a remote that has become one of HTTP+SSE",
    UNSAFE,
    { kind: "failed", failure: new Failure("REMOTE_NOT_MCP", "x"), isOldTransport: true },
    "recover",
  ],
  [
    "[NET-7] a remote of HTTP+SSE that was asked outside a session",
    UNSAFE,
    { kind: "failed", failure: new Failure("REMOTE_NOT_MCP", "x"), isOldTransport: true },
    "fail REMOTE_NOT_MCP",
    { mcpSession: undefined },
  ],
  ["401", UNSAFE, { ...refused(401), kind: "challenged" } as SendOutcome, "authorize"],
  [
    "401 after a nonce, a renewal and two widenings",
    UNSAFE,
    { ...refused(401), kind: "challenged" } as SendOutcome,
    "authorize",
    { challenges: 4 },
  ],
  [
    "[TOK-6] 401 for ever",
    UNSAFE,
    { ...refused(401), kind: "challenged" } as SendOutcome,
    "fail AUTH_TOKEN_REJECTED",
    { challenges: 5 },
  ],
];

for (const [name, given, outcome, expected, tries] of table) {
  test(name, () => {
    const step = decideRetry(given, outcome, { ...FRESH, ...tries }, 60_000, 0);
    const [what, detail] = expected.split(" ");
    assert.equal(step.do, what);
    if (step.do === "fail" && detail) assert.equal(step.failure.code, detail);
    if (step.do === "again" && detail) assert.equal(step.afterMs, Number(detail));
  });
}

test("[NET-3] an unsafe request that may have arrived: the error says that nobody knows", () => {
  const step = decideRetry(UNSAFE, failed("NETWORK_RESET"), FRESH, 0, 0);
  assert.match(step.do === "fail" ? step.failure.message : "", /unknown whether/);
});

test("nothing follows for a request that is answered or cancelled", () => {
  const settled = outbound(false);
  settled.requests[0]?.cancel();
  assert.equal(decideRetry(settled, failed("NETWORK_REFUSED", NO), FRESH, 0, 0).do, "stop");
});

test("pauses grow to their limit, and jitter only shortens them", () => {
  assert.deepEqual(
    [1, 2, 3, 9].map((attempts) => backOffMs(attempts, 0)),
    [200, 400, 800, 5_000],
  );
  assert.equal(backOffMs(1, 0.999) > 100 && backOffMs(1, 0.999) < 101, true);
});
