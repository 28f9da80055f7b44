// A remote of 2026-07-28 that notes every breach of the specification by who asks it. Not an SDK server on purpose: what it
// answers can be scripted.
import type { ServerResponse } from "node:http";
import { event, isObject, type Json, kindOf, rpcError } from "../hosts/rpc-text.ts";
import { type Fault, faultyAnswer, Silence } from "./faults.ts";
import { EVENT_STREAM } from "./mcp-server.ts";
import { type Answer, type Exchange, ScriptedServer } from "./scripted-server.ts";

export const MODERN = "2026-07-28";
export const META = "io.modelcontextprotocol/";

export interface ModernServerOptions {
  readonly tools?: readonly Json[];
  readonly capabilities?: Json;
  /** Result of a request; undefined: the method is not found. Default: `echo` and friends. */
  readonly result?: (message: Json, server: ModernServer) => Json | undefined | Promise<Json | undefined>;
  /** How `initialize` is refused. Default: with the versions that it speaks. */
  readonly refusal?: (id: unknown) => Answer;
  readonly port?: number;
}

export const complete = (result: Json): Json => ({ resultType: "complete", ...result });
export const cacheable = (result: Json): Json => ({
  resultType: "complete",
  ttlMs: 60_000,
  cacheScope: "private",
  ...result,
});

export class ModernServer {
  readonly server: ScriptedServer;
  /** What was wrong with requests. */
  readonly breaches: string[] = [];
  /** Open `subscriptions/listen`, by the JSON text of the id. */
  readonly listens = new Map<string, { readonly filter: Json; readonly response: ServerResponse }>();
  /** Calls whose stream was closed before they were answered. */
  readonly cancelled: string[] = [];
  /** `tools/call` that were carried out, by tool name. */
  readonly carriedOut: string[] = [];
  /** Answer as events. */
  events = false;
  tools: readonly Json[];
  readonly #options: ModernServerOptions;
  readonly #silence: Silence;
  #plans: { at: string; answer: Fault | ((exchange: Exchange) => Answer); left: number }[] = [];
  #watchers: (() => void)[] = [];

  constructor(options: ModernServerOptions = {}) {
    this.#options = options;
    this.tools = options.tools ?? [
      { name: "echo", inputSchema: { type: "object" }, annotations: { readOnlyHint: true } },
      { name: "count", inputSchema: { type: "object" } },
    ];
    this.server = new ScriptedServer({
      port: options.port,
      route: (_method, url) => (url.pathname.startsWith("/mcp") ? "mcp" : "elsewhere"),
      answer: (exchange) => this.#answer(exchange),
    });
    this.#silence = new Silence(this.server);
  }

  get url(): string {
    return `${this.server.origin}/mcp`;
  }

  listen(): Promise<void> {
    return this.server.listen();
  }

  close(): Promise<void> {
    return this.server.close();
  }

  /** The next `times` messages of that method meet this. */
  fail(at: string, answer: Fault | ((exchange: Exchange) => Answer), times = 1): void {
    this.#plans.push({ at, answer, left: times });
  }

  /** Some message is never answered. */
  get isSilent(): boolean {
    return this.#silence.isOn;
  }

  heal(): void {
    this.#plans = [];
    this.#silence.end();
  }

  received(method: string): Json[] {
    return this.exchanges(method).map(({ json }) => (isObject(json) ? json : {}));
  }

  exchanges(method: string): Exchange[] {
    return this.server.ledger.filter((exchange) => kindOf(exchange) === method);
  }

  /** Tells every listen that wants it. */
  tell(method: string, wanted: (filter: Json) => boolean, params: Json = {}): void {
    for (const [id, { filter, response }] of this.listens) {
      if (!wanted(filter)) continue;
      const _meta = { [`${META}subscriptionId`]: JSON.parse(id) };
      response.write(event({ jsonrpc: "2.0", method, params: { ...params, _meta } }));
    }
  }

