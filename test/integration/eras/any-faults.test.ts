// For any sequence of what a host says and any script of faults, with a remote of 2026-07-28 and with a host of it: every request
// of the host has exactly one answer in bounded time, no unsafe call runs twice, and after the faults the next call succeeds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { quickClock } from "../../support/clocks/quick-clock.ts";
import { type Seeded, seeded, testSeed } from "../../support/clocks/seeded.ts";
import { BridgeHost, type Received } from "../../support/hosts/bridge-host.ts";
import { isObject, type Json } from "../../support/hosts/rpc-text.ts";
import { FAULTS } from "../../support/remotes/faults.ts";
import { ModernServer } from "../../support/remotes/modern-server.ts";
import { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";

const PLACES = [
  "initialize",
  "server/discover",
  "notifications/initialized",
  "tools/list",
  "tools/call",
  "subscriptions/listen",
  "GET",
  "*",
];
const DEEDS = ["list", "echo", "count", "ask", "cancel", "unknown", "garbage", "wait", "wait"] as const;
/** A request waits no longer than this of the bridge's own time; a person who is asked answers at once. */
const BOUND_MS = 700_000;
const SPEED = 200;
const RUNS = Number(process.env.PROPERTY_RUNS ?? 40);
const CAPABILITIES = { elicitation: { form: {} } };

for (const [hostEra, remoteEra] of [
  ["legacy", "modern"],
  ["modern", "modern"],
  ["modern", "legacy"],
] as const)
  test(`[LIFE-1][NET-3][ERA-2][ERA-3][ERA-5] any ${hostEra} host, any faults of a ${remoteEra} remote`, {
    timeout: 60_000 + RUNS * 1_000,
  }, async (t) => {
    const seed = testSeed();
    t.diagnostic(`DRAWBRIDGE_TEST_SEED=${seed}`);
    // Most of a run is waiting.
    const runs = Array.from({ length: RUNS }, (_, run) => seeded(seed + run));
    const workers = Array.from({ length: 4 }, async () => {
      for (let random = runs.pop(); random !== undefined; random = runs.pop())
        await play(hostEra, remoteEra, random);
    });
    await Promise.all(workers);
  });

/** A tool that asks a person once, and is carried out then. */
function asking({ method, params }: Json): Json | undefined {
  const { name, inputResponses } = (params ?? {}) as Json;
  if (method !== "tools/call" || !String(name).startsWith("ask") || inputResponses !== undefined)
    return undefined;
  const who = { method: "elicitation/create", params: { message: "Who?", requestedSchema: {} } };
  return { resultType: "input_required", inputRequests: { who } };
}

async function play(hostEra: string, remoteEra: string, random: Seeded): Promise<void> {
  const where = `DRAWBRIDGE_TEST_SEED=${random.seed}, ${hostEra} to ${remoteEra}`;
  const remote = remoteEra === "legacy" ? new ScriptedRemote() : new ModernServer({ result: asking });
  remote.events = random.chance(0.5);
  await remote.listen();
  for (let count = random.below(6); count > 0; count -= 1)
    remote.fail(random.one(PLACES), random.one(FAULTS), 1 + random.below(3));
  const host = new BridgeHost({ url: remote.url, clock: quickClock(SPEED) });
  const asked = new Map<string, Promise<Received>>();
  const cancelled = new Set<string>();
  const ask = (method: string, params: Json = {}): string => {
    const id = `q${asked.size}`;
    const answer =
      hostEra === "modern"
        ? host.modern(method, params, { id, capabilities: CAPABILITIES })
        : host.request(method, params, id);
    asked.set(id, answer);
    return id;
  };
  /** Answers what the host is asked, as often as it is. */
  const answerQuestions = (): void => {
    for (const { json } of host.lines)
      if (json.method === "elicitation/create" && !answered.has(json.id)) {
        answered.add(json.id);
        host.send({ id: json.id, result: { action: "decline" } });
      }
  };
  const answered = new Set<unknown>();
  const watch = setInterval(answerQuestions, 5);
  const answeredAll = async (): Promise<void> => {
    for (const [id, answer] of asked)
      if (!cancelled.has(id)) await within(`${where}: answer to ${id}`, answer);
  };
  try {
    if (hostEra === "modern") ask("server/discover");
    else ask("initialize", { protocolVersion: "2025-11-25", capabilities: CAPABILITIES });
    if (hostEra === "legacy") host.send({ method: "notifications/initialized" });
    for (let step = 1 + random.below(10); step > 0; step -= 1) {
      const deed = random.one(DEEDS);
      if (deed === "list") ask("tools/list");
      else if (deed === "garbage") host.write("{garbage");
      else if (deed === "unknown") ask("x/unknown");
      else if (deed === "wait") await answeredAll();
      else if (deed === "echo") ask("tools/call", { name: "echo" });
      // Nobody has listed such a tool: it may do anything, and what it does is counted by its name.
      else if (deed !== "cancel") ask("tools/call", { name: `${deed}-${asked.size}` });
      else {
        const id = ask("tools/call", { name: `count-${asked.size}` });
        cancelled.add(id);
        host.send({ method: "notifications/cancelled", params: { requestId: id } });
      }
    }
    await answeredAll();
    remote.heal();
    const last = ask("tools/call", { name: "echo" });
    const next = await within(`${where}: the next call`, asked.get(last) ?? Promise.reject(new Error(last)));
    assert.ok(isObject(next.json.result), `${where}: after the faults: ${next.text}`);
    for (const id of asked.keys()) {
      const { length } = host.lines.filter(({ json }) => json.id === id && json.method === undefined);
      assert.ok(length === 1 || (cancelled.has(id) && length === 0), `${where}: ${length} answers to ${id}`);
    }
    const unsafe = remote.carriedOut.filter((name) => name !== "echo");
    assert.equal(new Set(unsafe).size, unsafe.length, `${where}: twice: ${unsafe.join(" ")}`);
  } finally {
    clearInterval(watch);
    await host.close();
    await remote.close();
  }
}

async function within<T>(what: string, happening: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_done, fail) => {
    const limitMs = BOUND_MS / SPEED + 5_000;
    timer = setTimeout(() => fail(new Error(`${what} did not come within its bound`)), limitMs);
  });
  try {
    return await Promise.race([happening, late]);
  } finally {
    clearTimeout(timer);
  }
}
