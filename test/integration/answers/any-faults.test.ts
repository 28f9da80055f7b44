// For any sequence of host messages and any script of faults: every request of the host has exactly one answer, stdout
// is JSON-RPC only, no unsafe call runs twice, and after the faults the next call succeeds.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { quickClock } from "../../support/clocks/quick-clock.ts";
import { testSeed } from "../../support/clocks/seeded.ts";
import { BridgeHost } from "../../support/hosts/bridge-host.ts";
import { FAULTS } from "../../support/remotes/faults.ts";
import { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";

/** What the host does, one after the other; `wait` for all answers so far. */
type Deed = "list" | "echo" | "count" | "ping" | "cancel" | "batch" | "garbage" | "duplicate" | "wait";
const DEEDS: readonly Deed[] = [
  "list",
  "echo",
  "count",
  "ping",
  "cancel",
  "batch",
  "garbage",
  "duplicate",
  "wait",
];
const PLACES = [
  "initialize",
  "notifications/initialized",
  "tools/list",
  "tools/call",
  "ping",
  "batch",
  "GET",
  "*",
];

const scripts = fc.record({
  deeds: fc.array(fc.constantFrom(...DEEDS), { minLength: 1, maxLength: 12 }),
  faults: fc.array(
    fc.record({
      at: fc.constantFrom(...PLACES),
      fault: fc.constantFrom(...FAULTS),
      times: fc.integer({ min: 1, max: 4 }),
    }),
    { maxLength: 6 },
  ),
  events: fc.boolean(),
});

/** No request waits longer than this of the bridge's own time: retries, a `Retry-After` and a replay, one after the other. */
const BOUND_MS = 300_000;
const SPEED = 200;
/** Real network, hurried time: 8 s would be too little for what really happens in between. */
const SETTINGS = { provisional: true, handshakeWaitMs: 60_000 };

const RUNS = Number(process.env.PROPERTY_RUNS ?? 150);
/** What a slow machine must come to within the time limit: two of three. */
const LEAST_RUNS = Math.ceil((RUNS * 2) / 3);
/** 150 runs take about 30 s on two cores. */
const LIMIT_MS = Math.max(90_000, RUNS * 600);

test("[LIFE-1][LIFE-2][LIFE-6][NET-3] any host, any faults", { timeout: LIMIT_MS + 20_000 }, async (t) => {
  const seed = testSeed();
  t.diagnostic(`DRAWBRIDGE_TEST_SEED=${seed}`);
  const details = await fc.check(
    fc.asyncProperty(scripts, async ({ deeds, faults, events }) => {
      const remote = new ScriptedRemote();
      remote.events = events;
      await remote.listen();
      for (const { at, fault, times } of faults) remote.fail(at, fault, times);
      const host = new BridgeHost({
        url: remote.url,
        clock: quickClock(SPEED),
        session: SETTINGS,
      });
      try {
        await play(host, remote, deeds);
      } finally {
        await host.close();
        await remote.close();
      }
    }),
    {
      seed,
      numRuns: RUNS,
      interruptAfterTimeLimit: LIMIT_MS,
      markInterruptAsFailure: false,
    },
  );
  t.diagnostic(`${details.numRuns} of ${RUNS} runs`);
  assert.ok(!details.failed, `${fc.defaultReportMessage(details)}\n${details.errorInstance}`);
  assert.ok(
    details.numRuns >= LEAST_RUNS,
    `only ${details.numRuns} of ${RUNS} runs were made in ${LIMIT_MS / 1_000} s`,
  );
});

async function play(host: BridgeHost, remote: ScriptedRemote, deeds: readonly Deed[]): Promise<void> {
  const asked = new Map<string, number>();
  const cancelled = new Set<string>();
  let number = 0;
  const ask = (method: string, params: object = {}, id: unknown = `q${number++}`): object => {
    asked.set(JSON.stringify(id), (asked.get(JSON.stringify(id)) ?? 0) + 1);
    return { jsonrpc: "2.0", id, method, params };
  };
  const answeredAll = async (): Promise<void> => {
    for (const [id, count] of asked) {
      if (cancelled.has(id)) continue;
      await within(
        `answer ${id}`,
        host.first(() => answersTo(host, id).length >= count),
      );
    }
  };
  host.send(ask("initialize", { protocolVersion: "2025-11-25", capabilities: {} }));
  host.send({ method: "notifications/initialized" });
  for (const deed of deeds) {
    if (deed === "list") host.send(ask("tools/list"));
    if (deed === "echo") host.send(ask("tools/call", { name: "echo", arguments: { number } }));
    if (deed === "count") host.send(ask("tools/call", { name: "count", arguments: { number } }));
    if (deed === "ping") host.send(ask("ping"));
    if (deed === "duplicate") for (const id of [7, 7]) host.send(ask("ping", {}, id));
    if (deed === "batch") host.write(JSON.stringify([ask("ping"), ask("tools/list")]));
    if (deed === "garbage") host.write("{garbage");
    if (deed === "cancel") {
      host.send(ask("tools/call", { name: "count" }, `c${number}`));
      host.send({ method: "notifications/cancelled", params: { requestId: `c${number}` } });
      cancelled.add(JSON.stringify(`c${number++}`));
    }
    if (deed === "wait") await answeredAll();
  }
  await answeredAll();
  remote.heal();
  const call = () => within("the next call", host.request("tools/call", { name: "echo" }));
  // A handshake that is under way may have met its fault already.
  const first = await call();
  const next = first.json.result === undefined ? await call() : first;
  assert.ok(next.json.result, `after the faults: ${next.text}`);
  for (const [id, count] of asked) {
    const answers = answersTo(host, id).length;
    assert.ok(answers === count || (cancelled.has(id) && answers < count), `${answers} answers to ${id}`);
  }
  assertNothingTwice(host, remote);
}

function answersTo(host: BridgeHost, id: string): unknown[] {
  return host.lines.filter(({ json }) => json.method === undefined && JSON.stringify(json.id) === id);
}

/** Every line is one message: an answer to something asked, an error for garbage, or word of a change. */
function assertNothingTwice(host: BridgeHost, remote: ScriptedRemote): void {
  for (const { json } of host.lines) {
    assert.equal((json as { jsonrpc?: unknown }).jsonrpc, "2.0");
    if (json.method === undefined && json.id === null) assert.equal(json.error?.code, -32700);
  }
  const runs = new Map<string, number>();
  for (const exchange of remote.received("tools/call")) {
    const { params, id } = exchange.json as { id: unknown; params: { name: string } };
    if (params.name === "count") runs.set(JSON.stringify(id), (runs.get(JSON.stringify(id)) ?? 0) + 1);
  }
  const unsafeCalls = [...runs.keys()].length;
  const carriedOut = remote.carriedOut.filter((name) => name === "count").length;
  assert.ok(carriedOut <= unsafeCalls, `${carriedOut} runs of ${unsafeCalls} unsafe calls`);
}

async function within<T>(what: string, happening: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_done, fail) => {
    timer = setTimeout(
      () => fail(new Error(`${what} did not come within its bound`)),
      BOUND_MS / SPEED + 5_000,
    );
  });
  try {
    return await Promise.race([happening, late]);
  } finally {
    clearTimeout(timer);
  }
}
