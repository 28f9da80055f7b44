// Tasks: the experimental ones of 2025-11-25 and the extension of 2026-07-28 pass as they are between equals, and are not offered
// where the eras meet (2025-11-25, utilities/tasks; 2026-07-28, changelog 6; SEP-2663).
import assert from "node:assert/strict";
import { test } from "node:test";
import { eraScenes, paramsOf, said } from "../../support/hosts/era-scene.ts";
import { event, type Json } from "../../support/hosts/rpc-text.ts";
import { EVENT_STREAM } from "../../support/remotes/mcp-server.ts";
import { cacheable, complete, META, MODERN } from "../../support/remotes/modern-server.ts";
import type { Exchange } from "../../support/remotes/scripted-server.ts";

const { modern: withModern, legacy: withLegacy } = eraScenes();
const EXTENSION = "io.modelcontextprotocol/tasks";
const JSON_BODY = { "content-type": "application/json" };

/** Blanks, numbers and escapes as no serializer writes them. */
const odd = (id: string, rest: string): string => `{"jsonrpc":"2.0", "id" : "${id}" ,${rest}, "big":1e400}`;

const LEGACY: readonly [method: string, params: string, result: string][] = [
  [
    "tools/call",
    '{"name":"count","task":{"ttl":6e4}}',
    '{"task":{"taskId":"\\u0074-1","status":"working","ttl":60000.0}}',
  ],
  ["tasks/get", '{"taskId":"t-1"}', '{"taskId":"t-1","status":"working","pollInterval":5e3}'],
  [
    "tasks/result",
    '{"taskId":"t-1"}',
    `{"content":[],"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t-1"}}}`,
  ],
  ["tasks/list", '{"cursor":"c"}', '{"tasks":[],"nextCursor":"d"}'],
  ["tasks/cancel", '{"taskId":"t-1"}', '{"taskId":"t-1","status":"cancelled"}'],
];

test("[ERA-1] tasks of 2025-11-25 pass between a host and a remote of it, byte for byte", async () => {
  const { host, remote } = await withLegacy({ capabilities: { tools: {}, tasks: { list: {} } } });
  const tasks = { requests: { sampling: { createMessage: {} } } };
  const { json } = await host.open({ tasks, sampling: {} });
  assert.deepEqual(json.result?.capabilities, { tools: {}, tasks: { list: {} } });
  assert.deepEqual(paramsOf(remote.received("initialize")[0]).capabilities, { tasks, sampling: {} });
  for (const [method, params, result] of LEGACY) {
    const answer = odd(method, `"result":${result}`);
    remote.fail(method, () => ({ headers: JSON_BODY, body: answer }));
    const line = odd(method, `"method":"${method}","params":${params}`);
    host.write(line);
    assert.equal((await host.answer(method)).text, answer);
    assert.equal(remote.received(method)[0]?.body, line);
  }
  await remote.streaming();
  const status = { jsonrpc: "2.0", method: "notifications/tasks/status", params: { taskId: "t-1" } };
  const asked = { jsonrpc: "2.0", id: 9, method: "sampling/createMessage", params: { task: { ttl: 1 } } };
  for (const message of [status, asked]) remote.push(message);
  const heard = await host.first(({ json: { id } }) => id === 9);
  assert.equal(heard.text, JSON.stringify(asked));
  assert.equal(said(host, status.method)[0]?.text, JSON.stringify(status));
  const created = '{"jsonrpc":"2.0","id":9,"result":{"task":{"taskId":"h-1"}}}';
  host.write(created);
  assert.equal((await remote.server.arrival("post", 8)).body, created);
});

