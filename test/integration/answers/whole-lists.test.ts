// Lists with several pages, for hosts that read only the first and for the bridge itself.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { BridgeHost, createMemory } from "../../support/hosts/bridge-host.ts";
import { onlyWith, ScriptedAuthorizer } from "../../support/issuers/scripted-authorizer.ts";
import { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";
import type { Exchange } from "../../support/remotes/scripted-server.ts";

let clean: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const action of clean.reverse()) await action();
  clean = [];
});

const turn = () => new Promise((done) => setImmediate(done));

interface Rig {
  readonly name?: string;
  readonly signedIn?: boolean;
  readonly memory?: ReturnType<typeof createMemory>;
  readonly readOnly?: boolean;
}

async function start({ name = "@cline/core", signedIn = true, memory, readOnly = false }: Rig = {}) {
  const remote = new ScriptedRemote({ capabilities: { tools: { listChanged: true }, prompts: {} } });
  await remote.listen();
  if (!signedIn) remote.fail("*", onlyWith("t"), Number.POSITIVE_INFINITY);
  const authorizer = new ScriptedAuthorizer();
  if (signedIn) authorizer.token = "t";
  const clock = manualClock();
  const kept = memory ?? createMemory();
  const session = { provisional: true, tools: { ignore: [], readOnly } };
  const host = new BridgeHost({ url: remote.url, authorizer, clock, memory: kept, session });
  clean.push(
    () => remote.close(),
    () => host.close(),
  );
  await host.open({}, name);
  if (signedIn) await remote.streaming();
  return { remote, authorizer, clock, host, memory: kept };
}

const idOf = ({ json }: Exchange) => JSON.stringify((json as { id: unknown }).id);
const cursorOf = ({ json }: Exchange) => (json as { params?: { cursor?: string } }).params?.cursor;

/** Tools on pages, by cursor; the first page has none. What lies in a tool is written as no program writes it. */
function pages(remote: ScriptedRemote, all: readonly (readonly string[] | "refused" | "failed")[]): void {
  const fault = (exchange: Exchange) => {
    const at = Number(cursorOf(exchange) ?? 0);
    if (all[at] === "failed") return { status: 500 };
    if (all[at] === "refused")
      return {
        body: { jsonrpc: "2.0", id: JSON.parse(idOf(exchange)), error: { code: -32602, message: "no" } },
      };
    const names = all[at] as readonly string[];
    const tools = names.map(
      (name) => `{ "name":"${name}","inputSchema":{},"n":1.0,"annotations":{"readOnlyHint":true}}`,
    );
    const next = at + 1 < all.length ? `,"nextCursor":"${at + 1}"` : "";
    const result = `{"_meta":{"big":12345678901234567890},"tools":[${tools.join(" , ")}]${next}}`;
    return { body: Buffer.from(`{"jsonrpc":"2.0","id":${idOf(exchange)},"result":${result}}`) };
  };
  remote.fail("tools/list", fault, Number.POSITIVE_INFINITY);
}

const namesIn = (result: unknown) => (result as { tools: { name: string }[] }).tools.map((tool) => tool.name);
const cursorIn = (result: unknown) => (result as { nextCursor?: string }).nextCursor;

test("[LIFE-9][ERA-6] pages are joined byte by byte, and what else the first one says stays", async () => {
  const { host, remote } = await start();
  pages(remote, [["a"], [], ["b", "c"]]);
  host.send({ id: 7, method: "tools/list", params: { _meta: { progressToken: "mine" } } });
  const { text, json } = await host.answer(7);
  assert.deepEqual(namesIn(json.result), ["a", "b", "c"]);
  assert.equal(cursorIn(json.result), undefined);
  assert.equal(text.match(/"n":1\.0/g)?.length, 3);
  assert.match(text, /"_meta":\{"big":12345678901234567890\}/);
  const asked = remote.received("tools/list");
  assert.deepEqual(
    asked.map((one) => JSON.stringify(one.json).includes("mine")),
    [true, false, false],
    "one progress token is for one request",
  );
});

for (const how of ["failed", "refused"] as const) {
  test(`[LIFE-9] a page that ${how} leaves those before it, and the cursor`, async () => {
    const { host, remote } = await start();
    pages(remote, [["a"], ["b"], how]);
    const { json } = await host.request("tools/list");
    assert.deepEqual(namesIn(json.result), ["a", "b"]);
    assert.equal(cursorIn(json.result), "2");
  });
}

test("[LIFE-9] a page that does not come in 5 s leaves those before it, and the cursor", async () => {
  const { host, remote, clock } = await start();
  let hangs = 0;
  remote.fail(
    "tools/list",
    (exchange) => {
      if (cursorOf(exchange) === "x") hangs += 1;
      return cursorOf(exchange) === "x"
        ? { hang: true }
        : {
            body: {
              jsonrpc: "2.0",
              id: JSON.parse(idOf(exchange)),
              result: { tools: [{ name: "a", inputSchema: {} }], nextCursor: "x" },
            },
          };
    },
    20,
  );
  host.send({ id: "l", method: "tools/list" });
  while (hangs === 0) await turn();
  await clock.advance(5_000);
  const { json } = await host.answer("l");
  assert.deepEqual([namesIn(json.result), cursorIn(json.result)], [["a"], "x"]);
});

