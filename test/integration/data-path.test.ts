// The bridge between two streams and a real HTTP server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bridgeScenes } from "../support/hosts/bridge-scene.ts";
import { ScriptedRemote } from "../support/remotes/scripted-remote.ts";
import type { Exchange } from "../support/remotes/scripted-server.ts";

const start = bridgeScenes();

function methodOf({ method, json }: Exchange): string {
  const message = json as { method?: string } | undefined;
  return message?.method ?? method;
}

test("[NET-1] a start is four requests: initialize, initialized, the stream, tools/list", async () => {
  const { host, remote } = await start();
  await host.open();
  const list = await host.request("tools/list");
  assert.deepEqual(list.json.result, { tools: remote.tools });
  await remote.streaming();
  assert.deepEqual(remote.server.ledger.map(methodOf).sort(), [
    "GET",
    "initialize",
    "notifications/initialized",
    "tools/list",
  ]);
  const [session] = remote.sessions;
  for (const exchange of remote.server.ledger) {
    const { headers, method } = exchange;
    if (methodOf(exchange) === "initialize") {
      assert.equal(headers["mcp-session-id"], undefined);
      continue;
    }
    assert.equal(headers["mcp-session-id"], session, method);
    assert.equal(headers["mcp-protocol-version"], "2025-11-25");
  }
  await host.close();
  assert.equal(remote.received("DELETE").length, 1);
  assert.equal(remote.sessions.size, 0);
});

test("[ERA-1] bytes go through unchanged, both ways, as JSON and as events", async () => {
  const { host, remote } = await start();
  await host.open();
  for (const id of ["0", '""', "12345678901234567890", "1.5", '"a\\u0062"']) {
    const line = `{ "id": ${id}, "params":{"name":"echo","big":98765432109876543210,"x":"\\u00e9é"},"method":"tools/call", "jsonrpc":"2.0"}`;
    const answer = `{"jsonrpc" : "2.0","unknown":[1.0],"result":{"n":98765432109876543210,"é":"\\u00e9"},"id":${id}}`;
    remote.fail("tools/call", () => ({
      headers: { "content-type": "application/json; charset=utf-8" },
      body: answer,
    }));
    remote.fail("tools/call", () => ({
      headers: { "content-type": "text/event-stream" },
      body: `event: message\r\ndata: ${answer}\r\n\r\n`,
    }));
    for (const mode of ["json", "events"]) {
      const before = host.lines.length;
      host.write(line);
      await host.first((_line) => host.lines.length > before);
      assert.equal(host.lines.at(-1)?.text, answer, mode);
      assert.equal(remote.server.to("post").at(-1)?.body, line);
    }
  }
});

test("[NET-1] a request of the remote reaches the host, and its answer the remote", async () => {
  const { host, remote } = await start();
  await host.open({ sampling: {} });
  await remote.streaming();
  remote.push({ jsonrpc: "2.0", id: 0, method: "sampling/createMessage", params: {} });
  const asked = await host.first(({ json }) => json.method === "sampling/createMessage");
  assert.equal(asked.json.id, 0);
  host.write('{"jsonrpc":"2.0","id":0,"result":{"role":"assistant"}}');
  const answer = await remote.server.arrival("post", 3);
  assert.equal(answer.body, '{"jsonrpc":"2.0","id":0,"result":{"role":"assistant"}}');
  // Answered once already: a second answer goes nowhere.
  host.write('{"jsonrpc":"2.0","id":0,"result":{"again":true}}');
  await host.request("ping");
  assert.equal(remote.received("response").length, 1);
});

test("[NET-1] progress comes before the answer; a cancelled request is not answered", async () => {
  const { host, remote } = await start();
  await host.open();
  let finish = (): void => undefined;
  remote.fail("tools/call", (exchange) => ({
    take: (_request, response) => {
      const id = (exchange.json as { id: unknown }).id;
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}}\n\n');
      finish = () => response.end(`data: ${JSON.stringify({ jsonrpc: "2.0", id, result: {} })}\n\n`);
    },
  }));
  host.send({ id: 7, method: "tools/call", params: { name: "count" } });
  await host.first(({ json }) => json.method === "notifications/progress");
  host.send({ method: "notifications/cancelled", params: { requestId: 7 } });
  await host.request("ping");
  assert.equal(remote.received("notifications/cancelled").length, 1);
  finish();
  await host.request("ping");
  assert.equal(host.lines.filter(({ json }) => json.id === 7).length, 0);
});

