// What a remote asks before it answers the handshake, and waits for.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { BridgeHost } from "../../support/hosts/bridge-host.ts";
import { bridgeScenes } from "../../support/hosts/bridge-scene.ts";
import { event, type Json } from "../../support/hosts/rpc-text.ts";
import { EVENT_STREAM } from "../../support/remotes/mcp-server.ts";
import { OldSseRemote } from "../../support/remotes/old-sse-remote.ts";
import type { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";

const start = bridgeScenes();
let clean: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const action of clean.reverse()) await action();
  clean = [];
});
const turn = () => new Promise<void>((done) => setImmediate(done));

/** Answers the next handshake with these messages first, and with the result when so many answers have come. */
function asksFirst(remote: ScriptedRemote, messages: readonly (Json | string)[], answers: number): void {
  const before = remote.received("response").length;
  remote.fail("initialize", async (_, normally) => {
    const { headers, body } = await normally();
    return {
      take(_request, response) {
        response.writeHead(200, { ...(headers as Record<string, string>), ...EVENT_STREAM });
        for (const one of messages) response.write(typeof one === "string" ? `data: ${one}\n\n` : event(one));
        const answered = async (): Promise<void> => {
          while (remote.received("response").length < before + answers && !response.destroyed) await turn();
          response.end(event(body as Json));
        };
        void answered();
      },
    };
  });
}

const sentBack = (remote: ScriptedRemote) => remote.received("response").map(({ body }) => body);
const request = (method: string, id: unknown, params?: object): Json => ({
  jsonrpc: "2.0",
  id,
  method,
  ...(params && { params }),
});

/** Pings, and the ids in the answers as they have to be written. */
const PINGS: Readonly<
  Record<string, readonly [messages: readonly (Json | string)[], ids: readonly string[]]>
> = {
  "a ping": [[request("ping", 1)], ["1"]],
  "a ping with the id 0": [[request("ping", 0)], ["0"]],
  "a ping with a text for an id": [[request("ping", "p-1")], ['"p-1"']],
  "a ping with the id of the handshake": [[request("ping", "h1")], ['"h1"']],
  "a ping with a large id": [
    ['{"jsonrpc":"2.0","id":12345678901234567890,"method":"ping"}'],
    ["12345678901234567890"],
  ],
  "a ping with parameters": [[request("ping", 1, { _meta: { progressToken: 7 } })], ["1"]],
  "two pings": [
    [request("ping", 1), request("ping", 2)],
    ["1", "2"],
  ],
  "a ping behind a log message": [
    [
      { jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "hi" } },
      request("ping", 1),
    ],
    ["1"],
  ],
};

for (const [name, [messages, ids]] of Object.entries(PINGS)) {
  test(`[LIFE-2] ${name} inside the handshake is answered at once, by the bridge`, async () => {
    const { host, remote } = await start();
    asksFirst(remote, messages, ids.length);
    assert.ok((await host.open()).json.result);
    assert.deepEqual(
      sentBack(remote).sort(),
      ids.map((id) => `{"jsonrpc":"2.0","id":${id},"result":{}}`),
    );
    const [session] = remote.sessions;
    for (const { headers } of remote.received("response")) assert.equal(headers["mcp-session-id"], session);
    assert.ok(!host.lines.some(({ json }) => json.method === "ping"));
    assert.equal(
      host.lines.filter(({ json }) => json.method === "notifications/message").length,
      messages.filter((one) => typeof one !== "string" && one.id === undefined).length,
    );
    assert.ok((await host.request("tools/list")).json.result);
  });
}

const REQUESTS = ["roots/list", "sampling/createMessage", "elicitation/create", "tasks/list", "own/method"];

