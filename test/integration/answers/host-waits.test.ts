// How long a host is left waiting, by what is known of it: with a real HTTP server and a clock of our own.
import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import { afterEach, test } from "node:test";
import type { HttpClient } from "../../../src/core/ports/http.ts";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { BridgeHost, createMemory } from "../../support/hosts/bridge-host.ts";
import { onlyWith, ScriptedAuthorizer } from "../../support/issuers/scripted-authorizer.ts";
import { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";
import type { Answer } from "../../support/remotes/scripted-server.ts";

let clean: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const action of clean.reverse()) await action();
  clean = [];
});

const turn = () => new Promise((done) => setImmediate(done));

type Trouble = "sign-in" | "no address" | "down" | "refused" | "slow";

async function start(trouble: Trouble, memory = createMemory(), settings = {}, http?: HttpClient) {
  const remote = new ScriptedRemote();
  await remote.listen();
  // Most connections to a remote that is down are refused; some are taken, and cut.
  const busy = trouble === "refused" ? await refusingPort() : undefined;
  if (trouble === "down") remote.fail("*", () => ({ reset: true }), Number.POSITIVE_INFINITY);
  else if (trouble === "slow") remote.fail("initialize", () => ({ hang: true }));
  else remote.fail("*", onlyWith("t"), Number.POSITIVE_INFINITY);
  const authorizer = new ScriptedAuthorizer();
  authorizer.withoutAddress = trouble === "no address";
  const clock = manualClock();
  const session = { provisional: true, ...settings };
  const url = busy ?? remote.url;
  const host = new BridgeHost({ url, authorizer, clock, memory, session, ...(http && { http }) });
  clean.push(
    () => remote.close(),
    () => host.close(),
  );
  /** When the answer of `what` is there, in ms from the start of the process. */
  const answeredAt = async (id: string): Promise<number> => {
    const there = () => host.lines.some(({ json }) => json.id === id && json.method === undefined);
    while (!there()) {
      for (let turns = 0; turns < 20; turns += 1) await turn();
      if (there()) break;
      assert.ok(clock.monotonicMs() < 60_000, `no answer to ${id} within a minute`);
      await clock.advance(50);
    }
    return clock.monotonicMs();
  };
  const begin = (name: string, id = "i"): void => {
    const clientInfo = { name, version: "1" };
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
    host.send({ id, method: "initialize", params });
  };
  /** Until the remote has seen the handshake. */
  const arrived = async (): Promise<void> => {
    if (trouble === "refused") return;
    await remote.server.arrival("post");
    if (trouble === "sign-in" || trouble === "no address") while (authorizer.signIns === 0) await turn();
  };
  return { remote, authorizer, clock, host, begin, arrived, answeredAt, memory };
}

/** The usual answer, so much later. */
function answerAfter(clock: ReturnType<typeof manualClock>, ms: number) {
  return async (_exchange: unknown, normally: () => Promise<Answer>): Promise<Answer> => {
    await clock.sleep(ms);
    return normally();
  };
}

/** The address of a port that nobody listens on. */
async function refusingPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return `http://127.0.0.1:${port}/mcp`;
}

/** A memory of what `remote` lists. */
async function remembered() {
  const memory = createMemory();
  const { host, authorizer, begin, answeredAt } = await start("sign-in", memory);
  authorizer.token = "t";
  begin("test-host");
  await answeredAt("i");
  host.send({ method: "notifications/initialized" });
  await host.request("tools/list");
  await host.close();
  return memory;
}

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
  const { begin, answeredAt, host, remote } = await start("slow", await remembered());
  begin("codex-mcp-client");
  host.send({ id: "l", method: "tools/list" });
  await remote.server.arrival("post");
  assert.ok((await answeredAt("i")) <= 450);
  assert.ok((await answeredAt("l")) <= 900);
  assert.deepEqual((await host.answer("l")).json.result, { tools: remote.tools });
});

test("[LIFE-9] codex, with something remembered: a list that is slow in an open session comes from memory", async () => {
  const { begin, answeredAt, host, remote, authorizer } = await start("sign-in", await remembered());
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

for (const lateMs of [9_000, 26_000]) {
  test(`[LIFE-1] a host that says initialize ${lateMs / 1_000} s late gets the answers of a remote that is there`, async () => {
    const { begin, answeredAt, host, remote, authorizer, clock } = await start("sign-in");
    authorizer.token = "t";
    await clock.advance(lateMs);
    const slowly = answerAfter(clock, 1_500);
    remote.heal();
    remote.fail("initialize", slowly);
    remote.fail("tools/list", slowly);
    begin("a host that nobody knows");
    await remote.server.arrival("post");
    assert.equal(await answeredAt("i"), lateMs + 1_500);
    assert.doesNotMatch((await host.answer("i")).text, /not connected yet/);
    host.send({ method: "notifications/initialized" });
    host.send({ id: "l", method: "tools/list" });
    await answeredAt("l");
    assert.deepEqual((await host.answer("l")).json.result, { tools: remote.tools });
  });
}

test("[LIFE-1] a second initialize has the time of a first one", async () => {
  const { begin, answeredAt, host, remote, authorizer, clock } = await start("sign-in");
  authorizer.token = "t";
  begin("a host that nobody knows");
  await answeredAt("i");
  await clock.advance(7_000);
  host.lines.length = 0;
  remote.heal();
  remote.fail("initialize", answerAfter(clock, 1_500));
  begin("a host that nobody knows");
  await remote.server.arrival("post", remote.server.to("post").length + 1);
  const atMs = await answeredAt("i");
  assert.doesNotMatch((await host.answer("i")).text, /not connected yet/, `answered at ${atMs} ms`);
});

test("[LIFE-1] the first of two initialize is answered, whatever the remote does", async () => {
  const { begin, host, remote } = await start("slow");
  begin("a host that nobody knows");
  await remote.server.arrival("post");
  begin("a host that nobody knows", "i2");
  assert.equal((await host.answer("i")).json.error?.data?.code, "INTERRUPTED");
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

test("[LIFE-1] server/discover is refused at once, whatever the remote does, and initialize goes on", async () => {
  const { begin, arrived, answeredAt, host, clock } = await start("slow");
  const { json } = await host.request("server/discover", {}, "d");
  assert.equal(json.error?.code, -32601);
  assert.equal(clock.monotonicMs(), 0);
  begin("claude-code");
  await arrived();
  assert.equal(await answeredAt("i"), 4_000);
  assert.equal(host.lines.filter((line) => line.json.id === "d").length, 1);
});
