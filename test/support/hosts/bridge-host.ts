// A host in the test process: the bridge runs on two streams, with the real HTTP client unless told otherwise.
import { PassThrough, type Writable } from "node:stream";
import { type Bridge, createBridge } from "../../../src/bridge/bridge.ts";
import { Failure } from "../../../src/core/failure/failure.ts";
import type { Authorizer } from "../../../src/core/ports/authorizer.ts";
import type { Clock } from "../../../src/core/ports/clock.ts";
import type { Diagnostics } from "../../../src/core/ports/diagnostics.ts";
import type { HttpClient } from "../../../src/core/ports/http.ts";
import type { Random } from "../../../src/core/ports/random.ts";
import {
  type CachedRemote,
  EMPTY_REMOTE_CACHE,
  type RemoteCache,
} from "../../../src/core/ports/remote-cache.ts";
import { parseRemoteUrl } from "../../../src/core/remote-url.ts";
import type { NetworkSettings, SessionSettings } from "../../../src/core/settings.ts";
import { Secret } from "../../../src/core/text/secret.ts";
import { NodeHttpClient } from "../../../src/platform/http/http-client.ts";
import { systemRandom } from "../../../src/platform/process/random.ts";
import { quickClock } from "../clocks/quick-clock.ts";

export interface BridgeHostOptions {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly session?: Partial<SessionSettings>;
  readonly network?: Partial<NetworkSettings>;
  readonly authorizer?: Authorizer;
  readonly clock?: Clock;
  readonly http?: HttpClient;
  readonly random?: Random;
  readonly memory?: RemoteCache;
  readonly output?: Writable;
}

/** What `answers` and friends hold. */
export interface Received {
  readonly text: string;
  readonly json: {
    readonly id?: unknown;
    readonly method?: string;
    readonly params?: Record<string, unknown>;
    readonly result?: Record<string, unknown>;
    readonly error?: {
      readonly code: number;
      readonly message: string;
      readonly data?: Record<string, unknown>;
    };
  };
}

/** What a modern request says of itself. */
export interface ModernRequest {
  readonly id?: unknown;
  readonly capabilities?: object;
  /** More members of `_meta`. */
  readonly meta?: object;
}

export const QUIET: Diagnostics = { enabled: false, event: () => undefined, notice: () => undefined };

/** A remote that needs no sign-in. */
export const NO_AUTHORIZER: Authorizer = {
  credentials: async () => undefined,
  challenged: async () => {
    throw new Failure("AUTH_TOKEN_REJECTED", "The remote refused the given credentials.");
  },
  inProgress: () => undefined,
  onSignIn: () => undefined,
  close: async () => undefined,
};

export const NETWORK: NetworkSettings = {
  ipv4Only: false,
  useProxy: false,
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 300_000,
  bodyTimeoutMs: 0,
  maxMessageBytes: 256 << 20,
  maxMemoryBytes: 512 << 20,
  cookies: true,
};

export const SESSION: SessionSettings = {
  transport: "http-first",
  protocol: "auto",
  provisional: false,
  tools: { ignore: [], readOnly: false },
};

export function createMemory(
  start: CachedRemote = EMPTY_REMOTE_CACHE,
): RemoteCache & { readonly now: CachedRemote } {
  let now = start;
  return {
    get now() {
      return now;
    },
    hints: async () => now,
    read: async () => now,
    update: async (change) => {
      now = change(now) ?? now;
    },
  };
}

export class BridgeHost {
  readonly input = new PassThrough();
  readonly output: Writable;
  readonly bridge: Bridge;
  /** Every line the bridge wrote. */
  readonly lines: Received[] = [];
  /** Notices for the person. */
  readonly notices: string[] = [];
  readonly finished: Promise<void>;
  #watchers: (() => void)[] = [];
  #rest = "";
  #nextId = 1;

  constructor(options: BridgeHostOptions) {
    // The real clock, for which the process begins now.
    const clock = options.clock ?? quickClock(1);
    const network = { ...NETWORK, ...options.network };
    const diagnostics: Diagnostics = { ...QUIET, notice: (text) => this.notices.push(text) };
    this.output = options.output ?? new PassThrough().on("data", (chunk: Buffer) => this.#read(chunk));
    this.bridge = createBridge({
      remote: parseRemoteUrl(options.url, true),
      headers: Object.entries(options.headers ?? {}).map(([name, value]) => ({
        name,
        value: new Secret(value),
      })),
      settings: { ...SESSION, ...options.session },
      network,
      input: this.input,
      output: this.output,
      authorizer: options.authorizer ?? NO_AUTHORIZER,
      http: options.http ?? new NodeHttpClient({ network, env: {}, clock, diagnostics }),
      clock,
      random: options.random ?? systemRandom,
      diagnostics,
      remoteCache: options.memory ?? createMemory(),
    });
    // In the program the lifecycle does.
    this.input.once("end", () => void this.bridge.stop("stdin"));
    this.output.once("error", () => void this.bridge.stop("stdout"));
    // What a real host's pipe does: it keeps the process going while only timers are left.
    const pipe = setInterval(() => undefined, 3_600_000);
    this.finished = this.bridge.run().finally(() => clearInterval(pipe));
  }

  /** One line, as it is. */
  write(line: string | Buffer): void {
    this.input.write(line);
    this.input.write("\n");
  }

  send(message: object): void {
    this.write(JSON.stringify({ jsonrpc: "2.0", ...message }));
  }

  /** Sends a request and resolves with its answer. */
  request(method: string, params?: object, id: unknown = `h${this.#nextId++}`): Promise<Received> {
    this.send({ id, method, ...(params && { params }) });
    return this.answer(id);
  }

  /** The same as a host of 2026-07-28 does. */
  modern(
    method: string,
    params: object = {},
    { id, capabilities = {}, meta = {} }: ModernRequest = {},
  ): Promise<Received> {
    const prefix = "io.modelcontextprotocol/";
    const _meta = {
      [`${prefix}protocolVersion`]: "2026-07-28",
      [`${prefix}clientInfo`]: { name: "modern-host", version: "1" },
      [`${prefix}clientCapabilities`]: capabilities,
      ...meta,
    };
    return this.request(method, { ...params, _meta }, ...(id === undefined ? [] : [id]));
  }

  /** The answer to `id`, now or when it comes. */
  answer(id: unknown): Promise<Received> {
    return this.first((line) => line.json.id === id && line.json.method === undefined);
  }

  async first(matches: (line: Received) => boolean): Promise<Received> {
    for (;;) {
      const found = this.lines.find(matches);
      if (found) return found;
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  /** The usual handshake; resolves with the answer to `initialize`. */
  async open(capabilities: object = {}, name = "test-host"): Promise<Received> {
    const answer = await this.request("initialize", {
      protocolVersion: "2025-11-25",
      capabilities,
      clientInfo: { name, version: "1" },
    });
    this.send({ method: "notifications/initialized" });
    return answer;
  }

  /** Closes stdin, as a host does, and waits until the bridge is done. */
  async close(): Promise<void> {
    this.input.end();
    await this.finished;
  }

  #read(chunk: Buffer): void {
    const parts = (this.#rest + chunk.toString()).split("\n");
    this.#rest = parts.pop() ?? "";
    for (const text of parts) this.lines.push({ text, json: JSON.parse(text) });
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) watcher();
  }
}
