// The remote is not there: at the start, or for an hour in between (LIFE-2).
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { quickClock } from "../../support/clocks/quick-clock.ts";
import { BridgeHost, type BridgeHostOptions, createMemory } from "../../support/hosts/bridge-host.ts";
import { quietPort } from "../../support/remotes/quiet-port.ts";
import { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";

let clean: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const action of clean.reverse()) await action();
  clean = [];
});

function hostAt(port: number, options: Partial<BridgeHostOptions> = {}): BridgeHost {
  const host = new BridgeHost({
    url: `http://127.0.0.1:${port}/mcp`,
    clock: quickClock(100),
    ...options,
    session: { provisional: true, ...options.session },
  });
  clean.push(() => host.close());
  return host;
}

async function remoteAt(port: number): Promise<ScriptedRemote> {
  const remote = new ScriptedRemote({ port });
  await remote.listen();
  clean.push(() => remote.close());
  return remote;
}

test("[LIFE-2] down at the start: the host is answered, calls say why, and all is well when it is back", async () => {
  const port = await quietPort();
  const host = hostAt(port);
  const hello = await host.open();
  assert.ok(hello.json.result?.capabilities);
  // Time is hurried, the network is not: the first attempt may take longer than the host waits.
  while (!/NETWORK_REFUSED/.test(host.notices.join())) await new Promise((done) => setImmediate(done));
  const call = await host.request("tools/call", { name: "count" });
  assert.equal(call.json.error?.data?.code, "NETWORK_REFUSED");
  const list = await host.request("tools/list");
  assert.match(list.text, /drawbridge_sign_in/, "a tool that connects, and says why it cannot");
  const connecting = await host.request("tools/call", { name: "drawbridge_sign_in" });
  assert.match(connecting.text, /refused/);
  assert.deepEqual((await host.request("prompts/list")).json.result, { prompts: [] });
  const remote = await remoteAt(port);
  await remote.streaming();
  assert.ok((await host.request("tools/call", { name: "count" })).json.result);
  assert.equal(remote.received("notifications/initialized").length, 1);
  assert.equal(remote.carriedOut.length, 1);
});

test("[LIFE-2] down at the start, known from before: its lists are the remembered ones", async () => {
  const port = await quietPort();
  const memory = createMemory({
    initialize: { capabilities: { tools: {} }, serverInfo: { name: "known", version: "3" } },
    lists: { "tools/list": { tools: [{ name: "old", inputSchema: {} }] } },
  });
  const host = hostAt(port, { memory });
  const hello = await host.open();
  assert.deepEqual(hello.json.result?.serverInfo, { name: "known", version: "3" });
  assert.deepEqual(hello.json.result?.capabilities, { tools: { listChanged: true } });
  const list = await host.request("tools/list");
  assert.deepEqual(list.json.result, { tools: [{ name: "old", inputSchema: {} }] });
  const remote = await remoteAt(port);
  await host.first(({ json }) => json.method === "notifications/tools/list_changed");
  assert.deepEqual((await host.request("tools/list")).json.result, { tools: remote.tools });
});

test("[LIFE-2] gone for an hour: lists as before, calls explain, and no restart is needed", async () => {
  const port = await quietPort();
  const first = await remoteAt(port);
  // Slower than elsewhere: a busy machine has to open a session in what is left of 8 s.
  const host = hostAt(port, { clock: quickClock(25) });
  await host.open();
  const tools = (await host.request("tools/list")).json.result;
  await first.streaming();
  await first.close();
  clean.shift();
  // Both ends live in this process: let the bridge's one hear that its connections are closed.
  for (let turns = 0; turns < 20; turns += 1) await new Promise((done) => setImmediate(done));
  const call = await host.request("tools/call", { name: "count" });
  assert.equal(call.json.error?.data?.code, "NETWORK_REFUSED");
  assert.deepEqual((await host.request("tools/list")).json.result, tools);
  const second = await remoteAt(port);
  // Its sessions are gone, too.
  assert.ok((await host.request("tools/call", { name: "count" })).json.result);
  assert.equal(second.carriedOut.length, 1);
  await second.streaming();
});

test("[LIFE-2] away for long, and the host asks for nothing: the bridge comes back by itself", async () => {
  const port = await quietPort();
  const clock = quickClock(200);
  const host = hostAt(port, { clock });
  await host.open();
  // Longer than a request is tried for.
  await clock.sleep(60_000);
  const remote = await remoteAt(port);
  await remote.streaming();
  assert.equal(remote.received("notifications/initialized").length, 1);
});

test("[NET-3] --no-provisional: initialize fails after 30 s of trying, and the next request tries again", async () => {
  const port = await quietPort();
  const host = hostAt(port, { session: { provisional: false } });
  assert.equal((await host.open()).json.error?.data?.code, "NETWORK_REFUSED");
  await remoteAt(port);
  assert.ok((await host.request("tools/list")).json.result);
});
