// A remote whose only thread is busy is alive, however long a call takes; one that accepts no connection is gone.
import assert from "node:assert/strict";
import { after, type TestContext, test } from "node:test";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { quickClock } from "../../support/clocks/quick-clock.ts";
import { BridgeHost } from "../../support/hosts/bridge-host.ts";
import { bridgeScenes } from "../../support/hosts/bridge-scene.ts";
import { createAuthority, createLeaf } from "../../support/project/certificates.ts";
import { testClient } from "../../support/remotes/network.ts";
import { type OneThreadedOptions, oneThreadedRemote } from "../../support/remotes/one-threaded-remote.ts";
import { startSmallProxy } from "../../support/remotes/small-proxy.ts";

const start = bridgeScenes();
const turn = () => new Promise<void>((done) => setImmediate(done));

/** Seconds of the bridge in one of ours: its probes have 10 s. */
const SPEED = 60;

interface Busy extends OneThreadedOptions {
  readonly seconds: number;
  readonly proxy?: boolean;
  /** Requests before the call, all at once: as many connections are kept alive. */
  readonly before?: number;
}

const authority = await createAuthority();
const tls = await createLeaf(authority, { names: ["busy.example", "localhost"] });

const BUSY: Record<string, Busy> = {
  "70 s": { seconds: 70 },
  "70 s, over TLS": { seconds: 70, tls },
  "70 s, through a proxy": { seconds: 70, proxy: true },
  "70 s, over TLS through a proxy": { seconds: 70, proxy: true, tls },
  "70 s, in the middle of its answer": { seconds: 70, begins: true },
  "70 s, with other connections open": { seconds: 70, before: 3 },
  "70 s, without a stream of its own": { seconds: 70, withoutStream: true },
  "4 minutes": { seconds: 240 },
};

/** Leads to the remote that is meant; the package that reads the variables reads those of the process. */
const leads: Record<string, number> = {};
const proxy = await startSmallProxy({ leads });
process.env.HTTP_PROXY = process.env.HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
after(() => proxy.close());

test("[NET-8] calls that keep the server's only thread busy are answered", {
  concurrency: true,
}, async (t) => {
  await Promise.all(Object.entries(BUSY).map(([name, busy]) => t.test(name, (one) => callBusy(one, busy))));
});

async function callBusy(t: TestContext, busy: Busy): Promise<void> {
  const remote = await oneThreadedRemote(busy);
  const host = `${busy.proxy ? "busy.example" : "127.0.0.1"}:${remote.port}`;
  leads[host] = remote.port;
  const clock = quickClock(SPEED);
  const network = { extraCa: authority.cert, useProxy: busy.proxy === true };
  const http = testClient({ network, clock, env: process.env });
  const bridge = new BridgeHost({ url: `${busy.tls ? "https" : "http"}://${host}/mcp`, clock, http });
  t.after(async () => {
    await remote.close();
    await bridge.close();
  });
  await bridge.open();
  await Promise.all(Array.from({ length: busy.before ?? 1 }, () => bridge.request("tools/list")));
  const ms = (busy.seconds * 1_000) / SPEED;
  const { json } = await bridge.request("tools/call", { name: "count", arguments: { ms } });
  assert.ok(json.result, JSON.stringify(json.error));
}

test("[NET-6] a server that accepts no connection and says nothing is gone: its call fails within a minute", async () => {
  const clock = manualClock();
  const { host, remote } = await start({ clock });
  await host.open();
  await remote.streaming();
  remote.fail("tools/call", () => ({ hang: true }));
  const call = host.request("tools/call", { name: "count" });
  while (remote.received("tools/call").length < 1) await turn();
  remote.fail("ping", () => ({ hang: true }), 99);
  remote.server.acceptsConnections = false;
  let failed = false;
  void call.then(() => {
    failed = true;
  });
  const startedMs = clock.monotonicMs();
  while (!failed) {
    await clock.advance(1_000);
    await turn();
  }
  assert.ok(clock.monotonicMs() - startedMs <= 60_000, `${clock.monotonicMs() - startedMs} ms`);
  assert.equal((await call).json.error?.data?.code, "NETWORK_TIMEOUT");
  remote.server.acceptsConnections = true;
});

test("[NET-6] a busy server that then goes is noticed, too", async () => {
  const clock = manualClock();
  const { host, remote } = await start({ clock });
  await host.open();
  await remote.streaming();
  remote.fail("tools/call", () => ({ hang: true }));
  remote.fail("ping", () => ({ hang: true }), 99);
  const call = host.request("tools/call", { name: "count" });
  while (remote.received("ping").length < 3) {
    await clock.advance(1_000);
    await turn();
  }
  assert.equal(host.lines.filter(({ json }) => json.error).length, 0);
  remote.server.acceptsConnections = false;
  while (host.lines.every(({ json }) => json.error === undefined)) {
    await clock.advance(1_000);
    await turn();
  }
  assert.equal((await call).json.error?.data?.code, "NETWORK_TIMEOUT");
  remote.server.acceptsConnections = true;
});

test("[NET-6] a busy server is asked more and more rarely: few connections may wait in its queue", async () => {
  const clock = manualClock();
  const { host, remote } = await start({ clock });
  await host.open();
  await remote.streaming();
  remote.fail("tools/call", () => ({ hang: true }));
  remote.fail("ping", () => ({ hang: true }), 99);
  host.send({ id: "call", method: "tools/call", params: { name: "count" } });
  while (remote.received("tools/call").length < 1) await turn();
  for (let seconds = 0; seconds < 600; seconds += 1) {
    await clock.advance(1_000);
    await turn();
  }
  assert.ok(remote.received("ping").length <= 5, `${remote.received("ping").length} in ten minutes`);
  assert.equal(host.lines.filter(({ json }) => json.error).length, 0);
  host.send({ method: "notifications/cancelled", params: { requestId: "call" } });
});