for (const method of REQUESTS) {
  test(`[LIFE-2] ${method} inside the handshake is answered by a host that does so before it has its own answer`, async () => {
    const { host, remote } = await start({ clock: manualClock() });
    asksFirst(remote, [request(method, "q")], 1);
    const opened = host.open({ roots: {} });
    await host.first(({ json }) => json.method === method);
    host.send({ id: "q", result: { roots: [] } });
    assert.ok((await opened).json.result);
    assert.deepEqual(sentBack(remote), ['{"jsonrpc":"2.0","id":"q","result":{"roots":[]}}']);
    assert.equal(remote.received("response")[0]?.headers["mcp-session-id"], [...remote.sessions][0]);
  });

  test(`[LIFE-2] ${method} inside the handshake is declined where the host waits for its own answer first`, async () => {
    const clock = manualClock();
    const { host, remote } = await start({ clock });
    asksFirst(remote, [request(method, "q")], 1);
    const opened = host.open();
    await host.first(({ json }) => json.method === method);
    await clock.advance(1_000);
    assert.ok((await opened).json.result);
    const [declined = ""] = sentBack(remote);
    assert.match(declined, /^\{"jsonrpc":"2.0","id":"q","error":\{"code":-32600,/);
    // What it says now is an answer to nothing.
    host.send({ id: "q", result: {} });
    assert.ok((await host.request("tools/list")).json.result);
    assert.equal(sentBack(remote).length, 1);
  });
}

test("[LIFE-2] a request that the handshake does not wait for is answered after it, as long as the host takes", async () => {
  const clock = manualClock();
  const { host, remote } = await start({ clock });
  asksFirst(remote, [request("roots/list", "q")], 0);
  await host.open({ roots: {} });
  await clock.advance(60_000);
  host.send({ id: "q", result: { roots: [] } });
  while (remote.received("response").length < 1) await turn();
  assert.deepEqual(sentBack(remote), ['{"jsonrpc":"2.0","id":"q","result":{"roots":[]}}']);
  const { headers } = remote.received("response")[0] ?? {};
  assert.equal(headers?.["mcp-session-id"], [...remote.sessions][0]);
  assert.equal(headers?.["mcp-protocol-version"], "2025-11-25");
});

test("[LIFE-2] a request that the remote calls off needs no answer", async () => {
  const clock = manualClock();
  const { host, remote } = await start({ clock });
  const off = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "q" } };
  asksFirst(remote, [request("roots/list", "q"), off], 0);
  await host.open();
  await host.first(({ json }) => json.method === "notifications/cancelled");
  await clock.advance(5_000);
  host.send({ id: "q", result: {} });
  await host.request("ping");
  assert.deepEqual(sentBack(remote), []);
});

test("[NET-2][LIFE-2] in a replay, too, and the host hears nothing of a ping", async () => {
  const { host, remote } = await start();
  await host.open();
  await host.request("tools/list");
  asksFirst(remote, [request("ping", 1), request("roots/list", "q")], 2);
  remote.fail("tools/list", "session-404");
  const listed = host.request("tools/list");
  await host.first(({ json }) => json.method === "roots/list");
  host.send({ id: "q", result: { roots: [] } });
  assert.ok((await listed).json.result);
  assert.equal(remote.received("initialize").length, 2);
  const [session] = remote.sessions;
  for (const { headers } of remote.received("response")) assert.equal(headers["mcp-session-id"], session);
});

test("[LIFE-2] a remote that refuses the answer to its ping is no reason to give up the handshake", async () => {
  const { host, remote } = await start();
  remote.fail("response", () => ({ status: 400, body: "not yet" }));
  asksFirst(remote, [request("ping", 1)], 1);
  assert.ok((await host.open()).json.result);
  assert.equal(remote.received("initialize").length, 1);
});

test("[LIFE-2] a flood of requests inside the handshake is declined", async () => {
  const { host, remote } = await start({ clock: manualClock() });
  const flood = Array.from({ length: 150 }, (_, at) => request("roots/list", at));
  asksFirst(remote, flood, 50);
  assert.ok((await host.open()).json.result);
  assert.equal(host.lines.filter(({ json }) => json.method === "roots/list").length, 100);
});

test("[LIFE-6] a ping in the session is the host's to answer", async () => {
  const { host, remote } = await start();
  await host.open();
  await remote.streaming();
  remote.push(request("ping", "in"));
  await host.first(({ json }) => json.method === "ping");
  assert.deepEqual(sentBack(remote), []);
  host.send({ id: "in", result: {} });
  while (remote.received("response").length < 1) await turn();
});

test("[NET-7][LIFE-2] a ping inside the handshake of HTTP+SSE is answered at once", async () => {
  const remote = new OldSseRemote();
  await remote.listen();
  clean.push(() => remote.close());
  const answers: unknown[] = [];
  let onAnswer = (): void => undefined;
  const answered = new Promise<void>((done) => {
    onAnswer = done;
  });
  remote.server.script("POST /messages", async ({ json }, normally) => {
    const { id, method } = json as Json;
    if (method === "initialize") {
      remote.streams[0]?.write(event(request("ping", 1)));
      void answered.then(normally);
      return { status: 202 };
    }
    if (method !== undefined) return normally();
    answers.push(id);
    onAnswer();
    return { status: 202 };
  });
  const host = new BridgeHost({ url: remote.url, session: { transport: "sse-only" } });
  clean.push(() => host.close());
  assert.ok((await host.open()).json.result);
  assert.deepEqual(answers, [1]);
  assert.ok(!host.lines.some(({ json }) => json.method === "ping"));
  assert.ok((await host.request("tools/list")).json.result);
});