test("[LIFE-9] a remote that ignores cursors gives its list once", async () => {
  const { host, remote } = await start();
  const loop = (exchange: Exchange) => ({
    body: {
      jsonrpc: "2.0",
      id: JSON.parse(idOf(exchange)),
      result: { tools: [{ name: `t${cursorOf(exchange) ?? ""}`, inputSchema: {} }], nextCursor: "again" },
    },
  });
  remote.fail("tools/list", loop, Number.POSITIVE_INFINITY);
  const { json } = await host.request("tools/list");
  assert.deepEqual(namesIn(json.result), ["t"]);
  assert.equal(cursorIn(json.result), "again");
  assert.equal(remote.received("tools/list").length, 2);
});

test("[LIFE-9] pages that go round in a circle end where they began", async () => {
  const { host, remote } = await start();
  const circle = (exchange: Exchange) => {
    const at = Number(cursorOf(exchange) ?? 0);
    const result = {
      tools: [{ name: `t${at}`, inputSchema: {} }],
      nextCursor: String(at === 3 ? 1 : at + 1),
    };
    return { body: { jsonrpc: "2.0", id: JSON.parse(idOf(exchange)), result } };
  };
  remote.fail("tools/list", circle, Number.POSITIVE_INFINITY);
  const { json } = await host.request("tools/list");
  assert.deepEqual(namesIn(json.result), ["t0", "t1", "t2", "t3"]);
  assert.equal(remote.received("tools/list").length, 4);
});

test("[LIFE-9] a list of a million members is passed on as it is, and is not waited for", async () => {
  const { host, remote, clock } = await start();
  const members = `[${"0,".repeat(1_000_000)}0]`;
  const wide = (exchange: Exchange) => ({
    body: Buffer.from(
      `{"jsonrpc":"2.0","id":${idOf(exchange)},"result":{"tools":${members},"nextCursor":"1"}}`,
    ),
  });
  remote.fail("tools/list", wide, Number.POSITIVE_INFINITY);
  host.send({ id: 1, method: "tools/list" });
  // It is read in parts.
  for (; !host.lines.some(({ json }) => json.id === 1); await turn()) await clock.advance(1);
  const { text } = await host.answer(1);
  assert.equal(text, `{"jsonrpc":"2.0","id":1,"result":{"tools":${members},"nextCursor":"1"}}`);
  assert.equal(remote.received("tools/list").length, 1);
});

test("[LIFE-1] a cursor that is no string is the end of a list, which is remembered", async () => {
  const { host, remote, memory } = await start({ name: "claude-code" });
  remote.fail("tools/list", (exchange) => ({
    body: {
      jsonrpc: "2.0",
      id: JSON.parse(idOf(exchange)),
      result: { tools: [{ name: "a", inputSchema: {} }], nextCursor: null },
    },
  }));
  await host.request("tools/list");
  await host.close();
  assert.deepEqual(namesIn(memory.now.lists["tools/list"]), ["a"]);
});

test("[LIFE-9] a list that waited for the session is joined, too", async () => {
  const { host, remote, authorizer } = await start({ name: "continue-cli-client", signedIn: false });
  host.send({ id: "l", method: "tools/list" });
  await host.request("ping");
  remote.heal();
  pages(remote, [["a"], ["b"]]);
  authorizer.signIn("t");
  assert.deepEqual(namesIn((await host.answer("l")).json.result), ["a", "b"]);
});

test("[LIFE-9] cancelled while its pages come, a list is not answered", async () => {
  const { host, remote } = await start();
  let cancelled = false;
  remote.fail(
    "tools/list",
    async (exchange, normally) => {
      if (cursorOf(exchange) === undefined)
        return {
          body: { jsonrpc: "2.0", id: JSON.parse(idOf(exchange)), result: { tools: [], nextCursor: "1" } },
        };
      host.send({ method: "notifications/cancelled", params: { requestId: "l" } });
      cancelled = true;
      return normally();
    },
    2,
  );
  host.send({ id: "l", method: "tools/list" });
  while (!cancelled) await turn();
  await host.request("tools/list");
  assert.ok(!host.lines.some(({ json }) => json.id === "l"));
});

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
    assert.match((await host.answer("call")).text, /Its tools: a\./);
    const before = remote.received("tools/list").length;
    await clock.advance(600_000);
    for (let turns = 0; turns < 50; turns += 1) await turn();
    assert.equal(remote.received("tools/list").length, before);
  });

test("[LIFE-9] a list that hangs does not hold back the news of another", async () => {
  const { remote, authorizer, tools } = await offered();
  remote.fail("prompts/list", () => ({ hang: true }), Number.POSITIVE_INFINITY);
  authorizer.signIn("t");
  await tools.heard();
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
