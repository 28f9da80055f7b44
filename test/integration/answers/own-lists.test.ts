// What the bridge lists itself, to correct what a host was served in the remote's place.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemory } from "../../support/hosts/bridge-host.ts";
import { idOf, listScenes, namesIn, pages } from "../../support/hosts/list-scene.ts";
import type { Answer, Exchange } from "../../support/remotes/scripted-server.ts";

const start = listScenes();
const turn = () => new Promise((done) => setImmediate(done));

/** A host that was given the sign-in tool, and no prompts, while nobody was signed in. */
async function offered() {
  const rig = await start({ name: "claude-code", signedIn: false });
  rig.host.send({ id: "l", method: "tools/list" });
  rig.host.send({ id: "p", method: "prompts/list" });
  await rig.host.request("ping");
  await rig.clock.advance(25_000);
  assert.match((await rig.host.answer("l")).text, /drawbridge_sign_in/);
  rig.remote.heal();
  const news = (what: string) => ({
    heard: () => rig.host.first(({ json }) => json.method === `notifications/${what}/list_changed`),
  });
  return { ...rig, tools: news("tools") };
}

for (const how of ["failed", "refused"] as const)
  test(`[LIFE-9] a host is told of a list of which a page ${how}, once, and the sign-in tool names what there is`, async () => {
    const { host, remote, authorizer, tools, clock } = await offered();
    pages(remote, [["a"], how]);
    authorizer.signIn("t");
    await tools.heard();
    host.send({ id: "call", method: "tools/call", params: { name: "drawbridge_sign_in" } });
    await clock.advance(1_000);
    while (!host.lines.some(({ json }) => json.id === "call")) {
      await turn();
      await clock.advance(100);
    }
    assert.match((await host.answer("call")).text, /Its tools: \\"a\\"\./);
    const before = remote.received("tools/list").length;
    await clock.advance(600_000);
    for (let turns = 0; turns < 50; turns += 1) await turn();
    assert.equal(remote.received("tools/list").length, before);
  });

test("[LIFE-9] a list that hangs does not hold back the news of another, and is not left open", async () => {
  const { remote, authorizer, tools, clock } = await offered();
  let open = 0;
  const take: Answer["take"] = (_request, response) => {
    open += 1;
    response.on("close", () => {
      open -= 1;
    });
  };
  remote.fail("prompts/list", () => ({ take }), Number.POSITIVE_INFINITY);
  authorizer.signIn("t");
  await tools.heard();
  while (remote.received("prompts/list").length === 0) await turn();
  for (let minutes = 0; minutes < 5; minutes += 1) {
    await clock.advance(60_000);
    for (let turns = 0; turns < 10; turns += 1) await turn();
  }
  // Asked for two minutes each time.
  assert.ok(
    remote.received("prompts/list").length <= 4,
    `${remote.received("prompts/list").length} requests`,
  );
  assert.ok(open <= 1, `${open} requests are open`);
});

for (const fault of [
  { status: 404 },
  { status: 400, body: { jsonrpc: "2.0", id: null, error: { code: -32600, message: "session not found" } } },
])
  test(`[LIFE-9] a list that is answered with ${fault.status} makes no new sessions`, async () => {
    const { remote, authorizer, tools, clock } = await offered();
    remote.fail("prompts/list", () => fault, Number.POSITIVE_INFINITY);
    authorizer.signIn("t");
    await tools.heard();
    const before = remote.received("initialize").length;
    for (let minutes = 0; minutes < 10; minutes += 1) {
      await clock.advance(60_000);
      for (let turns = 0; turns < 20; turns += 1) await turn();
    }
    assert.equal(remote.received("initialize").length, before);
    // What comes as an error of JSON-RPC is the answer to the only request; what does not is asked for now and then.
    const isAnswer = "body" in fault;
    assert.equal(remote.received("prompts/list").length > 1, !isAnswer);
    assert.ok(remote.received("prompts/list").length < 20);
  });

test("[LIFE-9] a list that the remote refuses to who is signed in is not asked for again and again", async () => {
  const { remote, authorizer, tools, clock } = await offered();
  const refused = { status: 401, headers: { "www-authenticate": "Bearer" } };
  remote.fail("prompts/list", () => refused, Number.POSITIVE_INFINITY);
  authorizer.rejects = true;
  authorizer.signIn("t");
  await tools.heard();
  while (remote.received("prompts/list").length === 0) await turn();
  for (let turns = 0; turns < 50; turns += 1) await turn();
  const before = remote.received("prompts/list").length;
  for (let minutes = 0; minutes < 60; minutes += 1) {
    await clock.advance(60_000);
    await turn();
  }
  assert.equal(remote.received("prompts/list").length, before);
});

/** A memory of three tools on three pages, as a run of another host leaves it. */
async function remembered() {
  const memory = createMemory();
  const { host, remote } = await start({ memory });
  pages(remote, [["a"], ["b"], ["c"]]);
  await host.request("tools/list");
  await host.close();
  return memory;
}

test("[LIFE-1][LIFE-9] what the bridge lists itself has all pages: no news where nothing is new, and it is kept", async () => {
  const memory = await remembered();
  const next = await start({ name: "codex-mcp-client", signedIn: false, memory });
  assert.deepEqual(namesIn((await next.host.request("tools/list")).json.result), ["a", "b", "c"]);
  next.remote.heal();
  pages(next.remote, [["a"], ["b"], ["c"]]);
  next.authorizer.signIn("t");
  while (next.remote.received("tools/list").length < 3) await turn();
  for (let turns = 0; turns < 50; turns += 1) await turn();
  await next.host.request("ping");
  assert.ok(!next.host.lines.some(({ json }) => json.method === "notifications/tools/list_changed"));
  await next.host.close();
  assert.deepEqual(namesIn(memory.now.lists["tools/list"]), ["a", "b", "c"]);
});

test("[LIFE-7] a remembered tool that only reads may be called under --read-only before the remote has listed", async () => {
  const memory = await remembered();
  const next = await start({ name: "codex-mcp-client", signedIn: false, memory, readOnly: true });
  next.host.send({ id: "c", method: "tools/call", params: { name: "c", arguments: {} } });
  await next.host.request("ping");
  assert.ok(!next.host.lines.some(({ json }) => json.id === "c"), "it waits for the sign-in");
  next.remote.heal();
  next.authorizer.signIn("t");
  assert.equal((await next.host.answer("c")).json.error, undefined);
});

for (const [what, list] of [
  ["nests too deep to be compared", `${"[".repeat(500)}${"]".repeat(500)}`],
  ["is no list", "7"],
  ["is missing", undefined],
] as const) {
  test(`[LIFE-9] a list that ${what} ends nothing, and is looked at once`, async () => {
    const { host, remote, authorizer, clock } = await start({ name: "claude-code", signedIn: false });
    host.send({ id: "l", method: "tools/list" });
    await host.request("ping");
    await clock.advance(25_000);
    assert.match((await host.answer("l")).text, /drawbridge_sign_in/);
    remote.heal();
    const odd = (exchange: Exchange) => ({
      body: Buffer.from(
        `{"jsonrpc":"2.0","id":${idOf(exchange)},"result":{${list === undefined ? "" : `"tools":${list}`}}}`,
      ),
    });
    remote.fail("tools/list", odd, Number.POSITIVE_INFINITY);
    authorizer.signIn("t");
    await host.first(({ json }) => json.method === "notifications/tools/list_changed");
    await clock.advance(300_000);
    for (let turns = 0; turns < 50; turns += 1) await turn();
    assert.equal(remote.received("tools/list").length, 1);
    await host.request("ping");
  });
}
