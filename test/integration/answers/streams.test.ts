// Streams that break, peers that fall silent, computers that sleep.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LOAD_MARGIN_MS } from "../../support/clocks/load-margin.ts";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { quickClock } from "../../support/clocks/quick-clock.ts";
import { bridgeScenes } from "../../support/hosts/bridge-scene.ts";

const start = bridgeScenes();

const turn = () => new Promise<void>((done) => setImmediate(done));

test("[NET-4] the GET stream comes back with Last-Event-ID after the pause that the remote asked for", async () => {
  const clock = manualClock();
  const { host, remote } = await start({ clock });
  await host.open();
  await remote.streaming();
  for (const stream of remote.streams) {
    stream.write(
      'id: e1\nretry: 7000\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n',
    );
  }
  await host.first(({ json }) => json.method === "notifications/message");
  for (const stream of remote.streams) stream.destroy();
  while (remote.streams.size > 0) await turn();
  await host.request("ping");
  await clock.advance(6_900);
  await host.request("ping");
  assert.equal(remote.received("GET").length, 1);
  await clock.advance(900);
  await remote.streaming();
  assert.equal(remote.received("GET").at(-1)?.headers["last-event-id"], "e1");
});

test("[NET-1] a remote without a stream is not asked again", async () => {
  const { host, remote } = await start({ clock: quickClock(1_000) });
  remote.withoutStream = true;
  await host.open();
  await host.request("ping");
  for (let turns = 0; turns < 20; turns += 1) await turn();
  await host.request("ping");
  assert.equal(remote.received("GET").length, 1);
});

test("[NET-4] an answer's stream that the remote closes between polls is resumed until the answer comes", async () => {
  const { host, remote } = await start({ clock: quickClock(50) });
  await host.open();
  let polls = 0;
  remote.fail("tools/call", (exchange) => {
    const { id } = exchange.json as { id: unknown };
    remote.fail(
      "GET",
      () => {
        polls += 1;
        const data =
          polls === 5
            ? `data: ${JSON.stringify({ jsonrpc: "2.0", id, result: { polls } })}\n\n`
            : "data:\n\n";
        return { headers: { "content-type": "text/event-stream" }, body: `id: p${polls}\n${data}` };
      },
      5,
    );
    return { headers: { "content-type": "text/event-stream" }, body: "id: p0\nretry: 500\ndata:\n\n" };
  });
  assert.deepEqual((await host.request("tools/call", { name: "count" })).json.result, { polls: 5 });
});

for (const fault of ["sse-ends", "sse-breaks", "sse-ends-resumable", "sse-breaks-resumable"] as const) {
  test(`[NET-4] ${fault}, and no resuming: an error within 5 s`, async () => {
    const { host, remote } = await start();
    remote.fail("GET", () => ({ status: 405 }), 9);
    await host.open();
    const started = performance.now();
    remote.fail("tools/call", fault);
    const { error } = (await host.request("tools/call", { name: "count" })).json;
    assert.ok(performance.now() - started < 5_000 + LOAD_MARGIN_MS);
    assert.equal(error?.data?.code, "REMOTE_NO_ANSWER");
    assert.match(String(error?.message), /unknown/);
  });
}

test("[NET-6] after sleep the sockets are dropped, safe requests sent again, and the session checked once", async () => {
  const clock = manualClock();
  const { host, remote } = await start({ clock });
  await host.open();
  await host.request("tools/list");
  await remote.streaming();
  remote.fail("tools/call", { hang: true } as never, 0);
  remote.fail("tools/call", () => ({ hang: true }), 2);
  const safe = host.request("tools/call", { name: "echo" });
  const unsafe = host.request("tools/call", { name: "count" });
  while (remote.received("tools/call").length < 2) await turn();
  clock.jump(3_600_000);
  await clock.advance(5_000);
  assert.equal((await unsafe).json.error?.data?.code, "NETWORK_RESET");
  while (remote.received("ping").length < 1) await clock.advance(100);
  await clock.advance(5_000);
  assert.ok((await safe).json.result);
  assert.equal(remote.received("ping").length, 1);
  assert.equal(remote.received("initialize").length, 1);
});

test("[NET-8] silence alone fails no call; a probe that fails does", async () => {
  const clock = manualClock();
  const { host, remote } = await start({ clock });
  await host.open();
  await remote.streaming();
  remote.fail("tools/call", () => ({ hang: true }));
  const call = host.request("tools/call", { name: "count" });
  while (remote.received("tools/call").length < 1) await turn();
  while (remote.received("ping").length < 3) {
    await clock.advance(5_000);
    // A probe that was sent is answered before time goes on.
    for (let turns = 0; turns < 50; turns += 1) await turn();
  }
  assert.equal(host.lines.filter(({ json }) => json.error).length, 0);
  // The other end is gone without a word.
  remote.fail("*", () => ({ hang: true }), 99);
  remote.server.acceptsConnections = false;
  const before = remote.server.ledger.length;
  while (remote.server.ledger.length === before) await clock.advance(5_000);
  while (host.lines.every(({ json }) => json.error === undefined)) await clock.advance(1_000);
  assert.equal((await call).json.error?.data?.code, "NETWORK_TIMEOUT");
  remote.heal();
});

test("[NET-8] --ping-interval pings while a session is open, in the bridge's own name", async () => {
  const clock = manualClock();
  const { host, remote } = await start({ clock, session: { pingIntervalMs: 30_000 } });
  await host.open();
  await remote.streaming();
  for (const count of [1, 2, 3]) {
    await clock.advance(30_000);
    while (remote.received("ping").length < count) await turn();
    await turn();
    await turn();
  }
  assert.equal(host.lines.length, 1);
});

test("[NET-8] --body-timeout ends an answer that stops", async () => {
  const clock = manualClock();
  const { host, remote } = await start({ clock, network: { bodyTimeoutMs: 3_000 } });
  remote.withoutStream = true;
  await host.open();
  let started = false;
  remote.fail("tools/call", () => ({
    take: (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write("{", () => {
        started = true;
      });
    },
  }));
  const call = host.request("tools/call", { name: "count" });
  while (!started) await turn();
  for (let turns = 0; turns < 20; turns += 1) await turn();
  await clock.advance(3_000);
  assert.equal((await call).json.error?.data?.code, "REMOTE_NO_ANSWER");
});

test("[NET-10] cookies come back to the remote, and not with --disable-cookies", async () => {
  for (const cookies of [true, false]) {
    const { host, remote } = await start({ network: { cookies } });
    remote.fail("initialize", async (_exchange, normally) => {
      const answer = await normally();
      return {
        ...answer,
        headers: { ...answer.headers, "set-cookie": ["a=1; Path=/", "b=2; Domain=elsewhere.example"] },
      };
    });
    await host.open();
    await host.request("ping");
    assert.equal(remote.received("ping").at(-1)?.headers.cookie, cookies ? "a=1" : undefined);
  }
});
