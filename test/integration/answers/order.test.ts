// Nothing overtakes `notifications/initialized`: strict servers refuse what does, or end the session.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { seeded, testSeed } from "../../support/clocks/seeded.ts";
import { BridgeHost, type BridgeHostOptions } from "../../support/hosts/bridge-host.ts";
import { bridgeScenes } from "../../support/hosts/bridge-scene.ts";
import { kindOf } from "../../support/hosts/rpc-text.ts";
import { EVENT_STREAM } from "../../support/remotes/mcp-server.ts";
import { OldSseRemote } from "../../support/remotes/old-sse-remote.ts";
import type { Answer } from "../../support/remotes/scripted-server.ts";
import { type SlowWay, slowWay } from "../../support/remotes/slow-connections.ts";
import { StrictRemote } from "../../support/remotes/strict-remote.ts";

const start = bridgeScenes();
const turn = () => new Promise<void>((done) => setImmediate(done));
const turns = async (count: number): Promise<void> => {
  for (let left = count; left > 0; left -= 1) await turn();
};

let clean: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const action of clean.reverse()) await action();
  clean = [];
});

interface SlowScene {
  readonly host: BridgeHost;
  readonly remote: StrictRemote;
  readonly way: SlowWay;
}

const random = seeded(testSeed());

async function slowScene(options: Partial<BridgeHostOptions> = {}): Promise<SlowScene> {
  const remote = new StrictRemote();
  await remote.listen();
  const way = await slowWay(Number(new URL(remote.url).port), () => 40 + random.below(31));
  const host = new BridgeHost({ url: `http://127.0.0.1:${way.port}/mcp`, ...options });
  clean.push(
    () => remote.close(),
    () => way.close(),
    () => host.close(),
  );
  return { host, remote, way };
}

const INITIALIZE = {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "test-host", version: "1" },
};
const INITIALIZED = { jsonrpc: "2.0", method: "notifications/initialized" };
const LIST = { jsonrpc: "2.0", id: "list", method: "tools/list" };

/** How hosts begin. */
const BEGINNINGS: Record<string, (host: BridgeHost) => Promise<unknown>> = {
  "one after the other": async (host) => {
    await host.open();
    host.send(LIST);
  },
  "all at once, before any answer": async (host) => {
    host.send({ id: "begin", method: "initialize", params: INITIALIZE });
    host.send(INITIALIZED);
    host.send(LIST);
  },
  "the notification in a batch": async (host) => {
    await host.request("initialize", INITIALIZE);
    host.write(JSON.stringify([INITIALIZED]));
    host.send(LIST);
  },
  "a batch of the notification and a request": async (host) => {
    await host.request("initialize", INITIALIZE);
    host.write(JSON.stringify([INITIALIZED, { jsonrpc: "2.0", id: "ping", method: "ping" }]));
    host.send(LIST);
  },
  "five requests at once": async (host) => {
    await host.open();
    for (const id of [1, 2, 3, 4]) host.send({ id, method: "ping" });
    host.send(LIST);
  },
  "a notification and a cancelled request behind it": async (host) => {
    await host.open();
    host.send({ method: "notifications/roots/list_changed" });
    host.send({ id: "gone", method: "tools/call", params: { name: "count" } });
    host.send({ method: "notifications/cancelled", params: { requestId: "gone" } });
    host.send(LIST);
  },
};

for (const [name, begin] of Object.entries(BEGINNINGS)) {
  test(`[NET-1] ${name}: in 5 starts with 40 to 70 ms for a connection, nothing overtakes`, async () => {
    await Promise.all(
      Array.from({ length: 5 }, async () => {
        const { host, remote } = await slowScene();
        await begin(host);
        assert.ok((await host.answer("list")).json.result);
        await remote.streaming();
        assert.deepEqual(remote.overtaking, []);
        assert.equal(remote.received("initialize").length, 1);
        assert.ok(!remote.carriedOut.includes("count"));
      }),
    );
  });
}

for (const waits of [false, true]) {
  const when = waits ? "after the stream was opened" : "at once";
  test(`[NET-1] a start that lists ${when} takes two connections, one of them for the stream`, async () => {
    const { host, remote, way } = await slowScene();
    await host.open();
    if (waits) {
      await remote.streaming();
      assert.equal(way.count, 2, "the list finds a connection that is there");
    }
    assert.ok((await host.request("tools/list")).json.result);
    await remote.streaming();
    assert.equal(way.count, 2);
  });
}

test("[NET-1] a stream that the server does not offer leaves no connection behind", async () => {
  const { host, remote, way } = await slowScene();
  remote.withoutStream = true;
  await host.open();
  await host.request("tools/list");
  while (remote.received("GET").length === 0) await turn();
  assert.equal(way.count, 2);
  while (remote.server.openConnections > 1) await turn();
  assert.ok((await host.request("tools/list")).json.result);
  assert.equal(way.count, 2);
});

