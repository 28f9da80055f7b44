// Lists with several pages, for hosts that read only the first.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cursorIn, cursorOf, idOf, listScenes, namesIn, pages } from "../../support/hosts/list-scene.ts";
import type { Exchange } from "../../support/remotes/scripted-server.ts";

const start = listScenes();
const turn = () => new Promise((done) => setImmediate(done));

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

test("[LIFE-9] a cursor that comes again ends the list", async () => {
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
  assert.deepEqual(namesIn(json.result), ["t", "tagain"]);
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

test("[LIFE-9] a remote that ignores cursors, and names a new one each time, gives its list once", async () => {
  const { host, remote } = await start();
  let count = 0;
  const same = (exchange: Exchange) => {
    const result = { tools: [{ name: "a", inputSchema: {} }], nextCursor: `c${count++}` };
    return { body: { jsonrpc: "2.0", id: JSON.parse(idOf(exchange)), result } };
  };
  remote.fail("tools/list", same, Number.POSITIVE_INFINITY);
  assert.deepEqual(namesIn((await host.request("tools/list")).json.result), ["a"]);
  assert.equal(remote.received("tools/list").length, 2);
});

for (const [what, filling] of [
  ["bytes", JSON.stringify("x".repeat(1 << 20))],
  ["values", `[${"1,".repeat(40_000)}1]`],
] as const)
  test(`[LIFE-9][LIFE-7] pages of too many ${what} together are joined as far as they can be read`, async () => {
    const { host, remote, clock } = await start({ readOnly: true });
    const page = (exchange: Exchange) => {
      const at = Number(cursorOf(exchange) ?? 0);
      const tool = `{"name":"t${at}","x":${filling},"inputSchema":{},"annotations":{"readOnlyHint":true}}`;
      const result = `{"tools":[${tool}],"nextCursor":"${at + 1}"}`;
      return { body: Buffer.from(`{"jsonrpc":"2.0","id":${idOf(exchange)},"result":${result}}`) };
    };
    remote.fail("tools/list", page, Number.POSITIVE_INFINITY);
    host.send({ id: 1, method: "tools/list" });
    // Large messages are read in parts.
    for (; !host.lines.some(({ json }) => json.id === 1); await turn()) await clock.advance(1);
    const { json } = await host.answer(1);
    assert.ok(namesIn(json.result).length >= 1, `${namesIn(json.result).length} tools`);
    assert.equal(cursorIn(json.result), String(namesIn(json.result).length));
  });

test("[LIFE-9] a host that was given the beginning of a list hears once that there is more", async () => {
  const { host, remote, clock } = await start({ name: "gemini-cli-mcp-client" });
  pages(remote, [["a"], "failed"]);
  const news = () =>
    host.lines.filter(({ json }) => json.method === "notifications/tools/list_changed").length;
  assert.deepEqual(namesIn((await host.request("tools/list")).json.result), ["a"]);
  for (let rounds = 0; rounds < 100; rounds += 1) {
    await clock.advance(1_000);
    for (let turns = 0; turns < 10; turns += 1) await turn();
    if (news() === 1 && rounds < 50) await host.request("tools/list");
  }
  assert.equal(news(), 1);
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
