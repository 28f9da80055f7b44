// Many real bridges on one vault, with a person who consents, an issuer that keeps books and revokes everything on any
// second use of a refresh token, and faults that strike at named steps.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { Step } from "../../../src/core/ports/checkpoint.ts";
import { type BrowserProgram, browserProgram } from "../browsers/browser.ts";
import { consent } from "../browsers/person.ts";
import { connected } from "../hosts/patient-host.ts";
import { StdioHost } from "../hosts/stdio-host.ts";
import { type StrictIssuer, type StrictIssuerOptions, startStrictIssuer } from "../issuers/strict-issuer.ts";
import { programEnvironment } from "../project/program.ts";
import { type TemporaryFolder, temporaryFolder } from "../project/temporary-folder.ts";
import {
  type ProtectedRemote,
  type ProtectedRemoteOptions,
  startProtectedRemote,
} from "../remotes/protected-remote.ts";
import { openVault } from "../stores/store.ts";
import { bundledBridge } from "./random-bundle.ts";

/** What happens to the first process that comes by. */
export interface Fault {
  readonly step: Step;
  readonly signal: "SIGKILL" | "SIGSTOP";
  /** Only from its nth visit on. Default 1. */
  readonly visit?: number;
}

/** What the issuer and the person saw. */
export interface Ledger {
  readonly registrations: number;
  readonly tabs: number;
  readonly exchanges: number;
  readonly refreshes: number;
  /** Second uses of a refresh token. */
  readonly replays: number;
  /** Readings of issuer metadata. */
  readonly metadata: number;
}

export interface BridgeGroupOptions {
  readonly issuer?: StrictIssuerOptions;
  readonly remote?: ProtectedRemoteOptions;
}

export class BridgeGroup {
  readonly issuer: StrictIssuer;
  readonly remote: ProtectedRemote;
  readonly browser: BrowserProgram;
  readonly idleBrowser: BrowserProgram = browserProgram({ behaviour: "idle" });
  readonly bridges: StdioHost[] = [];
  readonly #folder: TemporaryFolder;
  readonly #program: string;
  /** Pid to when it was first seen to be stopped. */
  readonly #stopped = new Map<number, number>();

  private constructor(
    issuer: StrictIssuer,
    remote: ProtectedRemote,
    browser: BrowserProgram,
    program: string,
  ) {
    this.#program = program;
    this.issuer = issuer;
    this.remote = remote;
    this.browser = browser;
    this.#folder = temporaryFolder();
    mkdirSync(this.configDir, { mode: 0o700 });
  }

  static async start(options: BridgeGroupOptions = {}): Promise<BridgeGroup> {
    const issuer = await startStrictIssuer(options.issuer ?? {});
    const remote = await startProtectedRemote({ issuer, ...options.remote });
    return new BridgeGroup(issuer, remote, browserProgram(), await bundledBridge());
  }

