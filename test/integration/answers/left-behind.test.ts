// What must not stay behind when its reason is gone: a cancelled call's POST, the stream of a session that was replaced,
// the memory of a call on a stream that lives for days, a list that was served in place of one that failed.
import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { queryObjects, setFlagsFromString } from "node:v8";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { quickClock } from "../../support/clocks/quick-clock.ts";
import { BridgeHost } from "../../support/hosts/bridge-host.ts";
import { bridgeScenes } from "../../support/hosts/bridge-scene.ts";
import { onlyWith, ScriptedAuthorizer } from "../../support/issuers/scripted-authorizer.ts";
import { EVENT_STREAM } from "../../support/remotes/mcp-server.ts";
import { OldSseRemote } from "../../support/remotes/old-sse-remote.ts";

const start = bridgeScenes();
const turn = () => new Promise<void>((done) => setImmediate(done));

/** An answer that the remote begins and never ends. */
function endless(began: (response: ServerResponse) => void) {
  return () => ({
    take: (_request: unknown, response: ServerResponse) => {
      response.writeHead(200, EVENT_STREAM);
      response.write(": begun\n\n");
      began(response);
    },
  });
}

test("[NET-8] the POST of a cancelled call that the remote never ends is given up after 5 s, and no other", async () => {
  const clock = manualClock();
  const { host, remote } = await start({ clock });
  await host.open();
  const begun: ServerResponse[] = [];
  let onBegun = (): void => undefined;
  remote.fail(
    "tools/call",
    endless((response) => {
      begun.push(response);
      onBegun();
    }),
    2,
  );
  const both = new Promise<void>((done) => {
    onBegun = () => begun.length === 2 && done();
  });
  host.send({ id: "cancelled", method: "tools/call", params: { name: "count" } });
  host.send({ id: "kept", method: "tools/call", params: { name: "count" } });
  await both;
  host.send({ method: "notifications/cancelled", params: { requestId: "cancelled" } });
  await host.request("ping");
  assert.equal(remote.received("notifications/cancelled").length, 1, "the remote is told");
  const ids = remote.received("tools/call").map(({ json }) => (json as { id: unknown }).id);
  const cancelled = begun[ids.indexOf("cancelled")];
  const kept = begun[ids.indexOf("kept")];
  assert.ok(cancelled && kept);
  await clock.advance(4_900);
  await host.request("ping");
  assert.equal(cancelled.closed, false, "it has time to end it");
  const closed = once(cancelled, "close");
  await clock.advance(200);
  await closed;
  await clock.advance(20_000);
  await host.request("ping");
  assert.equal(kept.closed, false, "a call that is waited for has no limit");
  kept.end('data: {"jsonrpc":"2.0","id":"kept","result":{}}\n\n');
  await host.answer("kept");
});

test("[NET-8] a call that was cancelled before it could be sent is not sent", async () => {
  const authorizer = new ScriptedAuthorizer();
  const { host, remote } = await start({ authorizer });
  await host.open();
  let goOn = (): void => undefined;
  const asked = new Promise<void>((onAsked) => {
    authorizer.credentials = () => {
      onAsked();
      return new Promise((done) => {
        goOn = () => done(undefined);
      });
    };
  });
  host.send({ id: "pay", method: "tools/call", params: { name: "count" } });
  await asked;
  authorizer.credentials = async () => undefined;
  host.send({ method: "notifications/cancelled", params: { requestId: "pay" } });
  await host.request("ping");
  goOn();
  await host.request("ping");
  assert.deepEqual(remote.carriedOut, []);
  assert.equal(remote.received("tools/call").length, 0);
});

test("[NET-8] a call that is cancelled while its answer is resumed gives the stream back after 5 s", async () => {
  const clock = manualClock();
  const { host, remote } = await start({ clock });
  await host.open();
  await remote.streaming();
  const text = "id: 1\nretry: 100\ndata:\n\n";
  remote.fail("tools/call", () => ({ headers: EVENT_STREAM, body: text }));
  let onBegun: (response: ServerResponse) => void = () => undefined;
  const begun = new Promise<ServerResponse>((done) => {
    onBegun = done;
  });
  remote.fail(
    "GET",
    endless((response) => onBegun(response)),
  );
  host.send({ id: "call", method: "tools/call", params: { name: "count" } });
  while (remote.received("tools/call").length === 0) await turn();
  while (remote.received("GET").length < 2) {
    await turn();
    await clock.advance(10);
  }
  const resumed = await begun;
  host.send({ method: "notifications/cancelled", params: { requestId: "call" } });
  await host.request("ping");
  const closed = once(resumed, "close");
  await clock.advance(5_100);
  await closed;
});

