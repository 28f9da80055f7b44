// A host of 2025 and a remote that speaks only 2026-07-28.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemory } from "../../support/hosts/bridge-host.ts";
import { eraScenes } from "../../support/hosts/era-scene.ts";
import { type Json, rpcError } from "../../support/hosts/rpc-text.ts";
import { complete, META, MODERN } from "../../support/remotes/modern-server.ts";
import type { Answer } from "../../support/remotes/scripted-server.ts";

const { modern: start } = eraScenes();

const metaOf = (message: Json | undefined): Json => ((message?.params ?? {}) as { _meta: Json })._meta;

test("[ERA-2] the handshake is answered from server/discover, and what the host says goes on in the other era", async () => {
  const { host, remote } = await start();
  const { json } = await host.open({ roots: {} });
  assert.deepEqual(json.result, {
    protocolVersion: "2025-11-25",
    capabilities: { tools: { listChanged: true } },
    serverInfo: { name: "modern-server", version: "1.0.0" },
  });
  const listed = await host.request("tools/list", {});
  assert.deepEqual(Object.keys(listed.json.result ?? {}), ["tools"]);
  const called = await host.request("tools/call", { name: "echo", arguments: { big: 1 } });
  assert.deepEqual(called.json.result, { content: [{ type: "text", text: '{"big":1}' }] });
  assert.deepEqual(metaOf(remote.received("tools/call")[0]), {
    [`${META}protocolVersion`]: MODERN,
    [`${META}clientInfo`]: { name: "test-host", version: "1" },
    [`${META}clientCapabilities`]: { roots: {} },
  });
  assert.deepEqual((await host.request("ping")).json.result, {});
  assert.deepEqual(remote.breaches, []);
  assert.equal(remote.received("ping").length + remote.received("notifications/initialized").length, 0);
});

const REFUSALS: readonly [string, (id: unknown) => Answer][] = [
  ["missing headers", (id) => ({ status: 400, body: rpcError(id, -32020, "Missing header") })],
  ["method not found", (id) => ({ status: 404, body: rpcError(id, -32601, "Method not found") })],
  ["method not found, with 200", (id) => ({ body: rpcError(id, -32601, "Method not found") })],
  ["wrong parameters", (id) => ({ status: 400, body: rpcError(id, -32602, "Missing _meta") })],
  ["a bare 400", () => ({ status: 400 })],
  ["a bare 404", () => ({ status: 404 })],
];
for (const [what, refusal] of REFUSALS)
  test(`[ERA-2] a modern remote is recognised that refuses the handshake with ${what}`, async () => {
    const memory = createMemory();
    const { host, remote } = await start({ refusal }, { memory, session: { transport: "http-only" } });
    assert.equal((await host.open()).json.result?.protocolVersion, "2025-11-25");
    await host.request("tools/list");
    await host.close();
    assert.equal(memory.now.era, "modern");
    assert.deepEqual(remote.breaches, []);
  });

test("[ERA-2] a remembered remote is asked in its own era at once, and looked at again when that fails", async () => {
  const memory = createMemory({ lists: {}, era: "modern" });
  const { host, remote } = await start({}, { memory });
  await host.open();
  assert.equal(remote.received("initialize").length, 0);
  await host.close();
  let legacy = 0;
  const other = await start(
    {
      result: ({ method, id }) =>
        method === "server/discover" ? { error: rpcError(id, -32601, "no").error } : undefined,
      refusal: (id) => {
        legacy += 1;
        const result = {
          protocolVersion: "2025-11-25",
          capabilities: {},
          serverInfo: { name: "l", version: "1" },
        };
        return { body: { jsonrpc: "2.0", id, result } };
      },
    },
    { memory },
  );
  other.remote.fail("notifications/initialized", () => ({ status: 202 }));
  const info = (await other.host.open()).json.result?.serverInfo;
  assert.deepEqual(info, { name: "l", version: "1" });
  assert.equal(legacy, 1);
  await other.host.close();
  assert.equal(memory.now.era, "legacy");
});

test("[ERA-2] a remote that is refused in both eras says why in its own words", async () => {
  const { host } = await start({
    result: ({ id }) => ({ error: rpcError(id, -32601, "none of that").error }),
    refusal: (id) => ({ status: 400, body: rpcError(id, -32602, "Bad version") }),
  });
  assert.deepEqual((await host.open()).json.error, { code: -32602, message: "Bad version" });
});

