// Sessions that get lost, streams that break, computers that sleep.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { BridgeHost, type BridgeHostOptions } from "../../support/bridge-host.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { quickClock } from "../../support/quick-clock.ts";
import { ScriptedAuthorizer } from "../../support/scripted-authorizer.ts";
import { ScriptedRemote, type ScriptedRemoteOptions } from "../../support/scripted-remote.ts";

let clean: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const action of clean.reverse()) await action();
  clean = [];
});

async function start(options: Partial<BridgeHostOptions> = {}, remoteOptions: ScriptedRemoteOptions = {}) {
  const remote = new ScriptedRemote(remoteOptions);
  await remote.listen();
  const host = new BridgeHost({ url: remote.url, ...options });
  clean.push(
    () => remote.close(),
    () => host.close(),
  );
  return { host, remote };
}

const turn = () => new Promise<void>((done) => setImmediate(done));

test("[NET-2] ten requests lose their session: one replay, and each is carried out once", async () => {
  const { host, remote } = await start();
  await host.open();
  await host.request("logging/setLevel", { level: "debug" });
  await host.request("resources/subscribe", { uri: "file:///a" });
  await remote.streaming();
  const [lost] = remote.sessions;
  remote.sessions.clear();
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => host.request("tools/call", { name: "count" })),
  );
  assert.ok(answers.every(({ json }) => json.result));
  assert.equal(remote.carriedOut.length, 10);
  const initializes = remote.received("initialize");
  assert.equal(initializes.length, 2);
  const [first, replay] = initializes.map(({ json }) => json as { id: unknown; params: unknown });
  assert.deepEqual(replay?.params, first?.params);
  assert.notEqual(replay?.id, first?.id);
  assert.equal(remote.received("notifications/initialized").length, 2);
  const told = remote.received("logging/setLevel").at(-1);
  assert.match(String(told?.body), /"params":\{"level":"debug"\}/);
  assert.notEqual(told?.headers["mcp-session-id"], lost);
  assert.equal(remote.received("resources/subscribe").length, 2);
  await remote.streaming(1);
  assert.ok(
    host.lines.every(({ json }) => json.id === undefined || !String(json.id).startsWith("drawbridge")),
  );
});

for (const fault of ["session-404", "session-400"] as const) {
  test(`[NET-2] ${fault} again and again is an error, not a loop`, async () => {
    const { host, remote } = await start();
    await host.open();
    remote.fail("tools/call", fault, 9);
    const answer = await host.request("tools/call", { name: "count" });
    assert.ok(answer.json.error);
    assert.equal(remote.received("initialize").length, 2);
    assert.equal(remote.received("tools/call").length, 2);
  });
}

test("[NET-2] the stream hears first that the session is lost", async () => {
  const { host, remote } = await start({ clock: quickClock(50) });
  await host.open();
  await remote.streaming();
  remote.sessions.clear();
  for (const stream of remote.streams) stream.end();
  while (remote.sessions.size === 0) await turn();
  await remote.streaming();
  assert.ok((await host.request("tools/call", { name: "count" })).json.result);
  assert.equal(remote.received("initialize").length, 2);
});

test("[NET-2] a 401 of a session that worked, with credentials that are fine, is a lost session", async () => {
  const authorizer = new ScriptedAuthorizer();
  authorizer.token = "t";
  const refusing = Object.assign(Object.create(authorizer), {
    credentials: () => authorizer.credentials(),
    inProgress: () => undefined,
    close: async () => undefined,
    challenged: () => Promise.reject(new Error("nothing newer")),
  });
  const { host, remote } = await start({ authorizer: refusing });
  await host.open();
  remote.fail("tools/call", () => ({ status: 401 }));
  assert.ok((await host.request("tools/call", { name: "count" })).json.result);
  assert.equal(remote.received("initialize").length, 2);
});

test("[ERA-6] the host's answer to a request of a dead session goes nowhere", async () => {
  const { host, remote } = await start();
  await host.open({ sampling: {} });
  await remote.streaming();
  remote.push({ jsonrpc: "2.0", id: 1, method: "sampling/createMessage", params: {} });
  await host.first(({ json }) => json.method === "sampling/createMessage");
  remote.sessions.clear();
  await host.request("tools/call", { name: "count" });
  host.send({ id: 1, result: {} });
  await host.request("ping");
  assert.equal(remote.received("response").length, 0);
});

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

test("[NET-4] resuming that is refused is an error within 5 s", async () => {
  const { host, remote } = await start();
  await host.open();
  await remote.streaming();
  const started = performance.now();
  remote.fail("tools/call", "sse-ends-resumable");
  remote.fail("GET", () => ({ status: 405 }), 9);
  const { error } = (await host.request("tools/call", { name: "count" })).json;
  assert.equal(error?.data?.code, "REMOTE_NO_ANSWER");
  assert.match(String(error?.message), /unknown/);
  assert.ok(performance.now() - started < 5_000);
});

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

test("[LIFE-7] filters hide tools from lists, byte for byte, and refuse to call them", async () => {
  const tools = [
    { name: "read_a", annotations: { readOnlyHint: true }, big: 1 },
    { name: "write_a" },
    { name: "admin.x", annotations: { readOnlyHint: true } },
  ];
  const filters = [
    [{ ignore: ["*_a"], readOnly: false }, ["admin.x"]],
    [{ ignore: ["write_*"], allow: ["*_a"], readOnly: false }, ["read_a"]],
    [{ ignore: [], readOnly: true }, ["read_a", "admin.x"]],
    [{ ignore: ["admin?x", "(", "read"], readOnly: false }, ["read_a", "write_a", "admin.x"]],
  ] as const;
  for (const [filter, shown] of filters) {
    const { host, remote } = await start({ session: { tools: filter } }, { tools });
    await host.open();
    const listed = (await host.request("tools/list")).json.result?.tools as { name: string }[];
    assert.deepEqual(
      listed.map(({ name }) => name),
      shown,
    );
    for (const { name } of tools) {
      const { json } = await host.request("tools/call", { name });
      const may = (shown as readonly string[]).includes(name);
      assert.equal(json.error?.code, may ? undefined : -32602, name);
    }
    assert.deepEqual(
      remote.carriedOut,
      shown.length === 3 ? tools.map(({ name }) => name) : remote.carriedOut,
    );
    assert.equal(remote.received("tools/call").length, shown.length);
  }
});

test("[LIFE-7] a hidden tool's name that is written with escapes is still hidden", async () => {
  const { host, remote } = await start({ session: { tools: { ignore: ["count"], readOnly: false } } });
  await host.open();
  host.write('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"c\\u006funt"}}');
  assert.equal((await host.answer(1)).json.error?.code, -32602);
  host.write('[{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"count"}}]');
  assert.equal((await host.answer(2)).json.error?.code, -32600);
  assert.deepEqual(remote.carriedOut, []);
});
