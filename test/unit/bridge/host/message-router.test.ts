import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageRouter } from "../../../../src/bridge/host/message-router.ts";
import { RemoteRequests } from "../../../../src/bridge/host/remote-requests.ts";
import type { MessageHandler } from "../../../../src/bridge/messages/message-handler.ts";
import type { OutboundMessage } from "../../../../src/bridge/messages/outbound-message.ts";
import { createMcpSession } from "../../../../src/bridge/session/mcp-session.ts";
import { SessionState } from "../../../../src/bridge/session/session-state.ts";
import { Failure } from "../../../../src/core/failure/failure.ts";
import { type ResponseMessage, readMessage } from "../../../../src/core/mcp/message.ts";
import { resultAnswer } from "../../../../src/core/mcp/rpc-error.ts";
import { QUIET } from "../../../support/hosts/bridge-host.ts";

function routed(...handlers: MessageHandler[]) {
  const sent: OutboundMessage[] = [];
  const lines: string[] = [];
  const events: { name: string; fields: object | undefined }[] = [];
  const session = new SessionState();
  const router = new MessageRouter({
    clock: { sleep: () => Promise.resolve() },
    stdio: { send: (bytes) => void lines.push(bytes.toString()) },
    diagnostics: { ...QUIET, enabled: true, event: (name, fields) => void events.push({ name, fields }) },
    toolSafety: () => false,
    remoteRequests: new RemoteRequests(session),
    handlers,
    send: (outbound) => void sent.push(outbound),
  });
  const say = (text: string): void => router.fromHost(Buffer.from(text));
  return {
    router,
    session,
    sent,
    lines,
    events,
    say,
    passed: () => sent.map(({ bytes }) => bytes.toString()),
  };
}

const call = (id: number, name: string): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${name}"}}`;

const own: MessageHandler = {
  onRequest(request, pending) {
    if (!request.bytes.includes('"mine"')) return false;
    pending.answer(resultAnswer(request.id, { mine: true }));
    return true;
  },
};

test("[LIM-2] of requests that a host leaves open the oldest are forgotten, the newest can be answered", () => {
  const { router, say, passed } = routed();
  for (let id = 0; id <= 10_000; id++) {
    const message = readMessage(Buffer.from(`{"jsonrpc":"2.0","id":${id},"method":"roots/list"}`));
    if (message.kind === "request") router.fromRemote(message, undefined);
  }
  const answer = (id: number): string => `{"jsonrpc":"2.0","id":${id},"result":{}}`;
  for (const id of [0, 1, 10_000, 10_000]) say(answer(id));
  assert.deepEqual(passed(), [answer(1), answer(10_000)]);
});

test("[ERA-6] the host's answer goes to the session that asked, or nowhere", () => {
  const { router, session, say, passed } = routed();
  const [first, second] = [createMcpSession(1, "a", undefined), createMcpSession(2, "b", undefined)];
  const ask = readMessage(Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"roots/list"}`));
  assert.equal(ask.kind, "request");
  session.become({ kind: "ready", mcpSession: second });
  if (ask.kind === "request") router.fromRemote(ask, first);
  say(`{"jsonrpc":"2.0","id":1,"result":{}}`);
  assert.deepEqual(passed(), []);
  if (ask.kind === "request") router.fromRemote(ask, second);
  say(`{"jsonrpc":"2.0","id":1,"result":{}}`);
  assert.equal(passed().length, 1);
});

test("[LIFE-7] members of a batch meet the same handlers as single messages; the rest goes on as a batch", () => {
  const { say, passed, lines, sent } = routed(own);
  const stray = `{"jsonrpc":"2.0","id":99,"result":{}}`;
  say(`[${call(1, "theirs")},${call(2, "mine")},${stray}]`);
  assert.deepEqual(passed(), [`[${call(1, "theirs")}]`]);
  assert.deepEqual(lines, [`{"jsonrpc":"2.0","id":2,"result":{"mine":true}}`]);
  say(`[${call(3, "mine")}]`);
  assert.equal(sent.length, 1, "nothing is left of it");
  const whole = `[ ${call(4, "theirs")} , ${call(5, "theirs")}]`;
  say(whole);
  assert.equal(passed()[1], whole, "a batch that nobody took from passes byte for byte");
});

test("[LIFE-6] a cancelled member of a batch is not answered any more", () => {
  const { say, lines, sent } = routed();
  say(`[${call(1, "a")},${call(2, "b")}]`);
  say(`[{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}]`);
  for (const pending of sent[0]?.requests ?? []) pending.answer(resultAnswer(pending.id, {}));
  assert.deepEqual(lines, [`{"jsonrpc":"2.0","id":2,"result":{}}`]);
});

for (const place of ["onRequest", "onOutbound", "onResponse", "onFailure"] as const) {
  test(`[LIFE-6] an exception in ${place} is the answer of its request, and the bridge goes on`, () => {
    let broken = true;
    const faulty: MessageHandler = {
      [place]: () => {
        if (broken) throw new TypeError("a bug of ours");
        return undefined;
      },
    };
    const { say, sent, lines, events, router } = routed(faulty);
    const respond = (outbound: OutboundMessage | undefined, id: number): void =>
      outbound?.requests[0]?.respond(
        readMessage(resultAnswer({ raw: String(id), key: `n${id}` }, {})) as ResponseMessage,
      );
    say(call(1, "a"));
    if (place === "onFailure") router.open.fail(new Failure("INTERRUPTED", "x"));
    else respond(sent[0], 1);
    assert.equal(lines.length, 1);
    const { id, error } = JSON.parse(lines[0] ?? "");
    assert.equal(id, 1);
    if (place !== "onFailure") assert.equal(error.data.code, "LOCAL_BUG");
    assert.ok(events.some(({ name }) => name === "bridge.bug"));
    broken = false;
    say(call(2, "b"));
    respond(sent.at(-1), 2);
    assert.match(lines[1] ?? "", /"id":2,"result"/);
  });
}

test("[DIAG-2] a message, its answer and what carries it have one number in the debug log", () => {
  const { say, sent, events } = routed();
  say(call(1, "a"));
  say(`{"jsonrpc":"2.0","method":"notifications/initialized"}`);
  sent[0]?.requests[0]?.answer(resultAnswer({ raw: "1", key: "n1" }, {}));
  assert.equal(sent[0]?.correlation, 1);
  const fields = events.map(({ name, fields = {} }) => ({ name, ...fields }));
  assert.deepEqual(fields, [
    { name: "host.request", message: 1, method: "tools/call", id: "1", bytes: call(1, "a").length },
    { name: "host.notification", message: 2, method: "notifications/initialized", id: undefined, bytes: 54 },
    { name: "host.answered", message: 1, method: "tools/call", id: "1", outcome: "by the bridge" },
  ]);
});
