// Lists that are nearly too large to be read are read in parts: nobody else waits for them (LIFE-10).
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { quickClock } from "../../support/clocks/quick-clock.ts";
import { BridgeHost } from "../../support/hosts/bridge-host.ts";
import type { Json } from "../../support/hosts/rpc-text.ts";
import { OldSseRemote } from "../../support/remotes/old-sse-remote.ts";
import { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";
import type { Exchange } from "../../support/remotes/scripted-server.ts";

const TOOLS: readonly Json[] = Array.from({ length: 2_000 }, (_, at) => ({
  name: `tool-${at}`,
  description: "long ".repeat(400),
  inputSchema: { type: "object" },
}));
const MIB = JSON.stringify(TOOLS).length / 2 ** 20;

let clean: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const action of clean.reverse()) await action();
  clean = [];
});

/** A host, and how often other work had its turn while something large was read. */
async function start(remote: ScriptedRemote | OldSseRemote, name = "test-host") {
  remote.tools = TOOLS;
  await remote.listen();
  let turns = 0;
  const clock = quickClock(1);
  const counting: typeof clock = {
    ...clock,
    sleep(ms, signal) {
      if (ms === 0) turns += 1;
      return clock.sleep(ms, signal);
    },
  };
  const tools = { ignore: ["tool-7"], readOnly: false };
  const host = new BridgeHost({ url: remote.url, clock: counting, session: { tools } });
  clean.push(
    () => remote.close(),
    () => host.close(),
  );
  await host.open({}, name);
  return {
    host,
    async turnsFor(asked: () => Promise<unknown>): Promise<number> {
      turns = 0;
      await asked();
      return turns;
    },
  };
}

/** A part that is only checked has 512 KiB, one that becomes values half of that. */
const CHECKED = 2 * MIB;
const READ = 6 * MIB;

async function list(host: BridgeHost): Promise<void> {
  const { result } = (await host.request("tools/list")).json;
  assert.equal((result?.tools as unknown[] | undefined)?.length, TOOLS.length - 1);
}

for (const [by, make] of [
  ["JSON", () => new ScriptedRemote()],
  ["events", () => Object.assign(new ScriptedRemote(), { events: true })],
  ["HTTP+SSE", () => new OldSseRemote()],
] as const)
  test(`[LIFE-10] a large list is read in parts: ${by}`, async () => {
    const { host, turnsFor } = await start(make());
    const turns = await turnsFor(() => list(host));
    assert.ok(turns >= Math.floor(READ) - 2, `${turns} for ${MIB} MiB`);
  });

test("[LIFE-10] a large list that comes on the remote's own stream is read in parts", async () => {
  const remote = new ScriptedRemote();
  const { host, turnsFor } = await start(remote);
  await remote.streaming();
  remote.fail("tools/list", () => ({ hang: true }));
  const turns = await turnsFor(async () => {
    host.send({ id: "l", method: "tools/list" });
    while (remote.received("tools/list").length === 0) await new Promise((done) => setImmediate(done));
    const [asked] = remote.received("tools/list");
    const { id } = (asked ?? assert.fail()).json as { id: unknown };
    remote.push({ jsonrpc: "2.0", id, result: { tools: TOOLS } });
    await host.answer("l");
  });
  assert.ok(turns >= Math.floor(READ) - 2, `${turns} for ${MIB} MiB`);
});

test("[LIFE-10] pages that are joined to a large list are read in parts, and so is the list", async () => {
  const remote = new ScriptedRemote();
  const { host, turnsFor } = await start(remote, "gemini-cli-mcp-client");
  const page = ({ json }: Exchange) => {
    const { id, params } = json as { id: unknown; params?: { cursor?: string } };
    const isLast = params?.cursor !== undefined;
    const tools = isLast ? TOOLS.slice(1_000) : TOOLS.slice(0, 1_000);
    return { body: { jsonrpc: "2.0", id, result: { tools, ...(isLast ? {} : { nextCursor: "2" }) } } };
  };
  remote.fail("tools/list", page, 2);
  const turns = await turnsFor(() => list(host));
  assert.ok(turns >= 2 * Math.floor(READ) - 4, `${turns} for ${MIB} MiB`);
});

test("[LIFE-10] a large answer that is only carried becomes no values", async () => {
  const remote = new ScriptedRemote();
  remote.answerText = JSON.stringify(TOOLS);
  const { host, turnsFor } = await start(remote);
  const turns = await turnsFor(() => host.request("tools/call", { name: "echo" }));
  assert.ok(turns <= Math.ceil(CHECKED * 1.2) + 2, `${turns} for ${MIB} MiB`);
});
