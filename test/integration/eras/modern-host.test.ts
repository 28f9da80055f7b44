// A host of 2026-07-28: before a remote of its own era it is heard as it is, before one of 2025 as a host of 2025.
import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { createMemory } from "../../support/hosts/bridge-host.ts";
import { eraScenes, paramsOf, said, turn } from "../../support/hosts/era-scene.ts";
import { event, type Json, rpcError } from "../../support/hosts/rpc-text.ts";
import { onlyWith, ScriptedAuthorizer } from "../../support/issuers/scripted-authorizer.ts";
import { EVENT_STREAM } from "../../support/remotes/mcp-server.ts";
import { META, MODERN } from "../../support/remotes/modern-server.ts";
import { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";

const { modern: withModern, legacy: withLegacy } = eraScenes();

const SUBSCRIPTION = `${META}subscriptionId`;

test("[ERA-3] before a remote of its era its bytes go unchanged, and so does the answer", async () => {
  const { host, remote } = await withModern();
  await host.modern("server/discover");
  const line = `{"jsonrpc":"2.0", "id" : 1.0,"method":"tools/call","params":{"name":"\\u00e9 1","arguments":{"n":12345678901234567890},"_meta":{"${META}protocolVersion":"${MODERN}","${META}clientCapabilities":{}}}}`;
  host.write(line);
  const { text } = await host.answer(1);
  assert.equal(remote.exchanges("tools/call")[0]?.body, line);
  assert.match(text, /"resultType":"complete"/);
  assert.deepEqual(remote.breaches, []);
  assert.equal(remote.received("initialize").length, 0);
});

test("[ERA-3] several listens stay open, and each is closed by its cancellation, at once", async () => {
  const { host, remote } = await withModern({}, { clock: manualClock() });
  for (const id of [1, 2])
    void host.modern("subscriptions/listen", { notifications: { toolsListChanged: true } }, { id });
  await remote.until(() => remote.listens.size === 2);
  remote.tell("notifications/tools/list_changed", () => true);
  await host.first(({ json }) => json.method === "notifications/tools/list_changed");
  await host.modern("tools/list");
  const ids = said(host, "notifications/tools/list_changed").map(
    ({ json }) => ((json.params ?? {}) as { _meta: Json })._meta[SUBSCRIPTION],
  );
  assert.deepEqual(ids.sort(), [1, 2]);
  host.send({ method: "notifications/cancelled", params: { requestId: 1 } });
  await remote.until(() => remote.listens.size === 1);
  assert.deepEqual([...remote.listens.keys()], ["2"]);
  assert.equal(remote.received("notifications/cancelled").length, 0);
  assert.ok(!host.lines.some(({ json }) => json.id === 1));
});

test("[ERA-3] bodies of 400 and 404 reach the host", async () => {
  const { host, remote } = await withModern();
  assert.deepEqual((await host.modern("x/unknown")).json.error, {
    code: -32601,
    message: "Method not found",
  });
  remote.fail("tools/list", ({ json }) => ({
    status: 400,
    body: {
      jsonrpc: "2.0",
      id: (json as Json).id,
      error: { code: -32022, message: "no", data: { supported: ["x"] } },
    },
  }));
  assert.deepEqual((await host.modern("tools/list")).json.error?.data, { supported: ["x"] });
});

test("[ERA-5] before a remote of 2025 the handshake is the bridge's, and results say what they are", async () => {
  const memory = createMemory();
  const { host, remote } = await withLegacy({}, { memory });
  const discovered = await host.modern("server/discover");
  assert.equal(discovered.json.error, undefined);
  assert.deepEqual(discovered.json.result, {
    resultType: "complete",
    supportedVersions: [MODERN],
    capabilities: { tools: { listChanged: true }, logging: {} },
    ttlMs: 0,
    cacheScope: "private",
    _meta: { [`${META}serverInfo`]: { name: "scripted-remote", version: "1.0.0" } },
  });
  const { json } = await host.modern("tools/list");
  assert.deepEqual(
    [json.result?.resultType, json.result?.ttlMs, json.result?.cacheScope],
    ["complete", 0, "private"],
  );
  await host.modern("tools/call", { name: "echo", arguments: { a: 1 } }, { meta: { traceparent: "t" } });
  assert.deepEqual(paramsOf(remote.received("tools/call")[0]), {
    name: "echo",
    arguments: { a: 1 },
    _meta: { traceparent: "t" },
  });
  const initialize = paramsOf(remote.received("initialize")[0]);
  assert.deepEqual(initialize.clientInfo, { name: "modern-host", version: "1" });
  assert.equal(remote.received("notifications/initialized").length, 1);
  await host.close();
  assert.equal(memory.now.era, "legacy");
});

test("[ERA-5] a remembered remote is asked in its own era at once", async () => {
  const { host, remote } = await withLegacy({}, { memory: createMemory({ lists: {}, era: "legacy" }) });
  await host.modern("server/discover");
  assert.equal(remote.received("server/discover").length, 0);
});

test("[ERA-5] listens are fed from the session's stream, each with its own id", async () => {
  const { host, remote } = await withLegacy({
    capabilities: { tools: { listChanged: true }, resources: { subscribe: true } },
  });
  await host.modern("server/discover");
  void host.modern(
    "subscriptions/listen",
    { notifications: { toolsListChanged: true, promptsListChanged: true } },
    { id: "t" },
  );
  void host.modern(
    "subscriptions/listen",
    { notifications: { resourceSubscriptions: ["test://a"] } },
    { id: 2 },
  );
  await host.first(
    ({ json }) =>
      json.method === "notifications/subscriptions/acknowledged" && json.params?._meta !== undefined,
  );
  await remote.streaming();
  await host.modern("tools/list");
  assert.deepEqual(
    said(host, "notifications/subscriptions/acknowledged").map(({ json }) => json.params),
    [
      { notifications: { toolsListChanged: true }, _meta: { [SUBSCRIPTION]: "t" } },
      { notifications: { resourceSubscriptions: ["test://a"] }, _meta: { [SUBSCRIPTION]: 2 } },
    ],
  );
  assert.deepEqual(paramsOf(remote.received("resources/subscribe")[0]), { uri: "test://a" });
  remote.push({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
  remote.push({ jsonrpc: "2.0", method: "notifications/resources/updated", params: { uri: "test://a" } });
  const updated = await host.first(({ json }) => json.method === "notifications/resources/updated");
  assert.deepEqual(updated.json.params, { uri: "test://a", _meta: { [SUBSCRIPTION]: 2 } });
  assert.deepEqual(
    said(host, "notifications/tools/list_changed").map(({ json }) => json.params),
    [{ _meta: { [SUBSCRIPTION]: "t" } }],
  );
  host.send({ method: "notifications/cancelled", params: { requestId: 2 } });
  await host.modern("tools/list");
  assert.equal(remote.received("resources/unsubscribe").length, 1);
  await host.close();
  assert.deepEqual(host.lines.find(({ json }) => json.id === "t")?.json.result, {
    resultType: "complete",
    _meta: { [SUBSCRIPTION]: "t" },
  });
});

test("[ERA-5] codes that the era must not use become others, and log messages need a level", async () => {
  const { host, remote } = await withLegacy({ capabilities: { resources: {}, logging: {} } });
  await host.modern("server/discover");
  const refuse = (code: number) => (exchange: { json: unknown }) => ({
    body: rpcError((exchange.json as Json).id, code, "Not here"),
  });
  remote.fail("resources/read", refuse(-32002));
  assert.deepEqual((await host.modern("resources/read", { uri: "x" })).json.error, {
    code: -32602,
    message: "Not here",
  });
  remote.fail("x/call", refuse(-32042));
  assert.equal((await host.modern("x/call")).json.error?.code, -32603);
  const logged = (exchange: { json: unknown }) => {
    const log = (level: string) =>
      event({ jsonrpc: "2.0", method: "notifications/message", params: { level, data: level } });
    const { id } = exchange.json as Json;
    return {
      headers: EVENT_STREAM,
      body: log("debug") + log("error") + event({ jsonrpc: "2.0", id, result: {} }),
    };
  };
  remote.fail("x/log", logged, 2);
  await host.modern("x/log");
  assert.equal(said(host, "notifications/message").length, 0);
  await host.modern("x/log", {}, { meta: { [`${META}logLevel`]: "error" } });
  assert.deepEqual(
    said(host, "notifications/message").map(({ json }) => json.params?.level),
    ["error"],
  );
  assert.deepEqual(paramsOf(remote.received("logging/setLevel")[0]), { level: "error" });
});

test("[ERA-5] versions that the bridge does not speak are refused before a remote of 2025", async () => {
  const { host } = await withLegacy();
  await host.modern("server/discover");
  const { json } = await host.modern(
    "tools/list",
    {},
    { meta: { [`${META}protocolVersion`]: "2030-01-01" } },
  );
  assert.deepEqual(json.error, {
    code: -32022,
    message: "Unsupported protocol version",
    data: { supported: [MODERN], requested: "2030-01-01" },
  });
  assert.equal((await host.modern("resources/subscribe", { uri: "a" })).json.error?.code, -32601);
});

const MALFORMED: readonly [what: string, meta: object, message: string][] = [
  ["no version", { [`${META}protocolVersion`]: undefined }, `_meta lacks ${META}protocolVersion`],
  ["no capabilities", { [`${META}clientCapabilities`]: undefined }, `_meta lacks ${META}clientCapabilities`],
  [
    "capabilities that are none",
    { [`${META}clientCapabilities`]: 1 },
    `_meta lacks ${META}clientCapabilities`,
  ],
  ["an unknown log level", { [`${META}logLevel`]: "loud" }, `${META}logLevel is no log level`],
];
for (const [what, meta, message] of MALFORMED)
  test(`[ERA-5] a request with ${what} is refused before a remote of 2025, which hears nothing of it`, async () => {
    const { host, remote } = await withLegacy();
    await host.modern("server/discover");
    const { json } = await host.modern("tools/list", {}, { meta });
    assert.deepEqual(json.error, { code: -32602, message: `Invalid params: ${message}` });
    assert.equal((await host.modern("tools/list")).json.error, undefined);
    assert.equal(remote.received("tools/list").length, 1);
  });

for (const era of ["modern", "legacy"] as const)
  test(`[ERA-5][LIFE-1] while nobody is signed in at a ${era} remote, a modern host has the sign-in tool`, async () => {
    const authorizer = new ScriptedAuthorizer();
    const more = { authorizer, session: { provisional: true, listWaitMs: 300, handshakeWaitMs: 100 } };
    const { host, remote } = era === "modern" ? await withModern({}, more) : await withLegacy({}, more);
    if (remote instanceof ScriptedRemote) remote.fail("*", onlyWith("t"), Number.POSITIVE_INFINITY);
    else
      remote.fail(
        "*",
        (exchange) => ({ status: 401, headers: { "www-authenticate": `Bearer realm="${exchange.number}"` } }),
        Number.POSITIVE_INFINITY,
      );
    const discovered = await host.modern("server/discover");
    assert.equal(discovered.json.result?.resultType, "complete");
    const { json } = await host.modern("tools/list");
    assert.equal(json.result?.resultType, "complete");
    assert.equal((json.result as { tools: Json[] }).tools.length, 1);
  });

for (const next of ["its next word", "a second"])
  test(`[ERA-5] [AUTH-12] who only asks what there is is answered; the sign-in begins with ${next}`, async () => {
    const authorizer = new ScriptedAuthorizer();
    const { host, remote } = await withLegacy({}, { authorizer, session: { provisional: true } });
    remote.fail("*", onlyWith("t"), Number.POSITIVE_INFINITY);
    const { json } = await host.modern("server/discover");
    assert.equal(json.result?.resultType, "complete");
    assert.equal(authorizer.signIns, 0);
    if (next === "its next word") void host.modern("tools/list");
    while (authorizer.signIns === 0) await turn();
  });
