// Which refusals say that the remote has lost the session, and how certainly (NET-2).
import assert from "node:assert/strict";
import { test } from "node:test";
import { type SessionLoss, sessionLoss } from "../../../../src/bridge/sending/session-loss.ts";
import { type ResponseMessage, readMessage } from "../../../../src/core/mcp/message.ts";

interface Row {
  readonly status: number;
  /** A text, or an error with that id: the request's own is 1. */
  readonly said: string | { readonly id: unknown; readonly code: number; readonly message: string };
  readonly expected: SessionLoss;
  /** Default `tools/call`. */
  readonly method?: string;
  /** Default true: the request named a session. */
  readonly named?: false;
}

const row = (status: number, said: Row["said"], expected: SessionLoss, more: Partial<Row> = {}): Row => ({
  status,
  said,
  expected,
  ...more,
});
const error = (id: unknown, code: number, message: string) => ({ id, code, message });
const NOT_FOUND = "Session not found";

const ROWS: Readonly<Record<string, Row>> = {
  "the specification's way": row(404, "", "certain"),
  "404 without a session, about something else": row(404, "Not Found", "no", { named: false }),
  "404 in plain words, where no session was named": row(404, "session not found", "likely", { named: false }),
  "404 of the transport, where no session was named": row(404, error(1, -32001, NOT_FOUND), "certain", {
    named: false,
  }),
  "the TypeScript SDK's server": row(404, error(null, -32001, NOT_FOUND), "certain"),
  "the Python SDK's server": row(
    404,
    error("server-error", -32600, "Session has been terminated"),
    "certain",
  ),
  "a server that repeats the request's id": row(404, error(1, -32001, NOT_FOUND), "certain"),
  "an SDK's 400": row(400, error(null, -32000, "Bad Request: Server not initialized"), "certain"),
  "no session id": row(400, error(null, -32000, "No valid session ID provided"), "certain"),
  "400 in plain words": row(400, "Session expired", "likely"),
  "400 with somebody else's id": row(400, error("server-error", -32600, "Missing session ID"), "likely"),
  "401 in plain words": row(401, "uninitialized", "likely"),
  "409 in plain words": row(409, "Session terminated", "likely"),
  "410 in plain words": row(410, "This session no longer exists", "likely"),
  "500 without an id": row(500, error(null, -32603, NOT_FOUND), "certain"),
  "500 in plain words": row(500, "Error: Session not found", "likely"),
  "500 with the request's id": row(500, error(1, -32000, NOT_FOUND), "likely"),
  "502 in plain words": row(502, "unknown session", "likely"),
  "503 without an id": row(503, error(null, -32000, "Server not initialized"), "certain"),
  "503 in plain words": row(503, "no such session", "likely"),
  "200 without an id": row(200, error(null, -32001, NOT_FOUND), "certain"),
  "200 without an id, of any code": row(200, error(null, 7, "Session expired"), "certain"),
  "200 with the request's id": row(200, error(1, -32001, NOT_FOUND), "likely"),
  "200: a server that was not initialized": row(200, error(1, -32002, "Server not initialized"), "likely"),
  "200: a list, of any code": row(200, error(1, -32603, NOT_FOUND), "likely", { method: "tools/list" }),
  "200: a ping, of any code": row(200, error(1, -32602, "Session expired"), "likely", { method: "ping" }),
  "200: a resource, before the handshake": row(200, error(1, -32002, "Server not initialized"), "likely", {
    method: "resources/read",
  }),
  "a tool's plain words": row(400, "checkout session expired", "likely"),
  "a transport's code with the request's id": row(400, error(1, -32600, "Invalid session"), "likely"),
  "a tool's own error": row(400, error(1, -32050, "checkout session expired"), "possible"),
  "a tool's own error in a 200": row(200, error(1, -32603, "checkout session expired"), "possible"),
  "a tool's own error in a 404": row(404, error(1, 404, NOT_FOUND), "possible"),
  "a tool's own error in a 500": row(500, error(1, -32603, NOT_FOUND), "possible"),
  "a prompt's own error": row(200, error(1, -32602, "unknown session"), "possible", {
    method: "prompts/get",
  }),
  "a resource that is not there": row(404, error(1, -32002, "Resource session://1 not found"), "no", {
    method: "resources/read",
  }),
  "a resource of the session": row(200, error(1, -32002, "Session not found: no such resource"), "no", {
    method: "resources/read",
  }),
  "a method that is not there": row(404, error(1, -32601, "Method not found"), "no"),
  "a method that is not there, without an id": row(404, error(null, -32601, "Method not found"), "no"),
  "the limit of requests": row(429, "too many requests: session expired", "no"),
  "the length of a message": row(413, "session message too large", "no"),
  "a stream that is open already": row(
    409,
    error(null, -32000, "Only one SSE stream is allowed per session"),
    "no",
  ),
  "a session that is there": row(
    400,
    error(null, -32600, "Invalid Request: Server already initialized"),
    "no",
  ),
  "too many sessions": row(503, "Too many sessions", "no"),
  "a server's fault": row(500, "session store failed", "no"),
  "a server's fault without an id": row(500, error(null, -32603, "Internal error"), "no"),
  "other words": row(400, "bad params", "no"),
};

for (const [what, { status, said, expected, method = "tools/call", named = true }] of Object.entries(ROWS)) {
  test(`[NET-2] ${what}: ${status} ${JSON.stringify(said)} to ${method}`, () => {
    const isText = typeof said === "string";
    const { id = null, ...rest } = isText ? {} : said;
    const body = { jsonrpc: "2.0", id, error: rest };
    const found = isText ? undefined : readMessage(Buffer.from(JSON.stringify(body)));
    const answer = found as ResponseMessage | undefined;
    const requests = [{ id: { raw: "1", key: "n1" }, method }];
    const text = isText ? said : said.message;
    assert.equal(sessionLoss({ status, answer, text }, { named, requests }), expected);
  });
}
