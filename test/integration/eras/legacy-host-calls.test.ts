// What a remote of 2026-07-28 asks a host of 2025 during a call, and the headers of such calls.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eraScenes, said } from "../../support/hosts/era-scene.ts";
import { isObject, type Json, rpcError } from "../../support/hosts/rpc-text.ts";
import { complete } from "../../support/remotes/modern-server.ts";

const { modern: start } = eraScenes();

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
