// The built program under load for a while: a remote that flaps, tokens that expire, fifty calls in flight. Nothing may
// grow but the number of calls.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { browserProgram } from "../browsers/browser.ts";
import { startStrictIssuer } from "../issuers/strict-issuer.ts";
import { PROGRAM, programEnvironment } from "../project/program.ts";
import { temporaryFolder } from "../project/temporary-folder.ts";
import { type ProtectedRemote, startProtectedRemote } from "../remotes/protected-remote.ts";
import type { Answer } from "../remotes/scripted-server.ts";

export interface SoakResult {
  readonly calls: number;
  readonly answered: number;
  readonly failed: number;
  readonly lastError: string;
  readonly flaps: number;
  readonly toRemote: number;
  readonly toTokenEndpoint: number;
  readonly tabs: number;
  /** Once a second. */
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly rssKiB: number;
  readonly descriptors: number;
}

const WORKERS = 50;
/** Between two calls of a worker: it is endurance that is tested, not speed. */
const PAUSE_MS = 100;
const TOKEN_LIFE_S = 5;
/** Standard streams, event loop, watched folder, GET stream, what is just closing. */
const OTHER_DESCRIPTORS = 30;

export async function soak(seconds: number): Promise<SoakResult> {
  const issuer = await startStrictIssuer({ tokenLifeS: TOKEN_LIFE_S });
  const remote = await startProtectedRemote({ issuer });
  const folder = temporaryFolder();
  const browser = browserProgram();
  const host = new LoadHost(
    [remote.url, "--config-dir", folder.path, "--store", "file"],
    folder.path,
    // Where garbage may wait, V8 lets it for the first minute (40 MiB of it on Node 22 and 24), which hides what is
    // measured. With less room, memory is what is held, from the tenth second on.
    { ...browser.env, NODE_OPTIONS: "--max-semi-space-size=1 --max-old-space-size=40" },
  );
  const samples: Sample[] = [];
  let toRemote = 0;
  let flaps = 0;
  const timer = setInterval(() => {
    samples.push(sampleOf(host.pid));
    flap(remote, flaps++);
    // Kept for tests that look at each request; here there are too many.
    toRemote += remote.server.ledger.length;
    remote.server.ledger.length = 0;
  }, 1_000);
  try {
    await host.open();
    const endsAt = performance.now() + seconds * 1_000;
    const work = async (): Promise<void> => {
      while (performance.now() < endsAt) {
        await host.request("tools/call", { name: "echo", arguments: { text: "x".repeat(200) } });
        await new Promise((done) => setTimeout(done, PAUSE_MS));
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, work));
  } finally {
    clearInterval(timer);
    await host.close();
  }
  const tabs = browser.opened().length;
  await Promise.all([remote.close(), issuer.close()]);
  folder.remove();
  browser.remove();
  issuer.assertClean();
  const { calls, answered, failed, lastError } = host;
  const toTokenEndpoint = issuer.server.to("token").length;
  return { calls, answered, failed, lastError, flaps, toRemote, toTokenEndpoint, tabs, samples };
}

/** @throws AssertionError when something grew, was lost or was asked too often */
export function assertSound(result: SoakResult, seconds: number): void {
  const { calls, answered, failed, lastError, flaps, toRemote, toTokenEndpoint, tabs, samples } = result;
  assert.equal(answered, calls, "calls without exactly one answer");
  assert.ok(failed < calls / 4, `${failed} of ${calls} calls failed, such as ${lastError}`);
  assert.equal(tabs, 1, "tabs");
  // A renewal a little before each expiry, and the first exchange.
  const renewals = seconds / (TOKEN_LIFE_S * 0.8) + 3;
  assert.ok(toTokenEndpoint <= renewals, `${toTokenEndpoint} token requests in ${seconds} s`);
  assert.ok(
    toRemote <= calls * 1.5 + flaps * 60,
    `${toRemote} requests for ${calls} calls and ${flaps} flaps`,
  );
  const [before, after] = [quarter(samples, 1), quarter(samples, 3)];
  const grownMiB = (least(after, "rssKiB") - least(before, "rssKiB")) / 1_024;
  assert.ok(grownMiB < 12, `memory grew by ${grownMiB.toFixed(1)} MiB`);
  // Kept-alive connections come and go, but never more than calls in flight: every trouble that left one open would
  // be over this after a while.
  const kept = least(after, "descriptors");
  assert.ok(kept <= WORKERS + OTHER_DESCRIPTORS, `${kept} descriptors in the end`);
  // For a moment all at once: a call whose connection was cut begins another before the first is gone.
  const most = Math.max(...samples.map(({ descriptors }) => descriptors));
  assert.ok(most <= 2 * WORKERS + OTHER_DESCRIPTORS, `${most} descriptors`);
}

/** Troubles in turn, one a second: cut, forget, refuse, reset, truncate. */
function flap(remote: ProtectedRemote, number: number): void {
  const troubles: readonly (Answer | "cut" | "forget")[] = [
    "cut",
    "forget",
    { status: 503, headers: { "retry-after": "1" } },
    { reset: true },
    {
      status: 404,
      body: { jsonrpc: "2.0", id: null, error: { code: -32001, message: "Session not found" } },
    },
    { reset: "mid-body", body: { jsonrpc: "2.0", id: 0, result: {} } },
  ];
  const trouble = troubles[number % troubles.length];
  // What nobody met in its second is over: a host that waits between two attempts would else meet nothing but troubles.
  remote.server.unscript("mcp");
  if (trouble === "cut") remote.server.cutConnections();
  else if (trouble === "forget") remote.sessions.clear();
  else if (trouble !== undefined) remote.server.script("mcp", trouble, 5);
}

function sampleOf(pid: number): Sample {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return {
    rssKiB: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}

function quarter(samples: readonly Sample[], number: number): readonly Sample[] {
  const length = Math.floor(samples.length / 4);
  return samples.slice(number * length, (number + 1) * length);
}

function least(samples: readonly Sample[], what: keyof Sample): number {
  return Math.min(...samples.map((sample) => sample[what]));
}

/** A host that counts: keeps nothing of an answer but that it came. */
class LoadHost {
  calls = 0;
  answered = 0;
  failed = 0;
  lastError = "";
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (isError: boolean) => void>();

  constructor(args: readonly string[], home: string, env: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, [PROGRAM, ...args], {
      env: programEnvironment(home, env),
      stdio: ["pipe", "pipe", "ignore"],
    });
    const { stdout } = this.#child;
    assert.ok(stdout);
    createInterface({ input: stdout }).on("line", (line) => {
      const { id, error } = JSON.parse(line) as { id?: number; error?: unknown };
      if (id === undefined) return;
      const waiting = this.#waiting.get(id);
      assert.ok(waiting, `an answer to ${id}, which nobody waits for: ${line.slice(0, 200)}`);
      this.#waiting.delete(id);
      if (error !== undefined) this.lastError = line.slice(0, 300);
      waiting(error !== undefined);
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async open(): Promise<void> {
    const clientInfo = { name: "load", version: "1" };
    await this.request("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
    this.#write({ method: "notifications/initialized" });
  }

  async request(method: string, params: object): Promise<void> {
    const id = this.calls++;
    const isError = await new Promise<boolean>((done) => {
      this.#waiting.set(id, done);
      this.#write({ id, method, params });
    });
    this.answered += 1;
    if (isError) this.failed += 1;
  }

  async close(): Promise<void> {
    const gone = new Promise((done) => this.#child.once("close", done));
    this.#child.stdin?.end();
    await gone;
  }

  #write(message: object): void {
    this.#child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }
}
