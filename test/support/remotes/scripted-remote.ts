// An MCP server that fails on command, at every point of an exchange.
import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { event, isObject, type Json, kindOf, rpcError } from "../hosts/rpc-text.ts";
import { type Fault, faultyAnswer, Silence } from "./faults.ts";
import { EVENT_STREAM, echo, McpServer, type McpServerOptions, textResult } from "./mcp-server.ts";
import type { Answer, Exchange } from "./scripted-server.ts";

interface Planned {
  /** JSON-RPC method, `response`, `GET` or `DELETE`; `*` for any message. */
  readonly at: string;
  readonly fault: Fault | ((exchange: Exchange, normally: () => Promise<Answer>) => Answer | Promise<Answer>);
  left: number;
}

export type ScriptedRemoteOptions = Pick<
  McpServerOptions,
  "tools" | "capabilities" | "stateless" | "port" | "tls"
>;

/** What a bridge asks to find out whether somebody is there. */
const ASKS_FOR_LIFE = ["ping", "server/discover"];

export class ScriptedRemote extends McpServer {
  /** Streams that hosts opened with GET. */
  readonly streams = new Set<ServerResponse>();
  /** Text of the answer to a tool call; undefined: its arguments. */
  answerText: string | undefined;
  /** No GET stream at all. */
  withoutStream = false;
  /** Answers kept for resuming, by event id. */
  readonly #kept = new Map<string, Json>();
  #plans: Planned[] = [];
  readonly #silence: Silence;
  #watchers: (() => void)[] = [];

  constructor(options: ScriptedRemoteOptions = {}) {
    super({
      name: "scripted-remote",
      ...options,
      callTool: (params) => (this.answerText === undefined ? echo(params) : textResult(this.answerText)),
    });
    this.#silence = new Silence(this.server);
  }

  override get url(): string {
    return `${this.server.origin}/mcp`;
  }

  /** The next `times` messages of that kind meet the fault. */
  fail(at: string, fault: Planned["fault"], times = 1): void {
    this.#plans.push({ at, fault, left: times });
  }

  heal(): void {
    this.#plans = [];
    this.#silence.end();
  }

  /** Says something on every open GET stream. */
  push(message: Json): void {
    for (const stream of this.streams) stream.write(`data: ${JSON.stringify(message)}\n\n`);
  }

  /** Resolves when there are `count` GET streams. */
  async streaming(count = 1): Promise<void> {
    while (this.streams.size < count) await new Promise<void>((done) => this.#watchers.push(done));
  }

  /** Messages of one method, in order of arrival. */
  received(method: string): Exchange[] {
    return this.server.ledger.filter((exchange) => kindOf(exchange) === method);
  }

  protected override route(method: string, url: URL): string {
    return url.pathname.startsWith("/mcp") ? method.toLowerCase() : "elsewhere";
  }

  protected override async answer(exchange: Exchange): Promise<Answer> {
    const kind = kindOf(exchange);
    const plan = this.#plans.find((one) => one.left > 0 && (one.at === kind || one.at === "*"));
    const normally = async (): Promise<Answer> => this.#normally(exchange);
    if (ASKS_FOR_LIFE.includes(kind) && this.#silence.isOn) return { hang: true };
    if (plan === undefined) return normally();
    plan.left -= 1;
    if (plan.fault === "slow-headers") {
      await new Promise((done) => setTimeout(done, 100));
      return normally();
    }
    if (typeof plan.fault === "function") return plan.fault(exchange, normally);
    return this.#faulty(plan.fault, exchange);
  }

  #normally(exchange: Exchange): Answer {
    if (exchange.endpoint === "elsewhere") return { status: 404 };
    return exchange.method === "GET" ? this.#stream(exchange) : this.answerMessage(exchange);
  }

  #stream(exchange: Exchange): Answer {
    const lastId = String(exchange.headers["last-event-id"]);
    // That answer was given: the stream it belonged to is over.
    if (lastId === "resumed-2") return { headers: EVENT_STREAM, body: ": over\n\n" };
    const resumed = this.#kept.get(lastId);
    this.#kept.delete(lastId);
    const next = resumed?.id === null ? undefined : "resumed-2";
    if (resumed) return { headers: EVENT_STREAM, body: event(resumed, next) };
    if (this.withoutStream) return { status: 405 };
    if (!this.knowsSession(exchange)) return { status: 404 };
    return {
      take: (_request, response) => {
        response.writeHead(200, EVENT_STREAM);
        response.flushHeaders();
        this.streams.add(response);
        response.once("close", () => this.streams.delete(response));
        const watchers = this.#watchers;
        this.#watchers = [];
        for (const watcher of watchers) watcher();
      },
    };
  }

  #faulty(fault: Fault, exchange: Exchange): Promise<Answer> {
    const message = isObject(exchange.json) ? exchange.json : {};
    const id = message.id ?? null;
    this.#sideEffect(fault);
    return faultyAnswer(fault, {
      id,
      carryOut: () => this.reply(message) ?? rpcError(id, -1, "no request"),
      keep: (reply) => this.#keep(reply),
      silence: this.#silence,
    });
  }

  /** What a fault does beside its answer. */
  #sideEffect(fault: Fault): void {
    if (fault === "session-404" || fault === "session-400") this.sessions.clear();
  }

  #keep(reply: Json): string {
    const id = randomUUID();
    this.#kept.set(id, reply);
    return `id: ${id}\nretry: 100\ndata:\n\n`;
  }
}
