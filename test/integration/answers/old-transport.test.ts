// HTTP+SSE remotes of 2024-11-05 (NET-7).
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { TransportStrategy } from "../../../src/core/settings.ts";
import { BridgeHost, createMemory } from "../../support/hosts/bridge-host.ts";
import { TOOLS } from "../../support/remotes/mcp-server.ts";
import { OldSseRemote } from "../../support/remotes/old-sse-remote.ts";
import { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";

let clean: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const action of clean.reverse()) await action();
  clean = [];
});

async function old(): Promise<OldSseRemote> {
  const remote = new OldSseRemote();
  await remote.listen();
  clean.push(() => remote.close());
  return remote;
}

function hostOf(
  url: string,
  transport: TransportStrategy = "http-first",
  memory = createMemory(),
): BridgeHost {
  const host = new BridgeHost({ url, session: { transport }, memory });
  clean.push(() => host.close());
  return host;
}

for (const status of [400, 402, 403, 404, 405, 406, 410, 415, 422, 426, 501]) {
  test(`[NET-7] a POST that gets ${status} is followed by HTTP+SSE, and that is remembered`, async () => {
    const remote = await old();
    remote.postStatus = status;
    const memory = createMemory();
    const host = hostOf(remote.url, "http-first", memory);
    assert.equal((await host.open()).json.result?.protocolVersion, "2024-11-05");
    assert.deepEqual((await host.request("tools/list")).json.result, { tools: TOOLS });
    assert.deepEqual(remote.methods, ["initialize", "notifications/initialized", "tools/list"]);
    await host.close();
    assert.equal(memory.now.transport, "sse");
    remote.postStatus = 500;
    const again = hostOf(remote.url, "http-first", memory);
    assert.ok((await again.open()).json.result, "no POST to the stream's address any more");
  });
}

for (const status of [408, 425, 429, 500, 503]) {
  test(`[NET-7] a POST that gets ${status} says nothing about the transport`, async () => {
    const remote = await old();
    remote.postStatus = status;
    const host = hostOf(remote.url, "http-first");
    host.send({ id: 1, method: "initialize", params: { protocolVersion: "2025-11-25", capabilities: {} } });
    // It is asked once more, or the host has its answer.
    while (remote.server.ledger.length < 2 && host.lines.length === 0)
      await new Promise((done) => setImmediate(done));
    assert.ok(remote.server.ledger.every(({ method }) => method === "POST"));
  });
}

test("[NET-7] a stream that ends at once is followed by another, in a first session and in a later one", async () => {
  const remote = await old();
  remote.endsAtOnce = 1;
  const host = hostOf(remote.url, "sse-only");
  assert.ok((await host.open()).json.result);
  await host.request("ping");
  remote.endsAtOnce = 1;
  remote.streams.at(-1)?.destroy();
  assert.deepEqual((await host.request("tools/list")).json.result, { tools: TOOLS });
  assert.equal(remote.streams.length, 4);
});

test("[NET-7] the stream breaks: a new one, a new handshake, and the host notices nothing", async () => {
  const remote = await old();
  const host = hostOf(remote.url, "sse-only");
  await host.open();
  await host.request("ping");
  remote.streams[0]?.destroy();
  assert.deepEqual((await host.request("tools/list")).json.result, { tools: TOOLS });
  assert.equal(remote.streams.length, 2);
  assert.equal(remote.methods.filter((method) => method === "initialize").length, 2);
});

test("[NET-7] an endpoint at another origin gets nothing", async () => {
  const [remote, other] = [await old(), new ScriptedRemote()];
  await other.listen();
  clean.push(() => other.close());
  for (const endpoint of [other.url, "//127.0.0.1:1/x", "http://user:pw@127.0.0.1/x", "http://["]) {
    remote.endpoint = () => endpoint;
    const answer = await hostOf(remote.url, "sse-only").open();
    assert.equal(answer.json.error?.data?.code, "REMOTE_BAD_ANSWER", endpoint);
  }
  assert.equal(other.server.ledger.length, 0);
  assert.deepEqual(remote.methods, []);
});

test("[NET-7] neither transport: the error names both attempts", async () => {
  const remote = new ScriptedRemote();
  await remote.listen();
  clean.push(() => remote.close());
  const answer = await hostOf(remote.url.replace("/mcp", "/nothing")).open();
  assert.equal(answer.json.error?.data?.code, "REMOTE_NOT_MCP");
  assert.match(String(answer.json.error?.message), /streamable HTTP .*404.*HTTP\+SSE .*404/);
});

test("[NET-7] --transport: sse-first falls back to HTTP, http-only and sse-only do not", async () => {
  const modern = new ScriptedRemote();
  await modern.listen();
  modern.withoutStream = true;
  clean.push(() => modern.close());
  assert.ok((await hostOf(modern.url, "sse-first").open()).json.result);
  assert.ok((await hostOf(modern.url, "sse-only").open()).json.error);
  const remote = await old();
  assert.ok((await hostOf(remote.url, "http-only").open()).json.error);
  assert.equal(remote.streams.length, 0);
});

test("[NET-7] a JSON-RPC error is MCP whatever its status: no fallback", async () => {
  const remote = new ScriptedRemote();
  await remote.listen();
  clean.push(() => remote.close());
  remote.fail("initialize", "session-400");
  assert.ok((await hostOf(remote.url).open()).json.error);
  assert.equal(remote.received("GET").length, 0);
});

