// Every fault by name, those before anything is sent among them, and the table of what hosts saw of them.
import assert from "node:assert/strict";
import { Failure } from "../../../src/core/failure/failure.ts";
import type { FailureCode } from "../../../src/core/failure/failure-table.ts";
import type { HttpClient, HttpRequest, HttpResponse } from "../../../src/core/ports/http.ts";
import type { BridgeHost, Received } from "../hosts/bridge-host.ts";
import { FAULTS, type Fault } from "./faults.ts";

/** What goes wrong before anything is sent: code of the failure. */
const UNSENT = {
  "connection-refused": "NETWORK_REFUSED",
  "no-such-name": "NETWORK_DNS",
  "bad-certificate": "NETWORK_TLS",
  "connect-timeout": "NETWORK_TIMEOUT",
} as const;
type Unsent = keyof typeof UNSENT;
export type AnyFault = Fault | Unsent;
export const ALL_FAULTS = [...FAULTS, ...(Object.keys(UNSENT) as Unsent[])];

export function isUnsent(fault: AnyFault): fault is Unsent {
  return fault in UNSENT;
}

/** Prints the cells, by "fault point". @throws if one was not tried */
export function printTable(points: readonly string[], cells: ReadonlyMap<string, string>): void {
  const rows = ALL_FAULTS.map((fault) => [
    fault,
    ...points.map((point) => cells.get(`${fault} ${point}`) ?? ""),
  ]);
  const table = [["fault", ...points], ...rows];
  const widths = table[0]?.map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0))) ?? [];
  console.log(table.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")).join("\n"));
  assert.ok(
    rows.every((row) => row.every((cell) => cell !== "")),
    "an empty cell: a fault nobody tried",
  );
}

/** Fails on command before anything is sent. */
export class FaultyHttp implements HttpClient {
  readonly #real: HttpClient;
  #plans: { at: string; code: FailureCode; left: number }[] = [];

  constructor(real: HttpClient) {
    this.#real = real;
  }

  plan(at: string, fault: Unsent, left: number): void {
    this.#plans.push({ at, code: UNSENT[fault], left });
  }

  heal(): void {
    this.#plans = [];
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    const said = request.body?.toString() ?? "";
    const method = /"method":"([^"]+)"/.exec(said)?.[1] ?? "response";
    const kind = request.method === "POST" ? method : request.method;
    const plan = this.#plans.find(({ at, left }) => left > 0 && at === kind);
    if (plan === undefined) return this.#real.send(request);
    plan.left -= 1;
    throw new Failure(plan.code, "not sent", { received: "no" });
  }

  dropConnections(): void {
    this.#real.dropConnections();
  }

  close(): void {
    this.#real.close();
  }
}

/** What the host saw: `ok` the remote's answer, a code of ours, `rpc` an error of the remote's. */
export function outcome({ json }: Received): string {
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
