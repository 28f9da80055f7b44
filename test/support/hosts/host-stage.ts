// What stands around a scripted host: a remote, with an issuer where somebody has to sign in, a person before a browser,
// and a folder that outlives the host's processes.
import assert from "node:assert/strict";
import { createSystemClock } from "../../../src/platform/process/clock.ts";
import { type BrowserProgram, browserProgram } from "../browsers/browser.ts";
import { consent } from "../browsers/person.ts";
import { type IdleClock, idleClock } from "../clocks/idle-clock.ts";
import { type StrictIssuer, startStrictIssuer } from "../issuers/strict-issuer.ts";
import { temporaryFolder } from "../project/temporary-folder.ts";
import { TOOLS } from "../remotes/mcp-server.ts";
import {
  type ProtectedRemote,
  type ProtectedRemoteOptions,
  startProtectedRemote,
} from "../remotes/protected-remote.ts";
import { quietPort } from "../remotes/quiet-port.ts";
import { type HostProcess, runInside, type Start, spawnProgram } from "./host-process.ts";
import type { HostFacts } from "./host-table.ts";
import { ScriptedHost } from "./scripted-host.ts";

export interface StageOptions {
  /** The remote wants a sign-in. */
  readonly signIn?: boolean;
  /** Nobody listens at the remote's address until `remoteUp`. */
  readonly down?: boolean;
  /** The built program in processes of its own, on the computer's clock. */
  readonly built?: boolean;
  /** The remote lists 60 tools on three pages, the one that hosts look for on the last. */
  readonly isPaged?: boolean;
  /** The remote lets everybody begin a session, and wants a sign-in for its lists. */
  readonly opensToAll?: boolean;
}

const MANY_TOOLS = [
  ...Array.from({ length: 60 - TOOLS.length }, (_, at) => ({
    name: `t${at}`,
    inputSchema: { type: "object" },
  })),
  ...TOOLS,
];
const OPEN_TO_ALL = ["initialize", "notifications/initialized", "logging/setLevel"];

/** How much later than promised the built program may be: processes share the machine with other tests. */
export const BUILT_SLACK_MS = 2_000;

export class HostStage {
  readonly clock: IdleClock;
  issuer: StrictIssuer | undefined;
  remote: ProtectedRemote | undefined;
  readonly #folder = temporaryFolder();
  readonly #startedMs: number;
  readonly #opened: string[] = [];
  /** Of the built program. */
  readonly #browser: BrowserProgram | undefined;
  readonly #remoteOptions: ProtectedRemoteOptions;
  #port = 0;

  private constructor(built: boolean, remoteOptions: ProtectedRemoteOptions) {
    this.#remoteOptions = remoteOptions;
    this.clock = built ? systemClock() : idleClock();
    this.#browser = built ? browserProgram({ behaviour: "idle" }) : undefined;
    this.#startedMs = this.clock.monotonicMs();
  }

  static async open({
    signIn = false,
    down = false,
    built = false,
    ...remote
  }: StageOptions): Promise<HostStage> {
    const stage = new HostStage(built, {
      ...(remote.isPaged ? { tools: MANY_TOOLS, pageSize: 20 } : {}),
      ...(remote.opensToAll ? { openTo: OPEN_TO_ALL } : {}),
    });
    stage.#port = await stage.clock.during(quietPort());
    if (signIn) stage.issuer = await startStrictIssuer({ nowMs: stage.clock.nowMs });
    if (!down) await stage.remoteUp();
    return stage;
  }

  /** Since the stage was opened, which is when its first host is started. */
  get atMs(): number {
    return this.clock.monotonicMs() - this.#startedMs;
  }

  async remoteUp(): Promise<void> {
    const started = startProtectedRemote({
      ...this.#remoteOptions,
      port: this.#port,
      ...(this.issuer && { issuer: this.issuer }),
    });
    this.remote = await this.clock.during(started);
  }

  async remoteDown(): Promise<void> {
    if (this.remote) await this.clock.during(this.remote.close());
    this.remote = undefined;
  }

  /** Starts a host, and the program with it. */
  host(facts: HostFacts): ScriptedHost {
    const slackMs = this.#browser ? BUILT_SLACK_MS : 0;
    return new ScriptedHost(facts, this.clock, () => this.#launch(facts), slackMs);
  }

  /** Resolves when the stage is that old. */
  async until(ms: number): Promise<void> {
    await this.clock.sleep(Math.max(ms - this.atMs, 0));
  }

  /** The person signs in at the address that was shown last. */
  async signIn(): Promise<void> {
    const url = (this.#browser?.opened() ?? this.#opened).at(-1);
    assert.ok(url, "no browser was opened");
    const pages = await this.clock.during(consent(url));
    assert.equal(pages.at(-1)?.status, 200);
  }

  async close(): Promise<void> {
    await this.remoteDown();
    await this.issuer?.close();
    this.clock.stop();
    this.#browser?.remove();
    this.#folder.remove();
    this.issuer?.assertClean();
  }

  #launch(facts: HostFacts): HostProcess {
    const url = `http://127.0.0.1:${this.#port}/mcp`;
    const start: Start = {
      args: [url, "--config-dir", this.#folder.path, "--store", "file"],
      env: environmentOf(facts, this.#folder.path),
    };
    if (this.#browser) return spawnProgram(withBrowser(start, facts, this.#browser));
    return runInside(start, {
      clock: this.clock,
      browser: { open: async (opened) => void this.#opened.push(opened.href) },
    });
  }
}

/** What a host passes on. */
export function environmentOf({ bareEnvironment }: HostFacts, home: string): Record<string, string> {
  const bare = { HOME: home, PATH: process.env.PATH ?? "", SHELL: "/bin/sh", TERM: "dumb", USER: "person" };
  return bareEnvironment ? bare : { ...bare, LANG: "C.UTF-8" };
}

/** The test's browser; none at all where the host names none, since the computer's own would open. */
function withBrowser({ args, env }: Start, { bareEnvironment }: HostFacts, browser: BrowserProgram): Start {
  return bareEnvironment
    ? { args: [...args, "--no-browser"], env }
    : { args, env: { ...env, ...browser.env } };
}

function systemClock(): IdleClock {
  return { ...createSystemClock(), during: (work) => work, stop: () => undefined };
}
