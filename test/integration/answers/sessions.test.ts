// Sessions that get lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { quickClock } from "../../support/clocks/quick-clock.ts";
import { bridgeScenes } from "../../support/hosts/bridge-scene.ts";
import { event } from "../../support/hosts/rpc-text.ts";
import { ScriptedAuthorizer } from "../../support/issuers/scripted-authorizer.ts";
import { eventsOf } from "../../support/remotes/faults.ts";

const start = bridgeScenes();

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
    onSignIn: () => undefined,
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

test("[NET-2] a tool's own words about a session do not run it twice, and the next call works", async () => {
  const { host, remote } = await start();
  await host.open();
  remote.fail("tools/call", () => ({
    status: 400,
    headers: { "content-type": "text/plain" },
    body: "checkout session expired",
  }));
  const answer = await host.request("tools/call", { name: "count" });
  assert.match(answer.json.error?.message ?? "", /checkout session expired/);
  assert.equal(remote.received("tools/call").length, 1);
  assert.ok((await host.request("tools/call", { name: "count" })).json.result);
  while (remote.received("ping").length === 0)
    await remote.server.arrival("post", remote.server.to("post").length + 1);
  await host.request("ping");
  assert.equal(remote.received("initialize").length, 1, "the session lives, and what it holds");
});

test("[NET-2] the host's answer is not carried into the session that replaces the one that asked", async () => {
  const { host, remote } = await start();
  await host.open();
  await remote.streaming();
  remote.push({ jsonrpc: "2.0", id: 0, method: "roots/list" });
  await host.first(({ json }) => json.id === 0);
  remote.fail("response", "session-404");
  host.send({ id: 0, result: { roots: [{ uri: "file:///secret" }] } });
  while (remote.received("response").length === 0)
    await remote.server.arrival("post", remote.server.to("post").length + 1);
  assert.ok((await host.request("tools/call", { name: "count" })).json.result, "in a new session");
  assert.equal(remote.received("initialize").length, 2);
  assert.equal(remote.received("response").length, 1);
});

test("[NET-2] what the remote asks while a new session hears what it must know is answered in it", async () => {
  const { host, remote } = await start();
  await host.open();
  await remote.streaming();
  remote.sessions.clear();
  remote.fail("notifications/initialized", () =>
    eventsOf(event({ jsonrpc: "2.0", id: "asks", method: "roots/list" })),
  );
  const call = host.request("tools/call", { name: "count" });
  await host.first(({ json }) => json.id === "asks");
  host.send({ id: "asks", result: { roots: [] } });
  assert.ok((await call).json.result);
  while (remote.received("response").length === 0)
    await remote.server.arrival("post", remote.server.to("post").length + 1);
  assert.equal(remote.received("initialize").length, 2);
});

test("[NET-2] a second initialize before the first is answered: its session is used, and the other one ended", async () => {
  const { host, remote } = await start();
  const clientInfo = { name: "test-host", version: "1" };
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
  const answers: (() => void)[] = [];
  remote.fail(
    "initialize",
    async (_exchange, normally) => {
      await new Promise<void>((resolve) => answers.push(resolve));
      return normally();
    },
    2,
  );
  host.send({ id: "first", method: "initialize", params });
  host.send({ method: "notifications/initialized" });
  // It waits for the first session.
  host.send({ id: "call", method: "tools/call", params: { name: "echo", arguments: {} } });
  while (answers.length < 1) await turn();
  host.send({ id: "second", method: "initialize", params });
  while (answers.length < 2) await turn();
  answers[0]?.();
  await host.answer("first");
  for (let turns = 0; turns < 20; turns += 1) await turn();
  assert.equal(remote.received("tools/call").length, 0, "not outside a session");
  answers[1]?.();
  assert.ok((await host.answer("call")).json.result);
  const sessionOf = (kind: string) => remote.received(kind)[0]?.headers["mcp-session-id"];
  while (remote.received("DELETE").length === 0) await turn();
  assert.notEqual(sessionOf("DELETE"), undefined);
  assert.notEqual(sessionOf("tools/call"), undefined);
  assert.notEqual(sessionOf("DELETE"), sessionOf("tools/call"));
});

test("[NET-2] a call that lost its session waits for the last of several handshakes", async () => {
  const { host, remote } = await start();
  await host.open();
  await host.request("ping");
  const gates: (() => void)[] = [];
  remote.fail(
    "initialize",
    async (_exchange, normally) => {
      await new Promise<void>((resolve) => gates.push(resolve));
      return normally();
    },
    3,
  );
  const begin = (id: string): void => {
    const clientInfo = { name: "test-host", version: "1" };
    host.send({
      id,
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo },
    });
  };
  const arrived = async (count: number): Promise<void> => {
    while (gates.length < count) await turn();
  };
  remote.sessions.clear();
  host.send({ id: "call", method: "tools/call", params: { name: "echo", arguments: {} } });
  await arrived(1);
  begin("second");
  await arrived(2);
  gates[0]?.();
  for (let turns = 0; turns < 20; turns += 1) await turn();
  begin("third");
  await arrived(3);
  gates[1]?.();
  await host.answer("second");
  for (let turns = 0; turns < 20; turns += 1) await turn();
  assert.equal(remote.received("tools/call").length, 1, "the one that found no session");
  gates[2]?.();
  assert.ok((await host.answer("call")).json.result);
});
