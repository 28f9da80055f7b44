// Every fault at every point of an exchange. Prints the matrix; a cell that was not tried fails the run.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { NodeHttpClient } from "../../../src/platform/http/http-client.ts";
import { quickClock } from "../../support/clocks/quick-clock.ts";
import { BridgeHost, NETWORK, QUIET } from "../../support/hosts/bridge-host.ts";
import {
  ALL_FAULTS,
  type AnyFault,
  assertOneAnswerEach,
  FaultyHttp,
  isUnsent,
  outcome,
  printTable,
} from "../../support/remotes/fault-table.ts";
import { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";

/** Points of an exchange, and what is said there. `unsafe` calls may not be carried out twice. */
const POINTS = {
  initialize: "initialize",
  initialized: "notifications/initialized",
  list: "tools/list",
  "safe call": "tools/call",
  "unsafe call": "tools/call",
  answer: "response",
  stream: "GET",
  deletion: "DELETE",
} as const;
type Point = keyof typeof POINTS;

/** What the host saw: `ok` the remote's answer, a code of ours, `rpc` an error of the remote's, `–` nothing to see. */
const cells = new Map<string, string>();

after(() => printTable(Object.keys(POINTS), cells));

for (const fault of ALL_FAULTS) {
  test(`[NET-2][NET-3][NET-4][NET-5][LIFE-6] ${fault}, at every point`, { timeout: 30_000 }, async () => {
    await Promise.all((Object.keys(POINTS) as Point[]).map((point) => tryOut(fault, point)));
  });
}

async function tryOut(fault: AnyFault, point: Point): Promise<void> {
  const remote = new ScriptedRemote();
  await remote.listen();
  const clock = quickClock(100);
  const http = new FaultyHttp(new NodeHttpClient({ network: NETWORK, env: {}, clock, diagnostics: QUIET }));
  const host = new BridgeHost({ url: remote.url, clock, http });
  const plan = (at: string, times = 1): void => {
    if (isUnsent(fault)) http.plan(at, fault, times);
    else remote.fail(at, fault, times);
  };
  const name = `${fault} at ${point}`;
  try {
    const seen = await meet(host, remote, plan, fault, point);
    cells.set(`${fault} ${point}`, seen);
    remote.heal();
    http.heal();
    // What went wrong once is over: the next call succeeds.
    const next = await host.request("tools/call", { name: "echo", arguments: { after: name } });
    assert.ok(next.json.result, `${name}: then ${next.text}`);
    assertOneAnswerEach(host, name);
    const counted = remote.carriedOut.filter((tool) => tool === "count").length;
    assert.ok(counted <= 1, `${name}: an unsafe call was carried out ${counted} times`);
  } finally {
    if (point === "deletion") plan("DELETE", 9);
    await host.close();
    await remote.close();
  }
}

/** Brings the bridge to the point, with the fault there, and says what the host saw. */
async function meet(
  host: BridgeHost,
  remote: ScriptedRemote,
  plan: (at: string) => void,
  fault: AnyFault,
  point: Point,
): Promise<string> {
  const method = POINTS[point];
  if (point === "initialize" || point === "initialized" || point === "stream") plan(method);
  const opened = await host.open({ sampling: {} });
  if (point === "initialize") return outcome(opened);
  await host.request("tools/list");
  if (point === "initialized" || point === "deletion") return "–";
  if (point === "stream" || point === "answer") {
    // The stream comes back by itself: none of these says that there is none.
    await remote.streaming();
    if (point === "answer") plan(method);
    remote.push({ jsonrpc: "2.0", id: "ask", method: "sampling/createMessage", params: {} });
    await host.first(({ json }) => json.id === "ask");
    host.send({ id: "ask", result: { role: "assistant" } });
    if (point === "answer" && !isUnsent(fault)) await remote.server.arrival("post", 4);
    return point === "stream" ? "back" : "–";
  }
  plan(method);
  if (point === "list") return outcome(await host.request("tools/list"));
  return outcome(await host.request("tools/call", { name: point === "safe call" ? "echo" : "count" }));
}
