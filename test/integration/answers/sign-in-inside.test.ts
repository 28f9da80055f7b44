// Remotes that let everybody begin a session, and ask for a sign-in at the lists or calls in it.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { BridgeHost } from "../../support/hosts/bridge-host.ts";
import { onlyWith, ScriptedAuthorizer, SIGN_IN_URL } from "../../support/issuers/scripted-authorizer.ts";
import { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";

let clean: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const action of clean.reverse()) await action();
  clean = [];
});

const turn = () => new Promise((done) => setImmediate(done));
const PROTECTED = ["tools/list", "prompts/list", "tools/call"];

async function start(name = "claude-code", capabilities = {}) {
  const remote = new ScriptedRemote({ capabilities: { tools: { listChanged: true }, prompts: {} } });
  await remote.listen();
  for (const method of PROTECTED) remote.fail(method, onlyWith("t"), Number.POSITIVE_INFINITY);
  const authorizer = new ScriptedAuthorizer();
  const clock = manualClock();
  const host = new BridgeHost({ url: remote.url, authorizer, clock, session: { provisional: true } });
  clean.push(
    () => remote.close(),
    () => host.close(),
  );
  await host.open(capabilities, name);
  await remote.streaming();
  /** Until the remote has asked for a sign-in at so many requests. */
  const challenged = async (count: number): Promise<void> => {
    while (authorizer.challenges.length < count) await turn();
  };
  return { remote, authorizer, clock, host, challenged };
}

const namesIn = (result: unknown) => (result as { tools: { name: string }[] }).tools.map((tool) => tool.name);

test("[LIFE-1][LIFE-9] lists that want a sign-in inside a session: the sign-in tool, none of the others, and news after it", async () => {
  const { host, clock, challenged, authorizer, remote } = await start();
  host.send({ id: "tools", method: "tools/list" });
  host.send({ id: "prompts", method: "prompts/list" });
  await challenged(2);
  await clock.advance(1_000);
  assert.deepEqual((await host.answer("prompts")).json.result, { prompts: [] });
  await clock.advance(1_000);
  assert.deepEqual(namesIn((await host.answer("tools")).json.result), ["drawbridge_sign_in"]);
  authorizer.signIn("t");
  await host.first(({ json }) => json.method === "notifications/tools/list_changed");
  assert.deepEqual((await host.request("tools/list")).json.result, { tools: remote.tools });
});

test("[LIFE-9] inside a session the sign-in tool gives the address, then waits for the person", async () => {
  const { host, clock, challenged, authorizer } = await start("codex-mcp-client", {
    elicitation: { url: {} },
  });
  const call = (id: string) =>
    host.send({ id, method: "tools/call", params: { name: "drawbridge_sign_in" } });
  call("first");
  await challenged(1);
  await clock.advance(8_000);
  const { text } = await host.answer("first");
  assert.ok(text.includes(SIGN_IN_URL), text);
  assert.match(text, /restart codex to see the tools/, "it never lists again");
  assert.equal(authorizer.challenges[0]?.operation, "tools/call:drawbridge_sign_in");
  call("second");
  await challenged(2);
  for (let waited = 0; waited < 30; waited += 1) {
    await clock.advance(1_000);
    await turn();
  }
  assert.ok(!host.lines.some(({ json }) => json.id === "second"));
  authorizer.signIn("t");
  assert.match((await host.answer("second")).text, /is connected\. Its tools: /);
  const asked = host.lines.find(({ json }) => json.method === "elicitation/create")?.json.params;
  const done = await host.first(({ json }) => json.method === "notifications/elicitation/complete");
  assert.equal(done.json.params?.elicitationId, asked?.elicitationId);
});

test("[LIFE-9] inside a session the sign-in tool tells of a refusal", async () => {
  const { host, challenged, authorizer } = await start();
  host.send({ id: "call", method: "tools/call", params: { name: "drawbridge_sign_in" } });
  await challenged(1);
  authorizer.deny();
  assert.match((await host.answer("call")).text, /refused/);
});

test("[LIFE-9] a renewal of the grant takes no list from the host", async () => {
  const { host, authorizer, challenged, remote, clock } = await start();
  host.send({ id: "prompts", method: "prompts/list" });
  host.send({ id: "tools", method: "tools/list" });
  await challenged(2);
  await clock.advance(900);
  remote.heal();
  remote.fail("prompts/list", ({ json }) => ({
    body: { jsonrpc: "2.0", id: (json as { id: unknown }).id, result: { prompts: [{ name: "p" }] } },
  }));
  authorizer.signIn("t");
  assert.deepEqual((await host.answer("tools")).json.result, { tools: remote.tools });
  assert.deepEqual((await host.answer("prompts")).json.result, { prompts: [{ name: "p" }] });
});

test("[LIFE-9] the sign-in tool asks once, whatever goes wrong while somebody signs in", async () => {
  for (const status of [500, 403, 429]) {
    const { host, challenged, remote, clock, authorizer } = await start();
    host.send({ id: "prompts", method: "prompts/list" });
    await challenged(1);
    remote.heal();
    const headers = { "retry-after": "3600" };
    remote.fail("tools/list", () => ({ status, headers }), Number.POSITIVE_INFINITY);
    host.send({ id: "call", method: "tools/call", params: { name: "drawbridge_sign_in" } });
    for (let waited = 0; waited < 600 && !host.lines.some(({ json }) => json.id === "call"); waited += 1) {
      await clock.advance(100);
      await turn();
    }
    assert.ok((await host.answer("call")).json.result, "in words");
    assert.ok(remote.received("tools/list").length <= 4, `${remote.received("tools/list").length} requests`);
    authorizer.deny();
    await host.answer("prompts");
  }
});

test("[LIFE-9] inside a session the sign-in tool asks again when the person is done, and not before", async () => {
  const { host, clock, challenged, authorizer, remote } = await start();
  const call = (id: string) =>
    host.send({ id, method: "tools/call", params: { name: "drawbridge_sign_in" } });
  call("first");
  await challenged(1);
  await clock.advance(8_000);
  await host.answer("first");
  call("second");
  await challenged(2);
  for (let waited = 0; waited < 40; waited += 1) {
    await clock.advance(1_000);
    await turn();
  }
  assert.equal(remote.received("tools/list").length, 2);
  authorizer.signIn("t");
  assert.match((await host.answer("second")).text, /is connected/);
});

test("[LIFE-9] inside a session the sign-in tool waits for the address as long as ever", async () => {
  const { host, clock, challenged, authorizer } = await start();
  authorizer.withoutAddress = true;
  await clock.advance(5_000);
  host.send({ id: "call", method: "tools/call", params: { name: "drawbridge_sign_in" } });
  await challenged(1);
  await clock.advance(4_000);
  assert.ok(!host.lines.some(({ json }) => json.id === "call"));
  authorizer.withoutAddress = false;
  await clock.advance(4_000);
  assert.ok((await host.answer("call")).text.includes(SIGN_IN_URL));
});
