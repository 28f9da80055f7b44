// Every fault at every point of an exchange with a remote of 2026-07-28, for hosts of both eras, and for a host of 2026-07-28
// with a remote of 2025. Prints the matrices; a cell that was not tried fails the run. Between equals of 2025: ../answers.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { NodeHttpClient } from "../../../src/platform/http/http-client.ts";
import { quickClock } from "../../support/clocks/quick-clock.ts";
import { BridgeHost, NETWORK, QUIET, type Received } from "../../support/hosts/bridge-host.ts";
import { isObject } from "../../support/hosts/rpc-text.ts";
import {
  ALL_FAULTS,
  type AnyFault,
  assertOneAnswerEach,
  FaultyHttp,
  isUnsent,
  outcome,
  printTable,
} from "../../support/remotes/fault-table.ts";
import { ModernServer } from "../../support/remotes/modern-server.ts";
import { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";

/** Points of an exchange, and what is said there. `unsafe` calls may not be carried out twice. */
const POINTS = {
  "legacy to modern": {
    initialize: "initialize",
    discover: "server/discover",
    list: "tools/list",
    "safe call": "tools/call",
    "unsafe call": "tools/call",
    listen: "subscriptions/listen",
  },
  "modern to modern": {
    discover: "server/discover",
    "first call": "tools/call",
    list: "tools/list",
    "safe call": "tools/call",
    "unsafe call": "tools/call",
    listen: "subscriptions/listen",
  },
  "modern to legacy": {
    discover: "server/discover",
    initialize: "initialize",
    initialized: "notifications/initialized",
    list: "tools/list",
    "safe call": "tools/call",
    "unsafe call": "tools/call",
  },
} as const;
type Cell = keyof typeof POINTS;

/** Faults after which the bridge takes it that there are no subscriptions, until the host subscribes to something. */
const NO_LISTEN: readonly AnyFault[] = ["session-404", "session-400", "forbidden"];

const TABLES = (Object.keys(POINTS) as Cell[]).map((cell) => ({ cell, seen: new Map<string, string>() }));

after(() => {
  for (const { cell, seen } of TABLES) {
    console.log(`\n${cell}`);
    printTable(Object.keys(POINTS[cell]), seen);
  }
});

for (const fault of ALL_FAULTS)
  test(`[NET-2][NET-3][NET-4][LIFE-1][ERA-2][ERA-3][ERA-5] ${fault}, at every point`, {
    timeout: 30_000,
  }, async () => {
    const tried = TABLES.flatMap(({ cell, seen }) =>
      Object.entries(POINTS[cell]).map(async ([point, method]) => {
        seen.set(`${fault} ${point}`, await tryOut(cell, fault, point, method));
      }),
    );
    await Promise.all(tried);
  });

/** An answer to a discovery that breaks off is asked for again, in whatever way it does. */
const BREAKS: readonly AnyFault[] = [
  "truncated-json",
  "foreign-id",
  "sse-ends",
  "sse-breaks",
  "sse-ends-resumable",
  "sse-breaks-resumable",
];

async function tryOut(cell: Cell, fault: AnyFault, point: string, method: string): Promise<string> {
  const capabilities = { tools: { listChanged: true }, resources: { subscribe: true } };
  const remote = cell.endsWith("legacy") ? new ScriptedRemote() : new ModernServer({ capabilities });
  await remote.listen();
  const clock = quickClock(100);
  const http = new FaultyHttp(new NodeHttpClient({ network: NETWORK, env: {}, clock, diagnostics: QUIET }));
  const host = new BridgeHost({ url: remote.url, clock, http });
  const name = `${cell}: ${fault} at ${point}`;
  const plan = (): void => (isUnsent(fault) ? http.plan(method, fault, 1) : remote.fail(method, fault));
  const ask = (asked: string, params: object = {}): Promise<Received> =>
    cell.startsWith("modern") ? host.modern(asked, params) : host.request(asked, params);
  try {
    const seen = await meet({ cell, host, remote, plan, ask, point });
    if (point === "discover" && BREAKS.includes(fault)) assert.equal(seen, "ok", name);
    remote.heal();
    http.heal();
    if (remote instanceof ModernServer && cell.startsWith("legacy") && point === "listen") {
      if (fault === "half-open") remote.server.cutConnections();
      if (NO_LISTEN.includes(fault)) await ask("resources/subscribe", { uri: "test://a" });
      await remote.until(() => remote.listens.size === 1);
    }
    // What went wrong once is over: the next call succeeds.
    const next = await ask("tools/call", { name: "echo", arguments: { after: name } });
    assert.ok(isObject(next.json.result), `${name}: then ${next.text}`);
    assertOneAnswerEach(host, name);
    const counted = remote.carriedOut.filter((tool) => tool === "count").length;
    assert.ok(counted <= 1, `${name}: an unsafe call was carried out ${counted} times`);
    // Who gave no clear answer to a handshake is asked for the older transport, too (streamable-http, Backward Compatibility).
    const mayAskForSse = point === "initialize";
    const breaches = remote instanceof ModernServer ? remote.breaches : [];
    assert.deepEqual(mayAskForSse ? breaches.filter((one) => one !== "GET ") : breaches, [], name);
    return seen;
  } finally {
    await host.close();
    await remote.close();
  }
}

interface Scene {
  readonly cell: Cell;
  readonly host: BridgeHost;
  readonly remote: ModernServer | ScriptedRemote;
  readonly plan: () => void;
  readonly ask: (method: string, params?: object) => Promise<Received>;
  readonly point: string;
}

/** Brings the bridge to the point, with the fault there, and says what the host saw. */
async function meet({ cell, host, remote, plan, ask, point }: Scene): Promise<string> {
  const greet = (): Promise<Received> => (cell.startsWith("modern") ? ask("server/discover") : host.open());
  if (point === "first call") {
    plan();
    return outcome(await ask("tools/call", { name: "count" }));
  }
  if (["initialize", "initialized", "discover"].includes(point)) {
    plan();
    return outcome(await greet());
  }
  if (cell.startsWith("legacy") && point === "listen") plan();
  await greet();
  await ask("tools/list");
  if (point === "listen") {
    if (cell.startsWith("legacy") || !(remote instanceof ModernServer)) return "back";
    plan();
    const ended = ask("subscriptions/listen", { notifications: { toolsListChanged: true } });
    // The end of one that is dead without a word is not waited for: nobody waits for an answer.
    const opened = remote.until(() => remote.listens.size > 0 || remote.isSilent).then(() => "open");
    return Promise.race([ended.then(outcome), opened]);
  }
  plan();
  if (point === "list") return outcome(await ask("tools/list"));
  return outcome(await ask("tools/call", { name: point === "safe call" ? "echo" : "count" }));
}
