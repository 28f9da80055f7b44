// However a remote says that it lost the session: one new handshake, and no call that changes something runs twice.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bridgeScenes } from "../../support/hosts/bridge-scene.ts";
import { event, rpcError } from "../../support/hosts/rpc-text.ts";
import { EVENT_STREAM } from "../../support/remotes/mcp-server.ts";
import type { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";
import type { Answer, Exchange } from "../../support/remotes/scripted-server.ts";

const start = bridgeScenes();
const turn = () => new Promise<void>((done) => setImmediate(done));

const idOf = ({ json }: Exchange): unknown => (json as { id?: unknown }).id ?? null;

interface Way {
  /** What a message in a session that is not known gets. */
  readonly says: (exchange: Exchange) => Answer;
  /** It says for certain that the message was not carried out. */
  readonly isCertain: boolean;
}

const error = (status: number, code: number, words: string, own = false): Way => ({
  says: (exchange) => ({ status, body: rpcError(own ? idOf(exchange) : null, code, words) }),
  isCertain: !own || status === 404,
});
const text = (status: number, body: string, type = "text/plain"): Way => ({
  says: () => ({ status, headers: { "content-type": type }, body }),
  isCertain: status === 404,
});
const open = (message: (exchange: Exchange) => string): Way["says"] => {
  return (exchange) => ({
    take(_request, response) {
      response.writeHead(200, EVENT_STREAM);
      response.write(message(exchange));
    },
  });
};

const WAYS: Readonly<Record<string, Way>> = {
  "404": text(404, ""),
  "404 with an error": error(404, -32001, "Session not found"),
  "404 that repeats the id": error(404, -32600, "Session has been terminated", true),
  "400 with an error": error(400, -32000, "Bad Request: No valid session ID provided"),
  "400 in plain words": text(400, "Invalid or missing session ID"),
  "400 that repeats the id": error(400, -32600, "Invalid session", true),
  "409 with an error": error(409, -32000, "Session terminated"),
  "409 in plain words": text(409, "session expired"),
  "410 in plain words": text(410, "session no longer exists"),
  "500 with an error": error(500, -32603, "Session not found"),
  "500 as a page": text(500, "<pre>Error: Session not found</pre>", "text/html"),
  "503 with an error": error(503, -32000, "Server not initialized"),
  "503 in plain words": text(503, '{"detail":"unknown session"}', "application/json"),
  "200 without an id": error(200, -32001, "Session not found"),
  "200 without an id, of another code": error(200, -32603, "Session expired"),
  "200 that repeats the id": error(200, -32001, "Session not found", true),
  "200: not initialized": error(200, -32002, "Server not initialized", true),
  "an event": {
    says: open((exchange) => event(rpcError(idOf(exchange), -32001, "unknown session"))),
    isCertain: false,
  },
  "an event without an id": {
    says: open(() => event(rpcError(null, -32000, "Session expired"))),
    isCertain: true,
  },
};

/** Every message that names a session it does not know gets that. */
function forgets(remote: ScriptedRemote, { says }: Way): void {
  remote.sessions.clear();
  const answer = (exchange: Exchange, normally: () => Promise<Answer>): Answer | Promise<Answer> => {
    const id = exchange.headers["mcp-session-id"];
    return id === undefined || remote.sessions.has(String(id)) ? normally() : says(exchange);
  };
  remote.fail("*", answer, Number.POSITIVE_INFINITY);
}

for (const [name, way] of Object.entries(WAYS)) {
  test(`[NET-2] ${name}: a list heals`, async () => {
    const { host, remote } = await start();
    await host.open();
    await host.request("tools/list");
    forgets(remote, way);
    assert.ok((await host.request("tools/list")).json.result);
    assert.equal(remote.received("initialize").length, 2);
  });

  const outcome = way.isCertain
    ? "goes to the new session"
    : "gets the server's words, and the next one works";
  test(`[NET-2][NET-3] ${name}: a call that may change something ${outcome}`, async () => {
    const { host, remote } = await start();
    await host.open();
    await host.request("tools/list");
    forgets(remote, way);
    const { json } = await host.request("tools/call", { name: "count" });
    assert.equal(json.result !== undefined, way.isCertain, JSON.stringify(json));
    assert.deepEqual(remote.carriedOut, way.isCertain ? ["count"] : []);
    while (remote.received("initialize").length < 2) await turn();
    assert.ok((await host.request("tools/call", { name: "count" })).json.result);
    assert.equal(remote.received("initialize").length, 2);
  });
}

/** What tools say of their own. */
const ANSWERS: Readonly<Record<string, { status: number; code: number; words: string }>> = {
  "a tool's 400": { status: 400, code: -32602, words: "checkout session expired" },
  "a tool's 404": { status: 404, code: -32050, words: "Session not found" },
  "a tool's 409": { status: 409, code: 409, words: "session already closed" },
  "a tool's 500": { status: 500, code: -32603, words: "Session not found" },
  "a tool's error in a 200": { status: 200, code: -32603, words: "unknown session" },
  "a tool's error in a 200, of a code of its own": {
    status: 200,
    code: 1,
    words: "browser session has been closed",
  },
};

for (const [name, { status, code, words }] of Object.entries(ANSWERS)) {
  for (const tool of ["count", "echo"]) {
    test(`[NET-2][NET-3] ${name} that speaks of a session is the answer of ${tool}, once`, async () => {
      const { host, remote } = await start();
      await host.open();
      await host.request("tools/list");
      remote.fail("tools/call", async (exchange, normally) => {
        await normally();
        return { status, body: rpcError(idOf(exchange), code, words) };
      });
      const { json } = await host.request("tools/call", { name: tool });
      assert.deepEqual(json.error, { code, message: words });
      assert.ok((await host.request("tools/call", { name: "echo" })).json.result);
      assert.deepEqual(remote.carriedOut, [tool, "echo"]);
      assert.equal(remote.received("initialize").length, 1);
    });
  }
}

test("[NET-2] an error without an id speaks of a whole batch", async () => {
  const { host, remote } = await start();
  await host.request("initialize", { protocolVersion: "2025-03-26", capabilities: {} });
  host.send({ method: "notifications/initialized" });
  await host.request("ping");
  forgets(remote, error(200, -32000, "Session expired"));
  const call = (id: number) => ({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "count" } });
  host.write(JSON.stringify([call(1), call(2)]));
  assert.ok((await host.answer(1)).json.result);
  assert.ok((await host.answer(2)).json.result);
  assert.equal(remote.received("initialize").length, 2);
  assert.equal(remote.carriedOut.length, 2);
});

test("[NET-2] a remote that knows no session, however new, is not asked for ever", async () => {
  const { host, remote } = await start();
  await host.open();
  await host.request("ping");
  const says = (exchange: Exchange): Answer => ({
    body: rpcError(idOf(exchange), -32001, "Session not found"),
  });
  remote.fail("tools/list", says, 99);
  const { json } = await host.request("tools/list");
  assert.equal(json.error?.message, "Session not found");
  assert.equal(remote.received("initialize").length, 2);
  assert.equal(remote.received("tools/list").length, 2);
});
