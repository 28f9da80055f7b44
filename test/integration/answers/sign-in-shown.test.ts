// How a person is shown the way to sign in: the tool, the host's own dialog, and what stays for the next start.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { type ManualClock, manualClock } from "../../support/clocks/manual-clock.ts";
import { BridgeHost, createMemory } from "../../support/hosts/bridge-host.ts";
import { onlyWith, ScriptedAuthorizer, SIGN_IN_URL } from "../../support/issuers/scripted-authorizer.ts";
import { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";

let clean: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const action of clean.reverse()) await action();
  clean = [];
});

const turn = () => new Promise((done) => setImmediate(done));

async function start({ name = "claude-code", capabilities = {}, memory = createMemory() } = {}) {
  const remote = new ScriptedRemote({ capabilities: { tools: { listChanged: true } } });
  await remote.listen();
  remote.fail("*", onlyWith("t"), Number.POSITIVE_INFINITY);
  const authorizer = new ScriptedAuthorizer();
  const clock = manualClock();
  const host = new BridgeHost({
    url: remote.url,
    authorizer,
    clock,
    memory,
    session: { provisional: true },
  });
  clean.push(
    () => remote.close(),
    () => host.close(),
  );
  await host.open(capabilities, name);
  return { remote, authorizer, clock, host, memory };
}

async function offered(host: BridgeHost, clock: ManualClock, id = "list"): Promise<void> {
  host.send({ id, method: "tools/list" });
  await host.request("ping");
  await clock.advance(25_000);
  assert.match((await host.answer(id)).text, /drawbridge_sign_in/);
}

/** Answers `tools/list` with one page. */
const page = (tools: string[], nextCursor?: string) => (exchange: { json: unknown }) => ({
  body: {
    jsonrpc: "2.0",
    id: (exchange.json as { id: unknown }).id,
    result: { tools: tools.map((name) => ({ name, inputSchema: {} })), nextCursor },
  },
});

const elicitations = (host: BridgeHost) =>
  host.lines.filter(({ json }) => json.method === "elicitation/create").map(({ json }) => json);

test("[LIFE-9] the result of the sign-in tool waits half a second for a list, and no longer", async () => {
  const { host, clock, authorizer, remote } = await start();
  await offered(host, clock);
  host.send({ id: "call", method: "tools/call", params: { name: "drawbridge_sign_in" } });
  await host.request("ping");
  authorizer.signIn("t");
  await host.first(({ json }) => json.method === "notifications/tools/list_changed");
  while (remote.received("tools/list").length < 2)
    await remote.server.arrival("post", remote.server.to("post").length + 1);
  for (let turns = 0; turns < 50; turns += 1) await turn();
  assert.ok(!host.lines.some(({ json }) => json.id === "call"));
  await clock.advance(500);
  assert.match((await host.answer("call")).text, /If you do not see them, use \/mcp reconnect/);
});

test("[LIFE-9] a host that never lists again is not waited for, and its person is told how to reconnect", async () => {
  const { host, clock, authorizer } = await start({ name: "codex-mcp-client" });
  await offered(host, clock);
  host.send({ id: "call", method: "tools/call", params: { name: "drawbridge_sign_in" } });
  await host.request("ping");
  authorizer.signIn("t");
  assert.match((await host.answer("call")).text, /If you do not see them, restart codex/);
});

test("[LIFE-9] URL elicitation: while a tool is called, again after one that was not shown, not after a refusal", async () => {
  const { host, clock, authorizer } = await start({ capabilities: { elicitation: { url: {} } } });
  await host.request("ping");
  await clock.advance(5_000);
  assert.deepEqual(elicitations(host), [], "nothing at the start, when hosts do not show it");
  const call = (id: string) => host.send({ id, method: "tools/call", params: { name: "count" } });
  call("first");
  const first = await host.first(({ json }) => json.method === "elicitation/create");
  assert.equal(first.json.params?.mode, "url");
  assert.equal(first.json.params?.url, SIGN_IN_URL);
  assert.match(
    String(first.json.params?.message),
    /sign in at issuer\.example, which 127\.0\.0\.1:\d+ named\./,
  );
  authorizer.namedByUser = true;
  await clock.advance(900);
  host.send({ id: first.json.id, result: { action: "cancel" } });
  call("second");
  await host.request("ping");
  assert.equal(elicitations(host).length, 2, "nobody saw the first");
  assert.match(
    String(elicitations(host)[1]?.params?.message),
    /issuer\.example, which is the issuer that you named\./,
  );
  await clock.advance(1_100);
  host.send({ id: elicitations(host)[1]?.id, result: { action: "decline" } });
  call("third");
  await host.request("ping");
  assert.equal(elicitations(host).length, 2, "somebody said no");
  authorizer.signIn("t");
  const done = await host.first(({ json }) => json.method === "notifications/elicitation/complete");
  assert.equal(done.json.params?.elicitationId, elicitations(host)[1]?.params?.elicitationId);
});