  get configDir(): string {
    return path.join(this.#folder.path, "data");
  }

  /** A group in which somebody signed in earlier, and nobody is running. */
  static async signedIn(options: BridgeGroupOptions = {}): Promise<BridgeGroup> {
    const bridgeGroup = await BridgeGroup.start(options);
    const [first] = bridgeGroup.spawn(1);
    if (first === undefined) throw new Error("nothing was started");
    await connected(first);
    await first.endInput();
    return bridgeGroup;
  }

  /** Starts `count` bridges, all at once. `idle`: nobody sits before their browser. */
  spawn(
    count: number,
    faults: readonly Fault[] = [],
    { idle = false, args = [] as string[] } = {},
  ): StdioHost[] {
    const fresh = Array.from(
      { length: count },
      () =>
        new StdioHost({
          args: [this.remote.url, ...args],
          configDir: this.configDir,
          command: [process.execPath, this.#program],
          env: {
            ...(idle ? this.idleBrowser : this.browser).env,
            FARM_FOLDER: this.#folder.path,
            FARM_FAULTS: JSON.stringify(faults),
          },
        }),
    );
    this.bridges.push(...fresh);
    return fresh;
  }

  /** Runs another command of the program on the same vault. @returns its stdout; throws when it fails */
  async command(name: string): Promise<string> {
    const args = [this.#program, name, this.remote.url, "--config-dir", this.configDir, "--store", "file"];
    const env = programEnvironment(this.configDir, { FARM_FOLDER: this.#folder.path });
    return (await promisify(execFile)(process.execPath, args, { env })).stdout;
  }

  ledger(): Ledger {
    const { server, violations } = this.issuer;
    const granted = (type: string) =>
      server.to("token").filter(({ form }) => form.get("grant_type") === type).length;
    return {
      registrations: server.to("register").length,
      tabs: this.browser.opened().length,
      exchanges: granted("authorization_code"),
      refreshes: granted("refresh_token"),
      replays: violations.filter((text) => text.includes("second use of a refresh token")).length,
      metadata: server.to("metadata").length,
    };
  }

  /** The person goes through the sign-in at `address`, in a tab that is open already. */
  async consent(address: string): Promise<void> {
    const last = (await consent(address)).at(-1);
    if (last?.status !== 200)
      throw new Error(`the sign-in ended with ${last?.status} at ${last?.url.pathname}`);
  }

  /** What was done since `before`. */
  since(before: Ledger): Ledger {
    const now = this.ledger();
    const less = Object.entries(now).map(([name, value]) => [name, value - before[name as keyof Ledger]]);
    return Object.fromEntries(less) as unknown as Ledger;
  }

  /** Every step of every process so far, in order, and where a fault struck. */
  journal(): { readonly pid: number; readonly step: Step | "struck"; readonly atMs: number }[] {
    return this.#lines("steps").map((line) => {
      const [pid, step, atMs] = line.split(" ");
      return { pid: Number(pid), step: step as Step, atMs: Number(atMs) };
    });
  }

  /** Process ids that a fault struck, those of one kind if it is named. */
  struck(signal = ""): number[] {
    return this.#lines("faults").flatMap((line) => {
      const [pid, by = ""] = line.split(" ");
      return by.startsWith(signal) ? [Number(pid)] : [];
    });
  }

  /** Lets those go on that a fault stopped at least `stoppedMs` ago. */
  wake(stoppedMs: number): void {
    for (const pid of this.struck("SIGSTOP")) {
      const sinceMs = this.#stopped.get(pid) ?? performance.now();
      this.#stopped.set(pid, sinceMs);
      const still = this.bridges.find(({ child }) => child.pid === pid && child.exitCode === null);
      if (performance.now() - sinceMs >= stoppedMs) still?.child.kill("SIGCONT");
    }
  }

  /** Waits until a fault has struck `count` processes. */
  async strike(count = 1): Promise<number[]> {
    return until(() => (this.struck().length >= count ? this.struck() : undefined), "a fault to strike");
  }

  /** The vault as yet another process would see it. */
  vault() {
    return openVault({ folder: this.configDir, remote: this.remote.url });
  }

  /** The access token is dead and is known to be, as after a night. */
  async expireSaved(): Promise<void> {
    await this.setSavedExpiry(Date.now() - 1_000);
    this.issuer.expireAccessTokens();
  }

  /** Changes when the saved access token seems to expire. */
  async setSavedExpiry(expiresAtMs: number): Promise<void> {
    const vault = this.vault();
    await vault.exclusive("refresh", new AbortController().signal, async (held) => {
      const record = await held.read();
      if (record?.grant === undefined) throw new Error("nothing is saved");
      await held.write({ ...record, grant: { ...record.grant, expiresAtMs } });
    });
  }

  /** Ends everything, also what is stopped. */
  async close(): Promise<void> {
    for (const { child } of this.bridges) child.kill("SIGCONT");
    await Promise.all(this.bridges.map((bridge) => bridge.close()));
    await this.remote.close();
    await this.issuer.close();
    this.browser.remove();
    this.idleBrowser.remove();
    this.#folder.remove();
  }

  #lines(name: string): string[] {
    const file = path.join(this.#folder.path, name);
    return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  }
}

/** Looks again and again; for what another process writes into a file. */
async function until<T>(look: () => T | undefined, what: string, deadlineMs = 20_000): Promise<T> {
  const endsAt = performance.now() + deadlineMs;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (performance.now() > endsAt) throw new Error(`waited in vain for ${what}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}
