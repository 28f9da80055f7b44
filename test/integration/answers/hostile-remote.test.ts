// A remote that lies on purpose: what reaches the host stays one answer a request, and the bridge stays up.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../../../src/core/failure/failure.ts";
import type { Authorizer } from "../../../src/core/ports/authorizer.ts";
import { quickClock } from "../../support/clocks/quick-clock.ts";
import { createMemory, NO_AUTHORIZER } from "../../support/hosts/bridge-host.ts";
import { bridgeScenes } from "../../support/hosts/bridge-scene.ts";

const start = bridgeScenes();

const JSON_TYPE = { "content-type": "application/json" };
const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
/** Parsed without trouble, but more than `JSON.stringify` can take. */
const DEEP = nested(9_000);

test("[LIFE-2] lists and greetings nested deeply pass through, and are not remembered", async () => {
  const memory = createMemory();
  const { host, remote } = await start({ memory, session: { provisional: true } });
  await host.open();
  const answer = `{"jsonrpc":"2.0","id":"deep","result":{"tools":[],"_meta":{"deep":${DEEP}}}}`;
  remote.fail("tools/list", () => ({ headers: JSON_TYPE, body: answer }));
  assert.equal((await host.request("tools/list", undefined, "deep")).text, answer);
  const names = `{"jsonrpc":"2.0","id":"names","result":{"tools":[{"name":${DEEP}}]}}`;
  remote.fail("tools/list", () => ({ headers: JSON_TYPE, body: names }));
  assert.equal((await host.request("tools/list", undefined, "names")).text, names);
  const deeper = answer.replace(DEEP, nested(20_000)).replace('"deep"', '"deeper"');
  remote.fail("tools/list", () => ({ headers: JSON_TYPE, body: deeper }));
  assert.match((await host.request("tools/list", undefined, "deeper")).text, /nested deeper than allowed/);
  assert.ok((await host.request("ping")).json.result);
  assert.deepEqual(memory.now.lists, {});
  assert.ok((await host.request("tools/call", { name: "drawbridge_sign_in" })).json.result);
});

test("[LIFE-6] what is both a request and a response is neither", async () => {
  const { host, remote } = await start();
  await host.open();
  await remote.streaming();
  remote.fail("tools/call", (_exchange, normally) => {
    remote.push({ jsonrpc: "2.0", id: "call", method: "ping", result: { forged: true } });
    remote.push({ jsonrpc: "2.0", id: "call", method: "ping", error: { code: 1, message: "forged" } });
    remote.push({ jsonrpc: "2.0", method: "notifications/x", result: { forged: true } });
    remote.push({ jsonrpc: "2.0", method: "notifications/honest", result: null, error: null });
    return normally();
  });
  await host.request("tools/call", { name: "count" }, "call");
  await host.first(({ json }) => json.method === "notifications/honest");
  assert.deepEqual(
    host.lines.filter(({ text }) => text.includes("forged")),
    [],
  );
  assert.equal(host.lines.filter(({ json }) => json.id === "call").length, 1);
});

test("[LIFE-7] a list that is there twice, to some reader, does not show what is hidden", async () => {
  const { host, remote } = await start({ session: { tools: { ignore: ["count"], readOnly: false } } });
  await host.open();
  const hidden = '{"tools":[{"name":"count"}]}';
  const shown = '{"tools":[{"name":"echo"}]}';
  const results = [
    [`"result":${hidden},"result":${shown}`, /has result twice/],
    [`"Re\\u017fult":${hidden},"result":${shown}`, /some readers take for result/],
    ['"result":{"tools":[{"name":"count"}],"tools":[{"name":"echo"}]}', /has tools twice/],
    ['"result":{"Tools":[{"name":"count"}],"tools":[{"name":"echo"}]}', /some readers take for tools/],
    ['"result":{"TOOLS":[{"name":"count"}]}', /some readers take for tools/],
  ] as const;
  for (const [at, [result, reason]] of results.entries()) {
    const body = `{"jsonrpc":"2.0","id":"${at}",${result}}`;
    remote.fail("tools/list", () => ({ headers: JSON_TYPE, body }));
    const { text } = await host.request("tools/list", undefined, String(at));
    assert.match(text, reason);
    assert.doesNotMatch(text, /count/);
  }
});

test("[LIFE-7] a tool of which two readers see two is not shown while tools are hidden", async () => {
  const { host, remote } = await start({ session: { tools: { ignore: ["count"], readOnly: true } } });
  await host.open();
  const readOnly = '"annotations":{"readOnlyHint":true}';
  const tools = [
    `{"name":"plain",${readOnly}}`,
    `{"name":"twice","name":"count",${readOnly}}`,
    `{"name":"variant","Name":"count",${readOnly}}`,
    `{"name":"ended","name\\u0000":"count",${readOnly}}`,
    `{"name":"writes",${readOnly},"Annotations":{}}`,
    '{"name":"hints","annotations":{"readOnlyHint":false,"readOnlyHint":true}}',
    '{"name":"spelt","annotations":{"readonlyhint":false,"readOnlyHint":true}}',
  ];
  const body = `{"jsonrpc":"2.0","id":"t","result":{"tools":[${tools}]}}`;
  remote.fail("tools/list", () => ({ headers: JSON_TYPE, body }));
  const { text } = await host.request("tools/list", undefined, "t");
  assert.equal(text, `{"jsonrpc":"2.0","id":"t","result":{"tools":[${tools[0]}]}}`);
});