test("[LIFE-9] the call that begins the sign-in is the one that shows it", async () => {
  const { host, authorizer } = await start({ capabilities: { elicitation: { url: {} } } });
  const refused = host.request("tools/call", { name: "count" });
  await host.request("ping");
  authorizer.deny();
  assert.equal((await refused).json.error?.data?.code, "AUTH_DENIED");
  host.lines.length = 0;
  host.send({ id: "call", method: "tools/call", params: { name: "count" } });
  const { json } = await host.first((line) => line.json.method === "elicitation/create");
  assert.equal(json.params?.url, SIGN_IN_URL);
  assert.equal(authorizer.challenges.at(-1)?.operation, "tools/call:count", "somebody asked for it by hand");
  authorizer.signIn("t");
  assert.ok((await host.answer("call")).json.result);
});

test("[LIFE-9] a host that kept the sign-in tool as its list is told of the change at the next start", async () => {
  const { host, clock, memory } = await start();
  await offered(host, clock);
  await host.close();
  assert.deepEqual(memory.now.signInToolOfferedTo, ["claude-code"]);
  const next = await start({ memory });
  next.authorizer.signIn("t");
  await next.remote.streaming();
  await next.host.first(({ json }) => json.method === "notifications/tools/list_changed");
  await next.host.request("tools/list");
  await next.host.close();
  assert.deepEqual(memory.now.signInToolOfferedTo, []);
});

test("[LIFE-9] only the host that has the sign-in tool as its list is remembered to have it", async () => {
  const { host, clock, memory } = await start();
  await offered(host, clock);
  await host.close();
  const other = await start({ name: "gemini-cli-mcp-client", memory });
  other.authorizer.signIn("t");
  await other.remote.streaming();
  await other.host.request("tools/list");
  await other.host.close();
  assert.ok(!other.host.lines.some(({ json }) => json.method === "notifications/tools/list_changed"));
  assert.deepEqual(memory.now.signInToolOfferedTo, ["claude-code"]);
});

test("[LIFE-9] a remote without tools has an empty list of them for who was told there may be some", async () => {
  const { host, authorizer, remote } = await start();
  authorizer.signIn("t");
  await remote.streaming();
  remote.heal();
  remote.fail("tools/list", ({ json }) => ({
    body: { jsonrpc: "2.0", id: (json as { id: unknown }).id, error: { code: -32601, message: "no" } },
  }));
  assert.deepEqual((await host.request("tools/list")).json.result, { tools: [] });
});

test("[LIFE-9] a remote without prompts answers with none, not with an error, to who was told there may be some", async () => {
  const { host, authorizer, remote } = await start({ name: "gemini-cli-mcp-client" });
  authorizer.signIn("t");
  await remote.streaming();
  remote.heal();
  remote.fail("prompts/list", ({ json }) => ({
    body: { jsonrpc: "2.0", id: (json as { id: unknown }).id, error: { code: -32601, message: "no" } },
  }));
  assert.deepEqual((await host.request("prompts/list")).json.result, { prompts: [] });
});

test("[LIFE-1] a list is remembered with all its pages", async () => {
  const memory = createMemory();
  const { host, authorizer, remote } = await start({ memory });
  authorizer.signIn("t");
  await remote.streaming();
  remote.heal();
  remote.fail("tools/list", page(["a"], "2"));
  remote.fail("tools/list", page(["b"], "3"));
  remote.fail("tools/list", page(["c"]));
  await host.request("tools/list");
  await host.request("tools/list", { cursor: "2" });
  assert.equal(memory.now.lists["tools/list"], undefined);
  await host.request("tools/list", { cursor: "3" });
  await host.close();
  const kept = memory.now.lists["tools/list"] as unknown as {
    tools: { name: string }[];
    nextCursor?: string;
  };
  assert.deepEqual(
    kept.tools.map(({ name }) => name),
    ["a", "b", "c"],
  );
  assert.equal(kept.nextCursor, undefined);
});

test("[LIFE-9] a host that reads only the first page is given all of them as one list; others get each page as it came", async () => {
  for (const [name, expected] of [
    ["@cline/core", ["a", "b", "c"]],
    ["claude-code", ["a"]],
  ] as const) {
    const { host, authorizer, remote } = await start({ name });
    authorizer.signIn("t");
    await remote.streaming();
    remote.heal();
    remote.fail("tools/list", page(["a"], "2"));
    remote.fail("tools/list", page(["b"], "3"));
    remote.fail("tools/list", page(["c"]));
    const { json } = await host.request("tools/list", undefined, 7);
    const { tools, nextCursor } = json.result as { tools: { name: string }[]; nextCursor?: string };
    assert.deepEqual(
      tools.map((tool) => tool.name),
      expected,
    );
    assert.equal(nextCursor, expected.length === 1 ? "2" : undefined);
    assert.equal(json.id, 7);
    assert.equal(remote.received("tools/list").length, expected.length);
  }
});