test("[LIFE-5] garbage is answered and the next line works; lines come in any pieces", async () => {
  const { host } = await start();
  await host.open();
  host.write("garbage");
  host.write("");
  host.write(Buffer.from([0x22, 0xff, 0x22]));
  const text =
    '{"jsonrpc":"2.0","id":"ü€😀","method":"ping"}\r\n{"jsonrpc":"2.0","id":"b","method":"ping"}\r\n';
  for (const byte of Buffer.from(text)) host.input.write(Buffer.from([byte]));
  await host.answer("ü€😀");
  await host.answer("b");
  const refused = host.lines.filter(({ json }) => json.error?.code === -32700);
  assert.equal(refused.length, 2);
  assert.equal(refused[0]?.json.error?.data?.code, "LOCAL_BAD_MESSAGE");
});

test("a message that two readers could read differently is refused and not sent", async () => {
  const { host, remote } = await start();
  await host.open();
  host.write('{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"a","name":"b"}}');
  const answer = await host.answer(5);
  assert.equal(answer.json.error?.code, -32600);
  await host.request("ping");
  assert.equal(remote.received("tools/call").length, 0);
});

test("a batch of the host goes out whole, and each of its requests is answered once", async () => {
  const { host, remote } = await start();
  await host.open();
  const batch = '[{"jsonrpc":"2.0","id":1,"method":"ping"}, {"jsonrpc":"2.0","id":2,"method":"nope"}]';
  host.write(batch);
  assert.deepEqual((await host.answer(1)).json.result, {});
  assert.equal((await host.answer(2)).json.error?.code, -32601);
  assert.equal(remote.server.to("post").at(-1)?.body, batch);
  assert.equal(host.lines.filter(({ json }) => json.id === 1).length, 1);
});

test("[LIFE-5] a line of 64 MiB reaches the remote, and an answer of 64 MiB the host", {
  timeout: 60_000,
}, async () => {
  const { host, remote } = await start();
  await host.open();
  const text = "x".repeat(64 << 20);
  const { json } = await host.request("tools/call", { name: "echo", arguments: { text } });
  assert.equal(remote.carriedOut.length, 1);
  assert.ok(JSON.stringify(json.result).length > 64 << 20);
});

test("[TOK-1][NET-11] user headers go to the remote and not to where it redirects", async (t) => {
  const other = new ScriptedRemote();
  await other.listen();
  t.after(() => other.close());
  const { host, remote } = await start({ headers: { "x-key": "k", authorization: "Bearer user" } });
  await host.open();
  assert.equal(remote.server.ledger[0]?.headers["x-key"], "k");
  assert.equal(remote.server.ledger[0]?.headers.authorization, "Bearer user");
  remote.fail("tools/call", () => ({ status: 307, headers: { location: other.url } }));
  const refused = await host.request("tools/call", { name: "count" });
  assert.equal(refused.json.error?.data?.code, "REMOTE_REDIRECT");
  assert.equal(other.server.ledger.length, 0);
  remote.fail("tools/call", () => ({ status: 302, headers: { location: "/login?next=/mcp" } }));
  const page = await host.request("tools/call", { name: "count" });
  assert.match(JSON.stringify(page.json.error), /redirect to .*\/login\?….*page where people sign in/);
  remote.fail("tools/call", "redirect-same");
  const followed = await host.request("tools/call", { name: "count" });
  assert.ok(followed.json.result);
});

test("an HTTP error with the remote's own JSON-RPC error passes as it is", async () => {
  const { host, remote } = await start();
  await host.open();
  remote.fail("tools/call", (exchange) => ({
    status: 400,
    body: {
      jsonrpc: "2.0",
      id: (exchange.json as { id: unknown }).id,
      error: { code: -32602, message: "no" },
    },
  }));
  const answer = await host.request("tools/call", { name: "count" });
  assert.deepEqual(answer.json.error, { code: -32602, message: "no" });
});

test("a remote that is not MCP: one sentence with code and hint, and the bridge stays", async () => {
  const { host, remote } = await start();
  remote.fail("initialize", "html");
  const answer = await host.open();
  assert.equal(answer.json.error?.data?.code, "REMOTE_NOT_MCP");
  assert.equal(answer.json.error?.code, -31004);
  assert.ok(String(answer.json.error?.data?.hint).length > 10);
  const list = await host.request("tools/list");
  assert.ok(list.json.result, "the next request opens the session");
});
