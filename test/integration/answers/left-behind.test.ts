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
