// A small MCP server with sessions and two tools. Not an SDK server on purpose: every answer can be scripted, and what it
// carried out is counted. The remotes of the tests are it behind different doors. For real ones see sdk-remotes.ts.
import { randomUUID } from "node:crypto";
import { event, isObject, type Json, rpcError } from "../hosts/rpc-text.ts";
import { type Answer, type Exchange, ScriptedServer, type ScriptedServerOptions } from "./scripted-server.ts";

export interface McpServerOptions extends Pick<ScriptedServerOptions, "host" | "port" | "tls" | "origin"> {
  readonly name: string;
  /** Default: the one that the host asked for. */
  readonly protocolVersion?: string;
  readonly tools?: readonly Json[] | undefined;
  readonly capabilities?: Json | undefined;
  readonly stateless?: boolean | undefined;
  /** Tools on a page. Default: all of them. */
  readonly pageSize?: number | undefined;
  /** Result of `tools/call`. Default: text with the arguments as JSON. */
  readonly callTool?: ((params: Json) => unknown) | undefined;
}

export const EVENT_STREAM = { "content-type": "text/event-stream" };

export const TOOLS: readonly Json[] = [
  { name: "echo", inputSchema: { type: "object" }, annotations: { readOnlyHint: true } },
  { name: "count", inputSchema: { type: "object" } },
];

export abstract class McpServer {
  readonly server: ScriptedServer;
  readonly sessions = new Set<string>();
  /** `tools/call` that were carried out, by tool name. */
  readonly carriedOut: string[] = [];
  /** Answer as events. */
  events = false;
  tools: readonly Json[];
  readonly #options: McpServerOptions;

  constructor(options: McpServerOptions) {
    this.#options = options;
    this.tools = options.tools ?? TOOLS;
    this.server = new ScriptedServer({
      host: options.host,
      port: options.port,
      tls: options.tls,
      origin: options.origin,
      route: (method, url) => this.route(method, url),
      answer: (exchange) => this.answer(exchange),
    });
  }

  /** Address of the MCP endpoint. */
  abstract get url(): string;

  /** Name of the place that a request goes to. */
  protected abstract route(method: string, url: URL): string;

  protected abstract answer(exchange: Exchange): Answer | Promise<Answer>;

  listen(): Promise<void> {
    return this.server.listen();
  }

  close(): Promise<void> {
    return this.server.close();
  }

  /** Of a POST or DELETE of streamable HTTP. */
  protected answerMessage(exchange: Exchange): Answer {
    if (exchange.method === "DELETE") {
      this.sessions.delete(String(exchange.headers["mcp-session-id"]));
      return { status: 200 };
    }
    const message = exchange.json;
    if (Array.isArray(message)) return { body: message.flatMap((one) => this.reply(one) ?? []) };
    if (!isObject(message)) return { status: 400, body: rpcError(null, -32700, "Parse error") };
    const begins = message.method === "initialize";
    if (!begins && !this.knowsSession(exchange))
      return { status: 404, body: rpcError(message.id ?? null, -32001, "Session not found") };
    const reply = this.reply(message);
    if (reply === undefined) return { status: 202 };
    const headers = begins ? this.#newSession() : {};
    if (!this.events) return { headers, body: reply };
    return { headers: { ...headers, ...EVENT_STREAM }, body: event(reply) };
  }

  protected knowsSession({ headers }: Exchange): boolean {
    return this.#options.stateless === true || this.sessions.has(String(headers["mcp-session-id"]));
  }

  /** Undefined: there is nothing to answer. */
  protected reply(message: Json): Json | undefined {
    if (message.method === undefined || message.id === undefined) return undefined;
    const result = this.#result(message);
    return result === undefined
      ? rpcError(message.id, -32601, "Method not found")
      : { jsonrpc: "2.0", id: message.id, result };
  }

  #newSession(): Record<string, string> {
    if (this.#options.stateless) return {};
    const id = randomUUID();
    this.sessions.add(id);
    return { "mcp-session-id": id };
  }

  /** @param at number of its first tool */
  #page(at: number): Json {
    const { pageSize = Number.POSITIVE_INFINITY } = this.#options;
    const tools = this.tools.slice(at, at + pageSize);
    const next = at + tools.length;
    return { tools, ...(next < this.tools.length && { nextCursor: String(next) }) };
  }

  #result({ method, params }: Json): unknown {
    const given = isObject(params) ? params : {};
    const { name, capabilities, protocolVersion = given.protocolVersion, callTool = echo } = this.#options;
    switch (method) {
      case "initialize":
        return {
          protocolVersion,
          capabilities: capabilities ?? { tools: { listChanged: true }, logging: {} },
          serverInfo: { name, version: "1.0.0" },
        };
      case "ping":
      case "logging/setLevel":
      case "resources/subscribe":
        return {};
      case "tools/list":
        return this.#page(Number(given.cursor ?? 0));
      case "tools/call":
        this.carriedOut.push(String(given.name));
        return callTool(given);
      default:
        return undefined;
    }
  }
}

export function echo(params: Json): Json {
  return textResult(JSON.stringify(params.arguments ?? null));
}

export function textResult(text: string): Json {
  return { content: [{ type: "text", text }] };
}