test("[ERA-3] the tasks extension of 2026-07-28 passes between a host and a remote of it, byte for byte", async () => {
  const { host, remote } = await withModern();
  await host.modern("server/discover");
  const meta = `"_meta":{"${META}protocolVersion":"${MODERN}","${META}clientCapabilities":{"extensions":{"${EXTENSION}":{}}}}`;
  const rows: readonly [method: string, params: string, result: string][] = [
    ["tools/call", '"name":"count"', '{"resultType":"task","taskId":"t-1","status":"working","ttlMs":6e4}'],
    [
      "tasks/get",
      '"taskId":"t-1"',
      '{"resultType":"complete","taskId":"t-1","status":"input_required","inputRequests":{"k":{"method":"elicitation/create"}}}',
    ],
    [
      "tasks/update",
      '"taskId":"t-1","inputResponses":{"k":{"action":"accept"}}',
      '{"resultType":"complete"}',
    ],
    ["tasks/cancel", '"taskId":"t-1"', '{"resultType":"complete"}'],
  ];
  for (const [method, params, result] of rows) {
    const answer = odd(method, `"result":${result}`);
    remote.fail(method, () => ({ headers: JSON_BODY, body: answer }));
    const line = odd(method, `"method":"${method}","params":{${params},${meta}}`);
    host.write(line);
    assert.equal((await host.answer(method)).text, answer);
    const [{ body, headers } = {} as Partial<Exchange>] = remote.exchanges(method);
    assert.equal(body, line);
    assert.equal(headers?.["mcp-name"], method === "tools/call" ? "count" : "t-1");
  }
  const filter = { notifications: { taskIds: ["t-1"] } };
  void host.modern("subscriptions/listen", filter, { id: "l" });
  await remote.until(() => remote.listens.size === 1);
  assert.deepEqual(remote.listens.get('"l"')?.filter, filter.notifications);
  remote.tell("notifications/tasks", () => true, { taskId: "t-1", status: "completed" });
  const told = await host.first(({ json }) => json.method === "notifications/tasks");
  assert.deepEqual(told.json.params, {
    taskId: "t-1",
    status: "completed",
    _meta: { [`${META}subscriptionId`]: "l" },
  });
  assert.deepEqual(remote.breaches, []);
});

test("[ERA-7] a host of 2025 is offered no tasks of 2026-07-28, asks for none, and gets none", async () => {
  const capabilities = { tools: {}, tasks: { list: {} }, extensions: { [EXTENSION]: {}, "x/y": { a: 1 } } };
  const { host, remote } = await withModern({
    result: ({ method }) => {
      if (method === "server/discover") return cacheable({ supportedVersions: [MODERN], capabilities });
      return method === "x/make" ? { resultType: "task", taskId: "t-1", status: "working" } : undefined;
    },
  });
  const { json } = await host.open({ tasks: {}, extensions: { [EXTENSION]: {} }, roots: {} });
  assert.deepEqual(json.result?.capabilities, { tools: {}, extensions: { "x/y": { a: 1 } } });
  remote.fail("tools/call", ({ json: sent }) => ({
    headers: EVENT_STREAM,
    body:
      event({ jsonrpc: "2.0", method: "notifications/tasks", params: { taskId: "t" } }) +
      event({ jsonrpc: "2.0", method: "notifications/tasks/status", params: { taskId: "t" } }) +
      event({ jsonrpc: "2.0", id: (sent as Json).id, result: complete({ content: [] }) }),
  }));
  const called = await host.request("tools/call", { name: "count", task: { ttl: 1 } });
  assert.deepEqual(called.json.result, { content: [] });
  const { task, _meta } = paramsOf(remote.exchanges("tools/call")[0]);
  assert.equal(task, undefined);
  assert.deepEqual((_meta as Json)[`${META}clientCapabilities`], { roots: {} });
  for (const method of LEGACY.map(([name]) => name).filter((name) => name.startsWith("tasks/")))
    assert.equal((await host.request(method, { taskId: "t" })).json.error?.code, -32601);
  // Whoever makes one all the same has not been asked for it.
  assert.equal((await host.request("x/make")).json.error?.data?.code, "REMOTE_BAD_ANSWER");
  assert.deepEqual([said(host, "notifications/tasks"), said(host, "notifications/tasks/status")], [[], []]);
  assert.deepEqual(remote.breaches, []);
});