test("[ERA-2] changes and subscriptions come by a listen that is opened for the host and kept open", async () => {
  const { host, remote } = await start({
    capabilities: { tools: { listChanged: true }, resources: { subscribe: true } },
  });
  await host.open();
  await remote.until(() => remote.listens.size === 1);
  remote.tell("notifications/tools/list_changed", (filter) => filter.toolsListChanged === true);
  const changed = await host.first(({ json }) => json.method === "notifications/tools/list_changed");
  assert.equal(changed.text, '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}');
  await host.request("resources/subscribe", { uri: "test://a" });
  const wants = (filter: Json) =>
    (filter.resourceSubscriptions as string[] | undefined)?.includes("test://a") === true;
  await remote.until(
    () => remote.listens.size === 1 && [...remote.listens.values()].every((one) => wants(one.filter)),
  );
  remote.tell("notifications/resources/updated", wants, { uri: "test://a" });
  const updated = await host.first(({ json }) => json.method === "notifications/resources/updated");
  assert.deepEqual(updated.json.params, { uri: "test://a" });
  await host.request("resources/unsubscribe", { uri: "test://a" });
  await remote.until(
    () => remote.listens.size === 1 && ![...remote.listens.values()].some((one) => wants(one.filter)),
  );
  const before = remote.received("subscriptions/listen").length;
  for (const { response } of remote.listens.values()) response.destroy();
  await remote.until(() => remote.received("subscriptions/listen").length > before);
  assert.deepEqual(remote.breaches, []);
});

test("[ERA-2] the log level goes with each request, and batches one by one", async () => {
  const { host, remote } = await start();
  await host.open();
  await host.request("logging/setLevel", { level: "warning" });
  host.write('[{"jsonrpc":"2.0","id":1,"method":"tools/list"},{"jsonrpc":"2.0","id":2,"method":"ping"}]');
  assert.ok(Array.isArray((await host.answer(1)).json.result?.tools));
  assert.deepEqual((await host.answer(2)).json.result, {});
  assert.equal(metaOf(remote.received("tools/list")[0])[`${META}logLevel`], "warning");
});

test("[ERA-2] a log level that nobody knows is refused, and goes with no request", async () => {
  const { host, remote } = await start();
  await host.open();
  for (const params of [{ level: "loud" }, { level: 7 }, {}, undefined])
    assert.equal((await host.request("logging/setLevel", params)).json.error?.code, -32602);
  await host.request("tools/list");
  assert.equal(metaOf(remote.received("tools/list")[0])[`${META}logLevel`], undefined);
});

test("[ERA-2] requests that only the other era has are refused, and do not go out", async () => {
  const { host, remote } = await start();
  await host.open();
  await remote.until(() => remote.received("subscriptions/listen").length === 1);
  const asked = ["server/discover", "subscriptions/listen", "tasks/get", "tasks/update", "tasks/cancel"];
  for (const method of asked)
    assert.equal((await host.request(method, { taskId: "t" })).json.error?.code, -32601, method);
  assert.equal(remote.received("subscriptions/listen").length, 1);
  assert.equal(remote.received("server/discover").length, 1);
  assert.equal(remote.exchanges("tasks/get").length, 0);
});

test("[ERA-7] members and methods that nobody knows pass between the eras, byte for byte", async () => {
  const { host, remote } = await start({
    result: ({ method }) => (method === "x/new" ? complete({ y: 1 }) : undefined),
  });
  await host.open();
  host.write(
    '{"jsonrpc":"2.0","id":1.0,"method":"x/new","params":{"n":12345678901234567890,"_meta":{"traceparent":"t"}},"z":0}',
  );
  const { json } = await host.answer(1);
  assert.deepEqual(json.result, { y: 1 });
  const [{ body = "" } = {}] = remote.exchanges("x/new");
  assert.match(body, /"n":12345678901234567890/);
  assert.match(body, /"traceparent":"t"/);
  assert.match(body, /"z":0/);
});

test("[ERA-2] --protocol legacy asks nothing more of a remote that refuses", async () => {
  const { host, remote } = await start({}, { session: { protocol: "legacy" } });
  assert.equal((await host.open()).json.error?.code, -32022);
  assert.equal(remote.received("server/discover").length, 0);
});

test("[ERA-2] --protocol modern begins in that era, and says so where the remote does not speak it", async () => {
  const { host, remote } = await start({}, { session: { protocol: "modern" } });
  await host.open();
  assert.equal(remote.received("initialize").length, 0);
  const other = await start(
    { result: () => ({ error: { code: -32601, message: "no" } }) },
    { session: { protocol: "modern" } },
  );
  assert.match((await other.host.open()).json.error?.message ?? "", /does not speak 2026-07-28/);
});