test("[NET-1] a new session hears it before what waited for that session", async () => {
  const { host, remote } = await slowScene();
  await host.open();
  await host.request("logging/setLevel", { level: "debug" });
  remote.sessions.clear();
  const calls = ["a", "b", "c"].map((id) => host.request("tools/call", { name: "count" }, id));
  assert.ok((await Promise.all(calls)).every(({ json }) => json.result));
  assert.deepEqual(remote.overtaking, []);
  assert.equal(remote.received("initialize").length, 2);
});

/** What a server makes of the notification, and how long what follows waits. */
const ANSWERS: Record<string, { answer: () => Answer; waitsMs?: number }> = {
  "202": { answer: () => ({ status: 202 }) },
  "200 with a body": { answer: () => ({ status: 200, body: {} }) },
  "204": { answer: () => ({ status: 204 }) },
  "400": { answer: () => ({ status: 400, body: "no" }) },
  "500": { answer: () => ({ status: 500 }) },
  "a stream that stays open": {
    answer: () => ({
      take: (_request, response) => {
        response.writeHead(200, EVENT_STREAM);
        response.flushHeaders();
      },
    }),
  },
  "202 with a body that does not end": {
    answer: () => ({
      take: (_request, response) => {
        response.writeHead(202);
        response.write(" ");
      },
    }),
    waitsMs: 500,
  },
  "nothing at all": { answer: () => ({ hang: true }), waitsMs: 500 },
};

for (const [name, { answer, waitsMs }] of Object.entries(ANSWERS)) {
  const waits = waitsMs === undefined ? "does not wait on" : `waits ${waitsMs} ms`;
  test(`[NET-1] ${name} to notifications/initialized: what follows ${waits}`, async () => {
    const clock = manualClock();
    const { host, remote } = await start({ clock });
    remote.fail("notifications/initialized", answer);
    await host.open();
    const list = host.request("tools/list");
    if (waitsMs !== undefined) {
      while (remote.received("notifications/initialized").length === 0) await turn();
      await turns(20);
      await clock.advance(waitsMs - 10);
      await turns(20);
      assert.equal(remote.received("tools/list").length + remote.received("GET").length, 0);
      await clock.advance(10);
    }
    assert.ok((await list).json.result);
    await remote.streaming();
  });
}

test("[NET-1] a connection that breaks under the notification does not let others overtake it", async () => {
  const { host, remote } = await start();
  remote.fail("notifications/initialized", "reset-before");
  await host.open();
  assert.ok((await host.request("tools/list")).json.result);
  const kinds = remote.server.ledger.map(kindOf).filter((kind) => kind !== "GET");
  assert.deepEqual(kinds, [
    "initialize",
    "notifications/initialized",
    "notifications/initialized",
    "tools/list",
  ]);
});

test("[NET-1] a host that asks first, or never says it, is served, and has the stream", async () => {
  const { host, remote } = await start();
  await host.request("initialize", INITIALIZE);
  await turns(20);
  assert.equal(remote.received("GET").length, 0);
  assert.ok((await host.request("tools/list")).json.result);
  await remote.streaming();
});

test("[NET-1] what speaks of a session that was replaced meanwhile is not said in the next", async () => {
  const { host, remote } = await start();
  await host.open({ sampling: {} });
  await remote.streaming();
  remote.push({ jsonrpc: "2.0", id: "ask", method: "roots/list" });
  await host.first(({ json }) => json.id === "ask");
  // A second notification holds the answer back, and loses the session.
  remote.fail("notifications/initialized", "session-404");
  host.send({ method: "notifications/initialized" });
  host.send({ id: "ask", result: { roots: [] } });
  assert.ok((await host.request("tools/list")).json.result);
  assert.equal(remote.received("initialize").length, 2);
  assert.equal(remote.received("response").length, 0);
});

test("[NET-1][NET-7] over HTTP+SSE, too", async () => {
  const remote = new OldSseRemote();
  await remote.listen();
  const way = await slowWay(Number(new URL(remote.url).port), () => 40 + random.below(31));
  const url = `http://127.0.0.1:${way.port}/sse`;
  const hosts = Array.from({ length: 3 }, () => new BridgeHost({ url, session: { transport: "sse-only" } }));
  clean.push(
    () => remote.close(),
    () => way.close(),
    ...hosts.map((host) => () => host.close()),
  );
  for (const host of hosts) {
    await host.open();
    const before = remote.methods.length;
    await host.request("tools/list");
    assert.deepEqual(remote.methods.slice(before), ["notifications/initialized", "tools/list"]);
  }
});
