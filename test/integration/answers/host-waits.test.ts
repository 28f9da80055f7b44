// How long a host is left waiting, by what is known of it: with a real HTTP server and a clock of our own.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpClient } from "../../../src/core/ports/http.ts";
import { createMemory } from "../../support/hosts/bridge-host.ts";
import { remembered, type Trouble, waitScenes } from "../../support/hosts/wait-scene.ts";

const start = waitScenes();
const turn = () => new Promise((done) => setImmediate(done));

const HANDSHAKES: readonly [Trouble, string, number, object?][] = [
  ["sign-in", "claude-code", 0],
  ["no address", "claude-code", 2_000],
  ["refused", "claude-code", 2_000],
  ["slow", "claude-code", 4_000],
  ["slow", "mcp-test-client", 4_000],
  ["slow", "@cline/core", 2_500],
  ["refused", "@cline/core", 2_000],
  ["slow", "a host that nobody knows", 8_000],
  ["slow", "claude-code", 20_000, { handshakeWaitMs: 20_000 }],
  ["down", "claude-code", 20_000, { handshakeWaitMs: 20_000 }],
  ["sign-in", "claude-code", 20_000, { handshakeWaitMs: 20_000 }],
];

for (const [trouble, name, ms, settings] of HANDSHAKES) {
  test(`[LIFE-1][LIFE-9] ${trouble}, ${name}: initialize is answered at ${ms} ms`, async () => {
    const { begin, arrived, answeredAt } = await start(trouble, undefined, settings);
    begin(name);
    await arrived();
    assert.equal(await answeredAt("i"), ms);
  });
}

const LISTS: readonly [Trouble, string, number, object?][] = [
  ["sign-in", "claude-code", 2_000],
  ["down", "claude-code", 2_000],
  ["sign-in", "a host that nobody knows", 8_000],
  ["sign-in", "codex-mcp-client", 25_000],
  ["sign-in", "qwen-cli-mcp-client-notes", 25_000],
  ["down", "continue-cli-client", 25_000],
  ["sign-in", "@cline/core", 6_500],
  ["sign-in", "qwen-cli-mcp-client-notes", 3_000, { listWaitMs: 3_000 }],
  ["sign-in", "claude-code", 60_000, { listWaitMs: 60_000 }],
];

for (const [trouble, name, ms, settings] of LISTS) {
  test(`[LIFE-1][LIFE-9] ${trouble}, ${name}: the sign-in tool is listed at ${ms} ms, other lists at once`, async () => {
    const { begin, arrived, answeredAt, host, clock } = await start(trouble, undefined, settings);
    begin(name);
    await arrived();
    const greetedMs = await answeredAt("i");
    host.send({ method: "notifications/initialized" });
    for (const method of ["prompts/list", "resources/list", "resources/templates/list", "tools/list"])
      host.send({ id: method, method });
    for (const [method, member] of [
      ["prompts/list", "prompts"],
      ["resources/list", "resources"],
      ["resources/templates/list", "resourceTemplates"],
    ] as const) {
      const { json } = await host.answer(method);
      assert.deepEqual(json.result, { [member]: [] });
    }
    assert.equal(clock.monotonicMs(), greetedMs);
    assert.equal(await answeredAt("tools/list"), ms);
    const { json } = await host.answer("tools/list");
    assert.deepEqual(
      (json.result as { tools: { name: string }[] }).tools.map((tool) => tool.name),
      ["drawbridge_sign_in"],
    );
  });
}

test("[LIFE-9] codex, with something remembered: handshake and list within 0.9 s of the start", async () => {
  const { begin, answeredAt, host, remote } = await start("slow", await remembered(start));
  begin("codex-mcp-client");
  host.send({ id: "l", method: "tools/list" });
  await remote.server.arrival("post");
  assert.ok((await answeredAt("i")) <= 450);
  assert.ok((await answeredAt("l")) <= 900);
  assert.deepEqual((await host.answer("l")).json.result, { tools: remote.tools });
});

test("[LIFE-9] codex, with something remembered: a list that is slow in an open session comes from memory", async () => {
  const { begin, answeredAt, host, remote, authorizer } = await start("sign-in", await remembered(start));
  authorizer.token = "t";
  remote.fail("tools/list", () => ({ hang: true }));
  begin("codex-mcp-client");
  await host.answer("i");
  host.send({ method: "notifications/initialized" });
  await remote.streaming();
  remote.heal();
  remote.fail("tools/list", () => ({ hang: true }));
  host.send({ id: "l", method: "tools/list" });
  const atMs = await answeredAt("l");
  assert.ok(atMs <= 900, `${atMs} ms`);
  assert.deepEqual((await host.answer("l")).json.result, { tools: remote.tools });
});

test("[LIFE-1] a remote that no connection reaches counts as down, not as slow", async () => {
  const http: HttpClient = {
    send: () => new Promise(() => undefined),
    dropConnections: () => undefined,
    close: () => undefined,
  };
  const { begin, answeredAt } = await start("slow", createMemory(), {}, http);
  begin("a host that nobody knows");
  assert.equal(await answeredAt("i"), 2_000);
});

test("[LIFE-2] down for 20 s: who waits 25 s for the list has the tools, and nobody an error", async () => {
  const { begin, arrived, answeredAt, host, remote, clock, authorizer } = await start("down");
  authorizer.token = "t";
  begin("continue-cli-client");
  await arrived();
  await answeredAt("i");
  host.send({ method: "notifications/initialized" });
  host.send({ id: "tools", method: "tools/list" });
  while (clock.monotonicMs() < 20_000) {
    await clock.advance(100);
    for (let turns = 0; turns < 5; turns += 1) await turn();
  }
  assert.ok(!host.lines.some(({ json }) => json.id === "tools"));
  remote.heal();
  assert.ok((await answeredAt("tools")) <= 25_000);
  assert.deepEqual((await host.answer("tools")).json.result, { tools: remote.tools });
});

// Without a revision in `_meta` it is a malformed request of 2026-07-28 (basic/index, Per-request protocol fields: -32602), and
// no error that says "modern": a host that looks for the era falls back to `initialize` (transports/stdio, Backward Compatibility).
test("[LIFE-1] server/discover that names no revision is refused at once, whatever the remote does, and initialize goes on", async () => {
  const { begin, arrived, answeredAt, host, clock } = await start("slow");
  const { json } = await host.request("server/discover", {}, "d");
  assert.deepEqual(json.error, {
    code: -32602,
    message: "Invalid params: _meta lacks io.modelcontextprotocol/protocolVersion",
  });
  assert.equal(clock.monotonicMs(), 0);
  begin("claude-code");
  await arrived();
  assert.equal(await answeredAt("i"), 4_000);
  assert.equal(host.lines.filter((line) => line.json.id === "d").length, 1);
  // Now it is a method that no legacy revision has, whatever it says of itself (basic/versioning: `initialize` selects legacy
  // semantics for the process).
  assert.equal((await host.modern("server/discover")).json.error?.code, -32601);
});
