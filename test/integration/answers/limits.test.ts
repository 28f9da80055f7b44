// What is too large fails alone (LIM-2), and what the host sends too long is said once.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { gzipSync } from "node:zlib";
import { BridgeHost } from "../../support/hosts/bridge-host.ts";
import { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";

const LIMIT = 64 * 1024;

let clean: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const action of clean.reverse()) await action();
  clean = [];
});

async function start(
  network: object = { maxMessageBytes: LIMIT },
): Promise<{ host: BridgeHost; remote: ScriptedRemote }> {
  const remote = new ScriptedRemote();
  await remote.listen();
  const host = new BridgeHost({ url: remote.url, network });
  clean.push(
    () => remote.close(),
    () => host.close(),
  );
  await host.open();
  return { host, remote };
}

function answerOf(exchange: { json: unknown }, size: number): string {
  const { id } = exchange.json as { id: unknown };
  return JSON.stringify({ jsonrpc: "2.0", id, result: { text: "x".repeat(size) } });
}

test("[LIM-2] an answer over the limit fails its request only: JSON, events, compressed", async () => {
  const { host, remote } = await start();
  const json = { "content-type": "application/json" };
  remote.fail("tools/call", (exchange) => ({ headers: json, body: answerOf(exchange, LIMIT) }));
  remote.fail("tools/call", (exchange) => ({
    headers: { "content-type": "text/event-stream" },
    body: `data: ${answerOf(exchange, LIMIT)}\n\n`,
  }));
  remote.fail("tools/call", (exchange) => ({
    headers: { ...json, "content-encoding": "gzip" },
    body: gzipSync(answerOf(exchange, 10 * LIMIT)),
  }));
  const beside = host.request("ping");
  for (const kind of ["json", "events", "compressed"]) {
    const { error } = (await host.request("tools/call", { name: "count" })).json;
    assert.equal(error?.data?.code, "NETWORK_TOO_LARGE", kind);
  }
  assert.ok((await beside).json.result);
  remote.fail("tools/call", (exchange) => ({ headers: json, body: answerOf(exchange, LIMIT - 200) }));
  assert.ok((await host.request("tools/call", { name: "count" })).json.result, "just below it");
});

test("[LIM-2] [LIFE-5] a line of the host over the limit is refused, and the next one works", async () => {
  const { host, remote } = await start();
  host.write(`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"${"x".repeat(LIMIT)}"}}`);
  const refused = await host.first(({ json }) => json.error !== undefined);
  assert.equal(refused.json.id, null);
  assert.equal(refused.json.error?.data?.code, "LOCAL_BAD_MESSAGE");
  assert.ok((await host.request("ping")).json.result);
  assert.equal(remote.received("ping").length, 1);
});

test("[LIM-2] a message over the limit on the remote's own stream does not end the session", async () => {
  const { host, remote } = await start();
  await remote.streaming();
  remote.push({ jsonrpc: "2.0", method: "notifications/message", params: { x: "x".repeat(LIMIT) } });
  assert.ok((await host.request("tools/call", { name: "count" })).json.result);
  assert.equal(host.lines.filter(({ json }) => json.method !== undefined).length, 0);
});

test("[LIM-2] answers that never end fail when they are too many together, the newest first", async () => {
  const { host, remote } = await start({ maxMemoryBytes: 400 << 10 });
  const part = `{"jsonrpc":"2.0","x":"${"x".repeat(150 << 10)}`;
  let begun = 0;
  remote.fail(
    "tools/call",
    () => ({
      take: (_request, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write(part, () => {
          begun += 1;
        });
      },
    }),
    3,
  );
  for (const id of ["first", "second"]) {
    host.send({ id, method: "tools/call", params: { name: "count" } });
    while (begun < (id === "first" ? 1 : 2)) await new Promise(setImmediate);
  }
  const { error } = (await host.request("tools/call", { name: "count" })).json;
  assert.equal(error?.data?.code, "NETWORK_TOO_LARGE");
  assert.match(String(error?.message), /--max-memory/);
  assert.ok((await host.request("ping")).json.result, "there is room for others");
  assert.ok(!host.lines.some(({ json }) => json.id === "first" || json.id === "second"));
});

test("[LIM-2] an answer that was made to be large when it is unpacked fails; one that only repeats itself does not", async () => {
  const { host, remote } = await start({});
  const packed = (text: (id: unknown) => string) => (exchange: { json: unknown }) => ({
    headers: { "content-type": "application/json", "content-encoding": "gzip" },
    body: gzipSync(text((exchange.json as { id: unknown }).id)),
  });
  const large = "x".repeat(32 << 20);
  remote.fail(
    "tools/call",
    packed((id) => JSON.stringify({ jsonrpc: "2.0", id, result: { large } })),
  );
  const { error } = (await host.request("tools/call", { name: "count" })).json;
  assert.equal(error?.data?.code, "NETWORK_TOO_LARGE");
  assert.match(String(error?.message), /100 times/);
  const rows = Array.from({ length: 150_000 }, (_, at) => ({ id: at, name: "a row like all the others" }));
  remote.fail(
    "tools/call",
    packed((id) => JSON.stringify({ jsonrpc: "2.0", id, result: { rows } })),
  );
  assert.ok((await host.request("tools/call", { name: "count" })).json.result);
});

test("[LIM-2] [LIFE-5] an id of more than 4 KiB is refused, on both sides", async () => {
  const { host, remote } = await start({});
  const id = "i".repeat(4 << 10);
  host.send({ id, method: "ping" });
  const refused = await host.first(({ json }) => json.error !== undefined);
  assert.match(refused.json.error?.message ?? "", /id of more than 4 KiB/);
  await remote.streaming();
  remote.push({ jsonrpc: "2.0", id, method: "roots/list" });
  remote.push({ jsonrpc: "2.0", id: "short", method: "roots/list" });
  await host.first(({ json }) => json.id === "short");
  assert.ok(!host.lines.some(({ json }) => json.id === id));
});