  /** Resolves when `done` is true, looked at whenever something happened. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  changed(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) watcher();
  }

  async #answer(exchange: Exchange): Promise<Answer> {
    const answer = await this.#answerTo(exchange);
    setImmediate(() => this.changed());
    return answer;
  }

  async #answerTo(exchange: Exchange): Promise<Answer> {
    const method = kindOf(exchange);
    const plan = this.#plans.find((one) => one.left > 0 && (one.at === method || one.at === "*"));
    if (plan) plan.left -= 1;
    if (exchange.endpoint !== "mcp") return { status: 404 };
    if (method === "server/discover" && this.#silence.isOn) return { hang: true };
    const message = exchange.json;
    if (exchange.method !== "POST" || !isObject(message)) {
      this.breaches.push(`${exchange.method} ${exchange.body.slice(0, 40)}`);
      return { status: 405 };
    }
    if (plan?.answer === "slow-headers") await new Promise((done) => setTimeout(done, 100));
    else if (typeof plan?.answer === "string") return this.#faulty(plan.answer, message);
    else if (plan) return plan.answer(exchange);
    if (method === "initialize") return this.#refuse(message.id);
    const wrong = breachOf(exchange, message);
    if (wrong !== undefined) {
      this.breaches.push(`${method}: ${wrong}`);
      return { status: 400, body: rpcError(message.id ?? null, -32020, wrong) };
    }
    if (method === "subscriptions/listen") return this.#listen(message);
    const result = await this.#result(message);
    if (result === undefined)
      return { status: 404, body: rpcError(message.id ?? null, -32601, "Method not found") };
    const body = { jsonrpc: "2.0", id: message.id, ...(result.error ? result : { result }) };
    return this.events ? { headers: EVENT_STREAM, body: event(body) } : { body };
  }

  #faulty(fault: Fault, message: Json): Promise<Answer> {
    const id = message.id ?? null;
    return faultyAnswer(fault, {
      id,
      carryOut: async () =>
        message.method === "initialize"
          ? unsupported(id)
          : { jsonrpc: "2.0", id, result: (await this.#result(message)) ?? complete({}) },
      // This era has no streams that are taken up.
      keep: () => "id: kept\nretry: 100\ndata:\n\n",
      silence: this.#silence,
    });
  }

  #refuse(id: unknown): Answer {
    if (this.#options.refusal) return this.#options.refusal(id);
    return { status: 400, body: unsupported(id) };
  }

  async #result(message: Json): Promise<Json | undefined> {
    const own = await this.#options.result?.(message, this);
    if (own !== undefined) return own;
    const params = isObject(message.params) ? message.params : {};
    switch (message.method) {
      case "server/discover":
        return cacheable({
          supportedVersions: [MODERN],
          capabilities: this.#options.capabilities ?? { tools: { listChanged: true } },
          _meta: { [`${META}serverInfo`]: { name: "modern-server", version: "1.0.0" } },
        });
      case "tools/list":
        return cacheable({ tools: this.tools });
      case "tools/call":
        this.carriedOut.push(String(params.name));
        return complete({ content: [{ type: "text", text: JSON.stringify(params.arguments ?? null) }] });
      default:
        return undefined;
    }
  }

  #listen({ id, params }: Json): Answer {
    const filter = isObject(params) && isObject(params.notifications) ? params.notifications : {};
    const key = JSON.stringify(id);
    return {
      take: (_request, response) => {
        response.writeHead(200, EVENT_STREAM);
        const _meta = { [`${META}subscriptionId`]: id };
        const acknowledged = "notifications/subscriptions/acknowledged";
        response.write(
          event({ jsonrpc: "2.0", method: acknowledged, params: { _meta, notifications: filter } }),
        );
        this.listens.set(key, { filter, response });
        response.once("close", () => {
          this.listens.delete(key);
          this.changed();
        });
        this.changed();
      },
    };
  }
}

/** The parameter that `Mcp-Name` repeats. */
const NAMED_BY: Readonly<Record<string, string>> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
  "tasks/get": "taskId",
  "tasks/update": "taskId",
  "tasks/cancel": "taskId",
};

function unsupported(id: unknown): Json {
  const error = { code: -32022, message: "Unsupported protocol version", data: { supported: [MODERN] } };
  return { jsonrpc: "2.0", id, error };
}

/** What the specification demands of each request (2026-07-28, basic/index and transports/streamable-http). */
function breachOf({ headers }: Exchange, { id, method, params, result }: Json): string | undefined {
  if (method === undefined || result !== undefined) return "it is a response";
  if (headers["mcp-session-id"] !== undefined) return "it names a session";
  if (headers["last-event-id"] !== undefined) return "it resumes a stream";
  const given = isObject(params) ? params : {};
  const meta = isObject(given._meta) ? given._meta : {};
  if (headers["mcp-method"] !== method) return `Mcp-Method is ${headers["mcp-method"]}`;
  const named = NAMED_BY[String(method)];
  if (named !== undefined && decoded(headers["mcp-name"]) !== given[named])
    return `Mcp-Name is ${headers["mcp-name"]}`;
  if (id === undefined) return undefined;
  if (headers["mcp-protocol-version"] !== meta[`${META}protocolVersion`])
    return `MCP-Protocol-Version is ${headers["mcp-protocol-version"]}`;
  if (meta[`${META}protocolVersion`] !== MODERN) return "its version is another one";
  if (!isObject(meta[`${META}clientCapabilities`])) return "it has no capabilities";
  return undefined;
}

function decoded(value: unknown): unknown {
  const encoded = typeof value === "string" ? /^=\?base64\?(.*)\?=$/.exec(value)?.[1] : undefined;
  return encoded === undefined ? value : Buffer.from(encoded, "base64").toString("utf8");
}