/** How remotes write the event with which HTTP+SSE begins. */
const WRITTEN: Readonly<Record<string, (endpoint: string) => string>> = {
  "as the SDKs do": (endpoint) => `event: endpoint\ndata: ${endpoint}\n\n`,
  "with CR LF": (endpoint) => `event: endpoint\r\ndata: ${endpoint}\r\n\r\n`,
  "without blanks": (endpoint) => `event:endpoint\ndata:${endpoint}\n\n`,
  "data first": (endpoint) => `data: ${endpoint}\nevent: endpoint\n\n`,
  "with an id": (endpoint) => `id: 1\nevent: endpoint\ndata: ${endpoint}\n\n`,
  "behind a comment and a pause": (endpoint) =>
    `: hello\n\nretry: 500\n\nevent: endpoint\ndata: ${endpoint}\n\n`,
  "behind an event of its own": (endpoint) =>
    `event: open\ndata: {}\n\nevent: endpoint\ndata: ${endpoint}\n\n`,
};

for (const [name, written] of Object.entries(WRITTEN)) {
  test(`[NET-7] a POST that is answered with an endpoint, ${name}, is followed by HTTP+SSE, and that is remembered`, async () => {
    const remote = await old();
    remote.onPost = written;
    const memory = createMemory();
    const host = hostOf(remote.url, "http-first", memory);
    assert.equal((await host.open()).json.result?.protocolVersion, "2024-11-05");
    assert.deepEqual((await host.request("tools/list")).json.result, { tools: TOOLS });
    assert.deepEqual(remote.methods, ["initialize", "notifications/initialized", "tools/list"]);
    assert.equal(memory.now.transport, "sse");
    assert.ok(remote.streams[0]?.destroyed, "nobody listens to the stream of the POST");
  });
}

test("[NET-7] an endpoint on the answer of a POST is as far as --transport http-only goes", async () => {
  const remote = await old();
  remote.onPost = (endpoint) => `event: endpoint\ndata: ${endpoint}\n\n`;
  const { error } = (await hostOf(remote.url, "http-only").open()).json;
  assert.equal(error?.data?.code, "REMOTE_NOT_MCP");
  assert.match(String(error?.message), /HTTP\+SSE.*--transport/);
  assert.deepEqual(remote.methods, []);
});

test("[NET-7] an endpoint elsewhere on the answer of a POST gets nothing", async () => {
  const remote = await old();
  remote.onPost = (endpoint) => `event: endpoint\ndata: ${endpoint}\n\n`;
  remote.endpoint = () => "http://127.0.0.1:1/x";
  assert.equal((await hostOf(remote.url).open()).json.error?.data?.code, "REMOTE_BAD_ANSWER");
  assert.deepEqual(remote.methods, []);
});

test("[NET-7] a handshake that is taken without an answer may be one of HTTP+SSE", async () => {
  for (const answer of [{ status: 202 }, { status: 202, body: "Accepted" }, { status: 204 }]) {
    const remote = await old();
    remote.server.script("POST /sse", answer);
    assert.equal((await hostOf(remote.url).open()).json.result?.protocolVersion, "2024-11-05");
  }
});

test("[NET-7] an endpoint behind a message, and events of other names, say nothing about the transport", async () => {
  const remote = new ScriptedRemote();
  await remote.listen();
  clean.push(() => remote.close());
  const stray = "event: endpoint\ndata: /messages\n\n";
  remote.events = true;
  remote.fail("initialize", async (_, normally) => {
    const { headers, body } = await normally();
    return { ...(headers && { headers }), body: `event: hello\ndata: /messages\n\n${body}${stray}` };
  });
  const host = hostOf(remote.url);
  assert.ok((await host.open()).json.result);
  assert.ok((await host.request("tools/list")).json.result);
});

test("[NET-7][LIFE-6] an answer to the POST of HTTP+SSE is the answer, and one on the stream behind it is none", async () => {
  for (const [isSaidTwice, type, before] of [
    [false, "application/json", ""],
    [true, "application/json", ""],
    [false, "text/plain", ""],
    [false, "text/event-stream", "data: "],
  ] as const) {
    const remote = await old();
    remote.server.script("POST /messages", async ({ json }, normally) => {
      const { id, method } = json as { id?: unknown; method: string };
      if (method !== "tools/list" || id === undefined) return normally();
      if (isSaidTwice) setImmediate(() => void normally());
      const body = JSON.stringify({ jsonrpc: "2.0", id, result: { tools: [], here: "first" } });
      return { headers: { "content-type": type }, body: `${before}${body}\n\n` };
    });
    const host = hostOf(remote.url, "sse-only");
    await host.open();
    assert.equal((await host.request("tools/list", undefined, "list")).json.result?.here, "first");
    await host.request("ping");
    assert.equal(host.lines.filter(({ json }) => json.id === "list").length, 1);
  }
});

test("[NET-7] what else a POST of HTTP+SSE is answered with says nothing", async () => {
  const other = '{"jsonrpc":"2.0","id":"other","result":{}}';
  const bodies = ["null", '"Accepted"', '{"status":"ok"}', "{oops", other, ""];
  const types = ["application/json", "text/plain"];
  for (const [body, type] of bodies.flatMap((one) => types.map((type) => [one, type] as const))) {
    const remote = await old();
    remote.server.script("POST /messages", async (_, normally) => ({
      ...(await normally()),
      status: 200,
      headers: { "content-type": type },
      body,
    }));
    const host = hostOf(remote.url, "sse-only");
    await host.open();
    assert.deepEqual((await host.request("tools/list")).json.result, { tools: TOOLS }, body);
    assert.equal(host.lines.length, 2);
  }
});

test("[NET-7] a page as the answer to a POST of HTTP+SSE is said to be one", async () => {
  const remote = await old();
  const host = hostOf(remote.url, "sse-only");
  await host.open();
  remote.server.script("POST /messages", {
    headers: { "content-type": "text/html" },
    body: "<h1>Hello</h1>",
  });
  assert.equal((await host.request("tools/list")).json.error?.data?.code, "REMOTE_NOT_MCP");
});
