// Which refusals say that the remote has lost the session, and how certainly (NET-2).
import assert from "node:assert/strict";
import { test } from "node:test";
import { sessionLoss } from "../../../../src/bridge/sending/session-loss.ts";
import type { HttpError } from "../../../../src/bridge/transport/transport.ts";
import { type ResponseMessage, readMessage } from "../../../../src/core/mcp/message.ts";

type Row = readonly [
  what: string,
  status: number,
  body: string | { readonly id: 1 | null; readonly code: number; readonly message: string },
  expected: ReturnType<typeof sessionLoss>,
  named?: false,
];

const ROWS: readonly Row[] = [
  ["the specification's way", 404, "", "certain"],
  ["404 without a session, about something else", 404, "Not Found", "no", false],
  ["404 in plain words, where no session was named", 404, "checkout session not found", "likely", false],
  [
    "404 of the transport, where no session was named",
    404,
    { id: 1, code: -32001, message: "Session not found" },
    "certain",
    false,
  ],
  ["the TypeScript SDK's server", 404, { id: null, code: -32001, message: "Session not found" }, "certain"],
  [
    "a server that repeats the request's id",
    404,
    { id: 1, code: -32001, message: "Session not found" },
    "certain",
  ],
  [
    "an SDK's 400",
    400,
    { id: null, code: -32000, message: "Bad Request: Server not initialized" },
    "certain",
  ],
  ["no session id", 400, { id: null, code: -32000, message: "No valid session ID provided" }, "certain"],
  ["plain words", 400, "Session expired", "likely"],
  ["a tool's plain words", 400, "checkout session expired", "likely"],
  [
    "a transport's code with the request's id",
    400,
    { id: 1, code: -32600, message: "Invalid session" },
    "likely",
  ],
  ["a tool's own error", 400, { id: 1, code: -32050, message: "checkout session expired" }, "no"],
  [
    "a resource that is not there",
    404,
    { id: 1, code: -32002, message: "Resource session://1 not found" },
    "no",
  ],
  ["a method that is not there", 404, { id: 1, code: -32601, message: "Method not found" }, "no"],
  ["401 that speaks of it", 401, "uninitialized", "likely"],
  ["the limit of requests", 429, "too many requests in this session", "no"],
  ["the length of a message", 413, "session message too large", "no"],
  ["a server's fault", 500, "session store failed", "no"],
  ["other words", 400, "bad params", "no"],
];

for (const [what, status, body, expected, named = true] of ROWS) {
  test(`[NET-2] ${what}: ${status} ${JSON.stringify(body)}`, () => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const found =
      typeof body === "string"
        ? undefined
        : readMessage(
            Buffer.from(
              JSON.stringify({
                jsonrpc: "2.0",
                id: body.id,
                error: { code: body.code, message: body.message },
              }),
            ),
          );
    const httpError: HttpError = {
      status,
      retryAfter: undefined,
      wwwAuthenticate: [],
      dpopNonce: undefined,
      sent: undefined,
      answer: found as ResponseMessage | undefined,
      sentence: "",
      text,
    };
    assert.equal(sessionLoss(httpError, named), expected);
  });
}