test("[LIFE-6] in a batch, too: what needs no session is answered, and what speaks of one is not kept for the next", async () => {
  const authorizer = new ScriptedAuthorizer();
  const clock = manualClock();
  const { host, remote } = await start({ authorizer, clock, session: { provisional: true } });
  remote.fail("*", onlyWith("t"), Number.POSITIVE_INFINITY);
  await host.request("initialize", { protocolVersion: "2025-03-26", capabilities: {} });
  const say = (...messages: object[]) =>
    host.write(JSON.stringify(messages.map((message) => ({ jsonrpc: "2.0", ...message }))));
  say(
    { method: "notifications/initialized" },
    { method: "notifications/cancelled", params: { requestId: 99 } },
    { id: "p", method: "ping" },
    { id: "r", method: "prompts/list" },
    { id: "t", method: "tools/list" },
  );
  assert.deepEqual((await host.answer("p")).json.result, {});
  assert.deepEqual((await host.answer("r")).json.result, { prompts: [] });
  await clock.advance(8_000);
  assert.match((await host.answer("t")).text, /drawbridge_sign_in/);
  authorizer.signIn("t");
  await remote.streaming();
  await host.request("ping");
  assert.equal(remote.received("notifications/initialized").length, 1);
  assert.equal(remote.received("notifications/cancelled").length, 0);
});

test("[NET-2] the stream of a session that was replaced is closed, and what comes late on it is dropped", async () => {
  const { host, remote } = await start();
  await host.open();
  await remote.streaming();
  const [old] = remote.streams;
  assert.ok(old);
  const closed = once(old, "close");
  remote.sessions.clear();
  assert.ok((await host.request("tools/call", { name: "count" })).json.result);
  old.write('data: {"jsonrpc":"2.0","id":"late","method":"roots/list"}\n\n');
  await closed;
  await remote.streaming();
  remote.push({ jsonrpc: "2.0", id: "now", method: "roots/list" });
  await host.first(({ json }) => json.id === "now");
  assert.ok(!host.lines.some(({ json }) => json.id === "late"));
});

test("[LIFE-2] a remembered list served for one that failed is corrected in the same session", async () => {
  const { host, remote } = await start({ clock: quickClock(100), session: { provisional: true } });
  await host.open();
  const before = (await host.request("tools/list")).json.result;
  remote.tools = [{ name: "other", inputSchema: {} }];
  remote.fail("tools/list", () => ({ status: 503 }), 99);
  assert.deepEqual((await host.request("tools/list")).json.result, before, "from memory");
  remote.heal();
  await host.first(({ json }) => json.method === "notifications/tools/list_changed");
  assert.deepEqual((await host.request("tools/list")).json.result, { tools: remote.tools });
  assert.equal(remote.received("initialize").length, 1);
});

test("[LIFE-4] nothing of a call stays with an HTTP+SSE stream", async (t) => {
  const remote = new OldSseRemote();
  await remote.listen();
  const host = new BridgeHost({ url: remote.url, session: { transport: "sse-only" } });
  t.after(async () => {
    await host.close();
    await remote.close();
  });
  setFlagsFromString("--expose-gc");
  const promises = async (): Promise<number> => {
    await turn();
    return queryObjects(Promise, { format: "count" }) as unknown as number;
  };
  await host.open();
  const calls = async (): Promise<void> => {
    for (let count = 0; count < 200; count += 1) await host.request("tools/call", { name: "echo" });
    host.lines.length = 0;
  };
  await calls();
  const before = await promises();
  await calls();
  const grown = (await promises()) - before;
  assert.ok(grown < 100, `${grown} promises stay of 200 calls`);
});