test("[LIFE-7] a list too large to be looked at passes, but not while tools are hidden", async () => {
  const tools = `${'{"name":"a"},'.repeat(60_000)}{"name":"count"}`;
  const body = `{"jsonrpc":"2.0","id":"big","result":{"tools":[${tools}]}}`;
  for (const ignore of [[], ["count"]]) {
    const { host, remote } = await start({ session: { tools: { ignore, readOnly: false } } });
    await host.open();
    remote.fail("tools/list", () => ({ headers: JSON_TYPE, body }));
    const { text } = await host.request("tools/list", undefined, "big");
    if (ignore.length === 0) assert.equal(text.length, body.length);
    else assert.match(text, /list of tools is larger or nested deeper than/);
  }
});

test("[NET-1] a remote that knows no GET and says so with 404 has no stream, and keeps its session", async () => {
  const { host, remote } = await start({ clock: quickClock(50) });
  remote.server.script("get", { status: 404 });
  await host.open();
  await remote.server.arrival("get");
  for (let round = 0; round < 20; round++) await host.request("tools/list");
  assert.equal(remote.received("initialize").length, 1);
  assert.equal(remote.received("GET").length, 1);
});

test("[LIFE-1] a refusal whose body never ends is acted upon all the same", async () => {
  let challenged = 0;
  const authorizer: Authorizer = {
    ...NO_AUTHORIZER,
    async challenged() {
      challenged += 1;
      if (challenged > 1) throw new Failure("AUTH_DENIED", "no");
    },
  };
  const { host, remote } = await start({ authorizer, clock: quickClock(50) });
  remote.fail("initialize", () => ({
    take: (_request, response) => {
      response.writeHead(401, { "www-authenticate": "Bearer", ...JSON_TYPE });
      response.write('{"jsonrpc"');
    },
  }));
  assert.ok((await host.open()).json.result);
  assert.equal(challenged, 1);
});

test("[DIAG-3] an error's text that is cut in the middle of a character is still text", async () => {
  const { host, remote } = await start();
  await host.open();
  const plain = { "content-type": "text/plain" };
  remote.fail("tools/call", () => ({ status: 400, headers: plain, body: `a${"😀".repeat(400)}` }));
  remote.fail("tools/call", () => ({ status: 400, headers: plain, body: "😀".repeat(400) }));
  for (const id of ["odd", "even"]) {
    const { text } = await host.request("tools/call", { name: "count" }, id);
    // Readers in other languages refuse the whole line for one half of a pair.
    assert.doesNotMatch(text, /\\ud[89a-f]/i);
  }
});

test("[DIAG-1] what a remote quotes of the request's headers is not shown", async () => {
  const headers = { authorization: "Bearer canary-of-the-user", "x-key": "another canary-1" };
  const { host, remote } = await start({ headers });
  await host.open();
  remote.fail("tools/call", ({ headers: sent }) => ({
    status: 400,
    headers: { "content-type": "text/plain" },
    body: `Who is ${sent.authorization?.slice(7)}, with ${sent["x-key"]}, in ${sent["mcp-session-id"]}?`,
  }));
  const { json } = await host.request("tools/call", { name: "count" });
  assert.match(json.error?.message ?? "", /Who is \[secret\], with \[secret\], in \[secret\]\?/);
});

test("[NET-6] a connection whose answer nobody waits for and that never ends is given up", async () => {
  const { host, remote } = await start({ clock: quickClock(50) });
  await host.open();
  const closed = new Promise((resolve) => {
    remote.fail("notifications/roots/list_changed", () => ({
      take: (_request, response) => {
        response.once("close", resolve);
        response.writeHead(202, JSON_TYPE);
        response.write(" ");
      },
    }));
  });
  host.send({ method: "notifications/roots/list_changed" });
  await closed;
  assert.ok((await host.request("tools/call", { name: "echo" })).json.result, "and the session goes on");
});

test("[LIFE-6] values that are no text where text belongs end nothing: in tools, errors, handshakes, and from memory", async () => {
  const odd = { toString: 1, valueOf: 2 };
  const memory = createMemory();
  const first = await start({ memory });
  await first.host.open();
  first.remote.tools = [{ name: odd }, { name: "echo", annotations: odd }] as never;
  assert.deepEqual((await first.host.request("tools/list")).json.result, { tools: first.remote.tools });
  first.remote.fail("tools/call", ({ json }) => ({
    status: 500,
    headers: { "content-type": "application/json" },
    body: { jsonrpc: "2.0", id: (json as { id: unknown }).id, error: { code: odd, message: odd } },
  }));
  assert.ok((await first.host.request("tools/call", { name: odd as never })).json.error);
  assert.ok((await first.host.request("tools/call", { name: "echo" })).json.result);
  await first.host.close();
  const next = await start({
    memory,
    session: { provisional: true, tools: { ignore: ["x*"], readOnly: true } },
  });
  next.remote.fail("initialize", ({ json }) => ({
    body: { jsonrpc: "2.0", id: (json as { id: unknown }).id, error: { code: odd, message: odd } },
  }));
  assert.ok((await next.host.open()).json.error);
  assert.ok((await next.host.request("tools/list")).json);
  assert.ok((await next.host.request("ping")).json.result);
});
