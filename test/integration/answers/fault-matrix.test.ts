// Every fault at every point of an exchange. Prints the matrix; a cell that was not tried fails the run.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { BridgeHost } from "../../support/bridge-host.ts";
import { quickClock } from "../../support/quick-clock.ts";
import { FAULTS, type Fault, ScriptedRemote } from "../../support/scripted-remote.ts";

/** Points of an exchange, and what is said there. `unsafe` calls may not be carried out twice. */
const POINTS = {
  initialize: "initialize",
  initialized: "notifications/initialized",
  list: "tools/list",
  "safe call": "tools/call",
  "unsafe call": "tools/call",
  answer: "response",
  stream: "GET",
  farewell: "DELETE",
} as const;
type Point = keyof typeof POINTS;

/** What the host saw: `ok` the remote's answer, a code of ours, `rpc` an error of the remote's, `–` nothing to see. */
const cells = new Map<string, string>();

after(() => {
  const points = Object.keys(POINTS) as Point[];
  const rows = FAULTS.map((fault) => [fault, ...points.map((point) => cells.get(`${fault} ${point}`) ?? "")]);
  const table = [["fault", ...points], ...rows];
  const widths = table[0]?.map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0))) ?? [];
  console.log(table.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")).join("\n"));
  assert.ok(
    rows.every((row) => row.every((cell) => cell !== "")),
    "an empty cell: a fault nobody tried",
  );
});

for (const fault of FAULTS) {
  test(`[NET-2][NET-3][NET-4][NET-5][LIFE-6] ${fault}, at every point`, { timeout: 30_000 }, async () => {
    await Promise.all((Object.keys(POINTS) as Point[]).map((point) => tryOut(fault, point)));
  });
}

async function tryOut(fault: Fault, point: Point): Promise<void> {
  const remote = new ScriptedRemote();
  await remote.listen();
  const host = new BridgeHost({ url: remote.url, clock: quickClock(200) });
  const name = `${fault} at ${point}`;
  try {
    const seen = await meet(host, remote, fault, point);
    cells.set(`${fault} ${point}`, seen);
    remote.heal();
    // What went wrong once is over: the next call succeeds.
    const next = await host.request("tools/call", { name: "echo", arguments: { after: name } });
    assert.ok(next.json.result, `${name}: then ${next.text}`);
    assertOneAnswerEach(host, name);
    const counted = remote.carriedOut.filter((tool) => tool === "count").length;
    assert.ok(counted <= 1, `${name}: an unsafe call was carried out ${counted} times`);
  } finally {
    if (point === "farewell") remote.fail("DELETE", fault, 9);
    await host.close();
    await remote.close();
  }
}

/** Brings the bridge to the point, with the fault there, and says what the host saw. */
async function meet(host: BridgeHost, remote: ScriptedRemote, fault: Fault, point: Point): Promise<string> {
  const method = POINTS[point];
  if (point === "initialize" || point === "initialized" || point === "stream") remote.fail(method, fault);
  const opened = await host.open({ sampling: {} });
  if (point === "initialize") return outcome(opened);
  await host.request("tools/list");
  if (point === "initialized" || point === "farewell") return "–";
  if (point === "stream" || point === "answer") {
    // The stream comes back by itself, unless the remote said that there is none.
    if (point === "stream" && hasNoStream(fault)) return "none";
    await remote.streaming();
    if (point === "answer") remote.fail(method, fault);
    remote.push({ jsonrpc: "2.0", id: "ask", method: "sampling/createMessage", params: {} });
    await host.first(({ json }) => json.id === "ask");
    host.send({ id: "ask", result: { role: "assistant" } });
    if (point === "answer") await remote.server.arrival("post", remote.server.to("post").length + 1);
    return point === "stream" ? "back" : "–";
  }
  remote.fail(method, fault);
  if (point === "list") return outcome(await host.request("tools/list"));
  return outcome(await host.request("tools/call", { name: point === "safe call" ? "echo" : "count" }));
}

/** A 4xx to the GET, or a success that is no event stream, says that there is no stream (NET-1). */
function hasNoStream(fault: Fault): boolean {
  const none: Fault[] = [
    "truncated-json",
    "not-json",
    "html",
    "empty-200",
    "accepted-202",
    "foreign-id",
    "wrong-typed-id",
    "error-without-code",
    "session-400",
    "forbidden",
    "redirect-away",
  ];
  return none.includes(fault);
}

function outcome({ json }: Awaited<ReturnType<BridgeHost["answer"]>>): string {
  if (json.result) return "ok";
  const code = json.error?.data?.code;
  return code === undefined ? `rpc ${json.error?.code}` : String(code);
}

/** stdout is JSON-RPC only (the host parses every line), and no request has two answers. */
export function assertOneAnswerEach(host: BridgeHost, name: string): void {
  const ids = host.lines
    .filter(({ json }) => json.method === undefined)
    .map(({ json }) => JSON.stringify(json.id));
  assert.equal(new Set(ids).size, ids.length, `${name}: answered twice: ${ids.join(" ")}`);
}
