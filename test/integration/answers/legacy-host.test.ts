// A host of 2025 and a remote that speaks only 2026-07-28.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { BridgeHost, type BridgeHostOptions, createMemory } from "../../support/hosts/bridge-host.ts";
import { isObject, type Json, rpcError } from "../../support/hosts/rpc-text.ts";
import {
  complete,
  META,
  MODERN,
  ModernServer,
  type ModernServerOptions,
} from "../../support/remotes/modern-server.ts";
import type { Answer } from "../../support/remotes/scripted-server.ts";

let clean: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const action of clean.reverse()) await action();
  clean = [];
});

async function start(options: ModernServerOptions = {}, more: Partial<BridgeHostOptions> = {}) {
  const remote = new ModernServer(options);
  await remote.listen();
  const host = new BridgeHost({ url: remote.url, ...more });
  clean.push(
    () => remote.close(),
    () => host.close(),
  );
  return { remote, host };
}

const metaOf = (message: Json | undefined): Json => ((message?.params ?? {}) as { _meta: Json })._meta;
const said = (host: BridgeHost, method: string) => host.lines.filter(({ json }) => json.method === method);

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

test("[ERA-2] what the remote wants to know is asked of the host, and the answers go with the untouched state", async () => {
  const rounds: Json[] = [];
  const { host, remote } = await start({
    result(message) {
      if (message.method !== "tools/call") return undefined;
      rounds.push(message);
      const params = message.params as Json;
      if (params.requestState === undefined)
        return {
          resultType: "input_required",
          requestState: "sealed \u00e9",
          inputRequests: {
            name: { method: "elicitation/create", params: { message: "Who?", requestedSchema: {} } },
            page: {
              method: "elicitation/create",
              params: { mode: "url", message: "Go", url: "https://x.test" },
            },
            model: { method: "sampling/createMessage", params: { messages: [], maxTokens: 1 } },
            where: { method: "roots/list" },
          },
        };
      return complete({ content: [], structuredContent: params.inputResponses as Json });
    },
  });
  await host.open({ elicitation: { form: {}, url: {} }, sampling: {}, roots: {} });
  const answer = host.request("tools/call", { name: "count", arguments: {} }, 5);
  const answers: Json = {
    "sampling/createMessage": { role: "assistant", model: "m", content: { type: "text", text: "Hi" } },
    "roots/list": { roots: [] },
  };
  for (const method of ["elicitation/create", "sampling/createMessage", "roots/list"]) {
    await host.first(({ json }) => json.method === method);
    await new Promise((done) => setImmediate(done));
    for (const { json } of said(host, method)) {
      const isUrl = json.params?.mode === "url";
      if (isUrl) assert.equal(typeof json.params?.elicitationId, "string");
      const result =
        answers[method] ?? (isUrl ? { action: "accept" } : { action: "accept", content: { n: 1 } });
      host.send({ id: json.id, result });
    }
  }
  const { json } = await answer;
  assert.deepEqual(json.result?.structuredContent, {
    name: { action: "accept", content: { n: 1 } },
    page: { action: "accept" },
    model: answers["sampling/createMessage"],
    where: { roots: [] },
  });
  assert.equal(rounds.length, 2);
  assert.notEqual(rounds[0]?.id, rounds[1]?.id);
  const { requestState, arguments: args } = (rounds[1]?.params ?? {}) as Json;
  assert.deepEqual([requestState, args], ["sealed \u00e9", {}]);
  assert.deepEqual(remote.breaches, []);
});

