// A host that looks closely: starts the built program, writes raw bytes, and takes nothing on stdout but JSON-RPC.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { PROGRAM, programEnvironment } from "../project/program.ts";
import { type TemporaryFolder, temporaryFolder } from "../project/temporary-folder.ts";

export interface StdioHostOptions {
  /** Arguments of the program. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** `--config-dir`. Default: a new folder that goes with the host. */
  readonly configDir?: string;
  /** Default `file`: no test but the keychain's own meets a keychain. */
  readonly store?: "file" | "memory" | "keychain" | "auto";
  readonly cwd?: string;
  /** What is started instead of Node with the built program. */
  readonly command?: readonly string[];
}

/** A JSON-RPC message as read; members are looked at by the tests. */
export interface Message {
  readonly jsonrpc: string;
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { code: number; message: string; data?: Record<string, unknown> };
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How long a test waits for anything before it fails, ms. */
const DEADLINE_MS = 30_000;

export class StdioHost {
  /** Lines of stdout, without the line feed, in order. */
  readonly lines: string[] = [];
  stderr = "";
  readonly exit: Promise<Exit>;
  readonly configDir: string;
  readonly child: ChildProcess;
  readonly #ownFolder: TemporaryFolder | undefined;
  #rest: Buffer[] = [];
  #nextId = 1;
  #watchers: (() => void)[] = [];
  #exited: Exit | undefined;

  constructor(options: StdioHostOptions) {
    this.#ownFolder = options.configDir === undefined ? temporaryFolder() : undefined;
    this.configDir = options.configDir ?? this.#ownFolder?.path ?? "";
    const [command = process.execPath, ...first] = options.command ?? [process.execPath, PROGRAM];
    const flags = ["--config-dir", this.configDir, "--store", options.store ?? "file"];
    this.child = spawn(command, [...first, ...options.args, ...flags], {
      env: programEnvironment(this.configDir, options.env),
      cwd: options.cwd ?? tmpdir(),
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.child.stdin?.on("error", () => {}); // it may be gone already; `exit` tells
    this.child.stdout?.on("data", (chunk: Buffer) => this.#read(chunk));
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.stderr += chunk.toString("utf8");
      this.#wake();
    });
    this.exit = new Promise((done, failed) => {
      this.child.once("error", failed);
      this.child.once("close", (code, signal) => {
        this.#exited = { code, signal };
        done(this.#exited);
        this.#wake();
      });
    });
  }

  /** Messages of stdout. @throws AssertionError for a line that is no JSON-RPC message */
  get messages(): Message[] {
    return this.lines.map((line) => {
      const message = parse(line) as Message | undefined;
      assert.equal(message?.jsonrpc, "2.0", `not JSON-RPC on stdout: ${line.slice(0, 300)}`);
      return message as Message;
    });
  }

  /** Writes one line; text and bytes as they are. */
  send(message: object | string | Buffer): void {
    const isRaw = typeof message === "string" || Buffer.isBuffer(message);
    this.child.stdin?.write(isRaw ? message : JSON.stringify(message));
    this.child.stdin?.write("\n");
  }

  /** Writes bytes without a line feed. */
  write(bytes: string | Buffer): void {
    this.child.stdin?.write(bytes);
  }

  /** Sends a request and waits for its answer. */
  async request(method: string, params?: unknown, deadlineMs = DEADLINE_MS): Promise<Message> {
    const id = `r${this.#nextId++}`;
    this.send({ jsonrpc: "2.0", id, method, ...(params === undefined ? {} : { params }) });
    return this.answer(id, deadlineMs);
  }

  notify(method: string, params: unknown = {}): void {
    this.send({ jsonrpc: "2.0", method, params });
  }

  /** The usual handshake; the answer to `initialize`. */
  async initialize(
    capabilities: Record<string, unknown> = {},
    protocolVersion = "2025-11-25",
    deadlineMs = DEADLINE_MS,
  ): Promise<Message> {
    const clientInfo = { name: "stdio-host", version: "1.0.0" };
    const answer = await this.request(
      "initialize",
      { protocolVersion, capabilities, clientInfo },
      deadlineMs,
    );
    if (answer.result) this.notify("notifications/initialized");
    return answer;
  }

  /** The answer with this id. */
  answer(id: string | number | null, deadlineMs = DEADLINE_MS): Promise<Message> {
    return this.message(
      (message) => message.method === undefined && message.id === id,
      `answer ${id}`,
      deadlineMs,
    );
  }

  /** The first message that fits, arrived or to come. */
  async message(
    fits: (message: Message) => boolean,
    what = "message",
    deadlineMs = DEADLINE_MS,
  ): Promise<Message> {
    let seen = 0;
    return this.#wait(what, deadlineMs, () => {
      for (; seen < this.lines.length; seen++) {
        const message = parse(this.lines[seen] ?? "") as Message | undefined;
        if (message && fits(message)) return message;
      }
      return undefined;
    });
  }

  /** Resolves when stderr holds something that fits. */
  async stderrMatching(pattern: RegExp, deadlineMs = DEADLINE_MS): Promise<RegExpExecArray> {
    return this.#wait(String(pattern), deadlineMs, () => pattern.exec(this.stderr) ?? undefined);
  }

  /** As a host that quits: ends stdin and waits for the program to go. */
  async endInput(deadlineMs = DEADLINE_MS): Promise<Exit> {
    this.child.stdin?.end();
    return this.#wait("exit", deadlineMs, () => this.#exited);
  }

  async exited(deadlineMs = DEADLINE_MS): Promise<Exit> {
    return this.#wait("exit", deadlineMs, () => this.#exited);
  }

  /** For `after`: ends whatever still runs, removes what is its own, and checks stdout once more. */
  async close(): Promise<void> {
    if (!this.#exited) {
      this.child.stdin?.end();
      await this.exited(5_000).catch(async () => {
        this.child.kill("SIGKILL");
        await this.exit;
      });
    }
    this.#ownFolder?.remove();
    this.assertPureStdout();
  }

  /** stdout held JSON-RPC messages, each on one line, and nothing else (promise 6). */
  assertPureStdout(): void {
    assert.ok(this.messages.length >= 0);
    const rest = Buffer.concat(this.#rest).toString("utf8");
    if (this.child.signalCode === null) assert.equal(rest, "", "half a line on stdout");
  }

  #read(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      this.#rest.push(chunk.subarray(from, at));
      this.lines.push(Buffer.concat(this.#rest).toString("utf8"));
      this.#rest = [];
      from = at + 1;
    }
    if (from < chunk.length) this.#rest.push(chunk.subarray(from));
    this.#wake();
  }

  #wake(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) watcher();
  }

  async #wait<T>(what: string, deadlineMs: number, look: () => T | undefined): Promise<T> {
    const endsAt = performance.now() + deadlineMs;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      const leftMs = endsAt - performance.now();
      if (leftMs <= 0 || this.#exited) {
        const why = this.#exited
          ? `it ended with ${JSON.stringify(this.#exited)}`
          : `${deadlineMs} ms are over`;
        const tail = this.lines.slice(-3).map((line) => line.slice(0, 500));
        assert.fail(`No ${what}: ${why}.\nstdout: ${tail.join("\n")}\nstderr: ${this.stderr.slice(-2_000)}`);
      }
      await new Promise<void>((done) => {
        const timer = setTimeout(done, leftMs);
        this.#watchers.push(() => {
          clearTimeout(timer);
          done();
        });
      });
    }
  }
}

export function startHost(options: StdioHostOptions): StdioHost {
  return new StdioHost(options);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
