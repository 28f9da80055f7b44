// Calls of a host of 2026-07-28 to a remote of 2025: what the remote asks meanwhile, and cancellation.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eraScenes, paramsOf, said, turn } from "../../support/hosts/era-scene.ts";
import { event, type Json, rpcError } from "../../support/hosts/rpc-text.ts";
import { EVENT_STREAM } from "../../support/remotes/mcp-server.ts";
import { complete } from "../../support/remotes/modern-server.ts";

const resultOf = (message: { json: unknown } | undefined): unknown =>
  ((message?.json ?? {}) as { result: unknown }).result;
const { legacy: withLegacy, modern: withModern } = eraScenes();

const errorOf = (message: Json | undefined): Json => ((message ?? {}) as { error: Json }).error;

test("[ERA-5] what the remote asks during a call becomes a question, and the call goes on with the answer", async () => {
  const { host, remote } = await withLegacy();
  await host.modern("server/discover");
  let answer: ((message: Json) => void) | undefined;
  remote.fail("tools/call", (exchange) => {
    const { id } = exchange.json as Json;
    return {
      take: (_request, response) => {
        response.writeHead(200, EVENT_STREAM);
        const params = { message: "Who?", requestedSchema: { type: "object" } };
        response.write(event({ jsonrpc: "2.0", id: 77, method: "elicitation/create", params }));
        answer = (given) => {
          const progress = { progressToken: "first", progress: 1 };
          response.write(event({ jsonrpc: "2.0", method: "notifications/progress", params: progress }));
          response.end(event({ jsonrpc: "2.0", id, result: { content: [], structuredContent: given } }));
        };
      },
    };
  });
  remote.fail("response", ({ json }) => {
    answer?.((json as { result: Json }).result);
    return { status: 202 };
  });
  const capabilities = { elicitation: { form: {} } };
  const params = { name: "count", arguments: { x: 1 } };
  const asked = await host.modern("tools/call", params, { capabilities, meta: { progressToken: "first" } });
  const { resultType, inputRequests, requestState } = asked.json.result ?? {};
  assert.equal(resultType, "input_required");
  const [[key = "", question] = []] = Object.entries(inputRequests as Json);
  assert.deepEqual(question, {
    method: "elicitation/create",
    params: { message: "Who?", requestedSchema: { type: "object" } },
  });
  const inputResponses = { [key]: { action: "accept", content: { name: "Ada" } } };
  const forged = await host.modern("tools/call", {
    ...params,
    inputResponses,
    requestState: `${requestState}x`,
  });
  assert.equal(forged.json.error?.code, -32602);
  const other = { ...params, arguments: { x: 2 }, inputResponses, requestState };
  assert.equal((await host.modern("tools/call", other, { capabilities })).json.error?.code, -32602);
  const done = await host.modern(
    "tools/call",
    { ...params, inputResponses, requestState },
    { capabilities, meta: { progressToken: "second" } },
  );
  assert.deepEqual(done.json.result?.structuredContent, { action: "accept", content: { name: "Ada" } });
  assert.equal(done.json.result?.resultType, "complete");
  assert.equal(said(host, "notifications/progress")[0]?.json.params?.progressToken, "second");
  const again = await host.modern(
    "tools/call",
    { ...params, inputResponses, requestState },
    { capabilities },
  );
  assert.equal(again.json.error?.code, -32602, "a state is good for one time");
  assert.equal(remote.received("tools/call").length, 1);
});

test("[ERA-5] what is asked outside a call, or of a host that did not offer it, is declined", async () => {
  const { host, remote } = await withLegacy();
  await host.modern("server/discover");
  await remote.streaming();
  const asked = ["elicitation/create", "sampling/createMessage", "ping", "x/unknown"];
  for (const [at, method] of asked.entries()) remote.push({ jsonrpc: "2.0", id: at, method, params: {} });
  while (remote.received("response").length < asked.length) await turn();
  const answers = remote.received("response").map(({ json }) => json as Json);
  const byId = (id: number) => answers.find((one) => one.id === id);
  assert.deepEqual(byId(0)?.result, { action: "cancel" });
  assert.equal(errorOf(byId(1)).code, -1);
  assert.deepEqual(byId(2)?.result, {});
  assert.equal(errorOf(byId(3)).code, -32601);
  assert.ok(!host.lines.some(({ json }) => json.method !== undefined && json.id !== undefined));
});

test("[ERA-5] notifications of the host go in the session where both eras can have them, and nowhere else", async () => {
  const { host, remote } = await withLegacy();
  await host.modern("server/discover");
  const methods = ["notifications/initialized", "notifications/progress", "notifications/roots/list_changed"];
  for (const method of [...methods, "notifications/x"])
    host.send({ method, params: { requestId: "nobody's", extra: 12 } });
  host.send({ method: "notifications/cancelled", params: { requestId: "nobody's" } });
  while (remote.received("notifications/x").length === 0) await turn();
  await host.modern("tools/list");
  const [{ headers = {} } = {}] = remote.received("notifications/x");
  assert.ok(remote.sessions.has(String(headers["mcp-session-id"])));
  assert.equal(headers["mcp-method"], undefined);
  assert.equal(remote.received("notifications/initialized").length, 1);
  for (const method of [...methods.slice(1), "notifications/cancelled"])
    assert.equal(remote.received(method).length, 0, method);
});