test("[ERA-2] a remote that asks for what the host did not offer, or without end, fails the call", async () => {
  const { host } = await start({
    result: ({ method, params }) =>
      method !== "tools/call"
        ? undefined
        : {
            resultType: "input_required",
            inputRequests:
              (params as Json).name === "count"
                ? { a: { method: "sampling/createMessage", params: {} } }
                : { a: { method: "roots/list" } },
          },
  });
  await host.open({ roots: {} });
  const refused = await host.request("tools/call", { name: "count" });
  assert.match(refused.json.error?.message ?? "", /asked for .sampling., which this host does not offer/);
  const endless = host.request("tools/call", { name: "echo" }, "endless");
  let seen = 0;
  const answerAll = async (): Promise<void> => {
    for (;;) {
      const next = await host.first(
        ({ json }) => json.method === "roots/list" && said(host, "roots/list").length > seen,
      );
      void next;
      for (const { json } of said(host, "roots/list").slice(seen))
        host.send({ id: json.id, result: { roots: [] } });
      seen = said(host, "roots/list").length;
      if (seen >= 10) return;
    }
  };
  await answerAll();
  assert.match((await endless).json.error?.message ?? "", /asks for input for the 11th time/);
});

test("[ERA-2] a cancelled call closes its stream, and takes back what the host was asked", async () => {
  let closed = 0;
  const { host, remote } = await start({
    result: ({ method, params }) =>
      method === "tools/call" && (params as Json).name === "echo"
        ? { resultType: "input_required", inputRequests: { a: { method: "roots/list" } } }
        : undefined,
  });
  await host.open({ roots: {} });
  remote.fail("tools/call", () => ({
    take: (_request, response) => {
      response.once("close", () => {
        closed += 1;
        remote.changed();
      });
    },
  }));
  host.send({ id: "c", method: "tools/call", params: { name: "count" } });
  await remote.until(() => remote.received("tools/call").length === 1);
  host.send({ method: "notifications/cancelled", params: { requestId: "c" } });
  await remote.until(() => closed === 1);
  host.send({ id: "d", method: "tools/call", params: { name: "echo" } });
  const asked = await host.first(({ json }) => json.method === "roots/list");
  host.send({ method: "notifications/cancelled", params: { requestId: "d" } });
  const taken = await host.first(({ json }) => json.method === "notifications/cancelled");
  assert.equal(taken.json.params?.requestId, asked.json.id);
  await host.request("ping");
  assert.ok(!host.lines.some(({ json }) => json.id === "c" || json.id === "d"));
  assert.deepEqual(remote.breaches, []);
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

test("[ERA-4] parameters travel in headers, tools with wrong annotations are left out, and a mismatch lists again", async () => {
  const schema = (name: unknown, type = "string") => ({
    type: "object",
    properties: { region: { type, "x-mcp-header": name } },
  });
  const { host, remote } = await start({
    tools: [
      { name: "good", inputSchema: schema("Region") },
      { name: "bad", inputSchema: schema("two words") },
    ],
  });
  await host.open();
  const { json } = await host.request("tools/list");
  assert.deepEqual(
    (json.result as { tools: Json[] }).tools.map(({ name }) => name),
    ["good"],
  );
  assert.match(host.notices.join("\n"), /"bad" is left out: its x-mcp-header is no name of a header/);
  await host.request("tools/call", { name: "good", arguments: { region: "Z\u00fcrich" } });
  const value = (at: number) => remote.exchanges("tools/call")[at]?.headers["mcp-param-region"];
  assert.equal(value(0), `=?base64?${Buffer.from("Z\u00fcrich").toString("base64")}?=`);
  remote.tools = [
    {
      name: "good",
      inputSchema: { type: "object", properties: { zone: { type: "integer", "x-mcp-header": "Zone" } } },
    },
  ];
  remote.fail("tools/call", ({ json: sent }) => ({
    status: 400,
    body: rpcError(isObject(sent) ? sent.id : null, -32020, "Mcp-Param-Zone is missing"),
  }));
  await host.request("tools/call", { name: "good", arguments: { zone: 7 } });
  assert.equal(remote.exchanges("tools/call")[2]?.headers["mcp-param-zone"], "7");
  assert.deepEqual(remote.breaches, []);
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