test("[ERA-5] what a remote without sessions answers to a host of the other era says what it is", async () => {
  const { host, remote } = await withLegacy({ stateless: true });
  remote.fail("server/discover", ({ json }) => ({
    body: { jsonrpc: "2.0", id: (json as Json).id, result: { anything: 1 } },
  }));
  const { result } = (await host.modern("tools/list")).json;
  assert.deepEqual([result?.resultType, result?.ttlMs, result?.cacheScope], ["complete", 0, "private"]);
  // It answers whatever it is asked, and knows nothing of this.
  const discovered = await host.modern("server/discover");
  assert.deepEqual(discovered.json.result?.supportedVersions, ["2026-07-28"]);
  assert.equal(discovered.json.result?.anything, undefined);
});

test("[ERA-5] a cancelled call is cancelled at the remote, in the remote's words", async () => {
  const { host, remote } = await withLegacy();
  await host.modern("server/discover");
  remote.fail("tools/call", () => ({ hang: true }));
  void host.modern("tools/call", { name: "count" }, { id: "c" });
  while (remote.received("tools/call").length === 0) await turn();
  host.send({ method: "notifications/cancelled", params: { requestId: "c", reason: "enough" } });
  while (remote.received("notifications/cancelled").length === 0) await turn();
  const [call] = remote.received("tools/call").map(({ json }) => json as Json);
  assert.equal(paramsOf(remote.received("notifications/cancelled")[0]).requestId, call?.id);
});

test("[ERA-5] a call whose host did not offer it goes on without the host being asked", async () => {
  const { host, remote } = await withLegacy();
  await host.modern("server/discover");
  const params = { message: "Who?", requestedSchema: { type: "object" } };
  remote.fail("tools/call", ({ json }) => ({
    headers: EVENT_STREAM,
    body:
      event({ jsonrpc: "2.0", id: 5, method: "elicitation/create", params }) +
      event({ jsonrpc: "2.0", id: (json as Json).id, result: { content: [] } }),
  }));
  const { json } = await host.modern("tools/call", { name: "count" }, { capabilities: { sampling: {} } });
  assert.deepEqual(json.result?.content, []);
  while (remote.received("response").length === 0) await turn();
  assert.deepEqual(resultOf(remote.received("response")[0]), { action: "cancel" });
});

test("[ERA-3] a call that waits from before the remote was known goes on where it waits, and not at the remote", async () => {
  const { host, remote } = await withModern({
    result({ method, params }) {
      if (method !== "tools/call") return undefined;
      const { requestState, inputResponses } = params as Json;
      if (requestState === "the remote's")
        return complete({ content: [], structuredContent: inputResponses as Json });
      const inputRequests = {
        who: { method: "elicitation/create", params: { message: "Who?", requestedSchema: {} } },
      };
      return { resultType: "input_required", requestState: "the remote's", inputRequests };
    },
  });
  let meet = (): void => undefined;
  const met = new Promise<void>((resolve) => {
    meet = resolve;
  });
  remote.fail("initialize", ({ json }) => ({
    status: 400,
    body: rpcError((json as Json).id, -32022, "Unsupported protocol version"),
    after: met,
  }));
  const capabilities = { elicitation: { form: {} } };
  // Its error is one that remotes of 2025 give as well: it takes a handshake to find out.
  const unknown = host.modern("x/unknown", {}, { capabilities });
  await remote.until(() => remote.received("initialize").length === 1);
  const asked = host.modern("tools/call", { name: "count" }, { capabilities });
  meet();
  assert.equal((await unknown).json.error?.code, -32601);
  const { inputRequests, requestState } = (await asked).json.result ?? {};
  const [key = ""] = Object.keys(inputRequests as Json);
  const inputResponses = { [key]: { action: "accept", content: { name: "Ada" } } };
  const again = { name: "count", inputResponses, requestState };
  const { json } = await host.modern("tools/call", again, { capabilities });
  assert.deepEqual(json.result?.structuredContent, { who: inputResponses[key] });
  assert.deepEqual(remote.breaches, []);
});

test("[ERA-3] what one answer told of the era holds for those that come after it", async () => {
  const { host, remote } = await withModern();
  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  remote.fail("x/unknown", ({ json }) => ({
    status: 404,
    body: rpcError((json as Json).id, -32601, "Method not found"),
    after: held,
  }));
  const unknown = host.modern("x/unknown");
  await remote.until(() => remote.received("x/unknown").length === 1);
  await host.modern("server/discover");
  answer();
  assert.equal((await unknown).json.error?.code, -32601);
  assert.equal(remote.received("initialize").length, 0);
});
