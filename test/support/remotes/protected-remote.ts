// A small MCP server (streamable HTTP, JSON answers) that wants an access token of a strict issuer for itself.
// Not an SDK server on purpose: every header and every answer can be scripted. For real ones see sdk-remotes.ts.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { StrictIssuer } from "../issuers/strict-issuer.ts";
import type { KeyPair } from "../project/certificates.ts";
import { type Answer, type Exchange, ScriptedServer } from "./scripted-server.ts";

/** Where resource metadata is: named by the challenge at a place nobody guesses, or at the well-known ones. */
export type ResourceMetadataPlace = "challenge" | "path" | "root" | "none";

export interface ProtectedRemoteOptions {
  /** Absent: a public remote. */
  readonly issuer?: StrictIssuer;
  /** Default `/mcp`. */
  readonly path?: string;
  readonly host?: string;
  readonly port?: number;
  readonly tls?: KeyPair;
  /** Default `challenge`. */
  readonly metadataAt?: ResourceMetadataPlace;
  /** Path of the metadata where the challenge names it. Default `<path>/where/metadata-is`. */
  readonly metadataPath?: string;
  /** Members that replace those of the metadata; `undefined` as value leaves one out. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Scope that the challenge names, and without which a token is refused with 403. */
  readonly scope?: string;
  /** Values of `WWW-Authenticate` of a 401, instead of the usual one. Gets the usual one. */
  readonly challenge?: (usual: string) => string | readonly string[];
  /** Answers `tools/call`. Default: an echo of the arguments. */
  readonly callTool?: (params: Record<string, unknown>) => unknown;
  /** Tool name to the scope that calling it needs: 403 `insufficient_scope` without. */
  readonly toolScopes?: Readonly<Record<string, string>>;
  /** Looks at the token itself, in place of the issuer's books (DPoP, ID tokens); a string refuses with that reason. */
  readonly accept?: (exchange: Exchange) => string | undefined | Promise<string | undefined>;
}

export class ProtectedRemote {
  readonly server: ScriptedServer;
  readonly violations: string[] = [];
  readonly sessions = new Set<string>();
  readonly #options: ProtectedRemoteOptions;

  constructor(options: ProtectedRemoteOptions) {
    this.#options = options;
    this.server = new ScriptedServer({
      host: options.host,
      port: options.port,
      tls: options.tls,
      route: (_method, url) => this.#route(url.pathname),
      answer: (exchange) => this.#answer(exchange),
    });
  }

  /** Address of the MCP endpoint. */
  get url(): string {
    return this.server.origin + (this.#options.path ?? "/mcp");
  }

  get metadataUrl(): string {
    const path = this.#options.path ?? "/mcp";
    const { metadataAt = "challenge" } = this.#options;
    if (metadataAt === "path") return `${this.server.origin}/.well-known/oauth-protected-resource${path}`;
    if (metadataAt === "root") return `${this.server.origin}/.well-known/oauth-protected-resource`;
    return this.server.origin + (this.#options.metadataPath ?? `${path}/where/metadata-is`);
  }

  metadata(): Record<string, unknown> {
    return {
      resource: this.url,
      authorization_servers: this.#options.issuer ? [this.#options.issuer.url] : [],
      ...(this.#options.scope === undefined ? {} : { scopes_supported: this.#options.scope.split(" ") }),
      bearer_methods_supported: ["header"],
      ...this.#options.metadata,
    };
  }

  /** Methods of the JSON-RPC messages received, in order. */
  get methods(): string[] {
    return this.server.to("mcp").flatMap(({ json }) => (isObject(json) ? [String(json.method)] : []));
  }

  /** Fails the test when a message came in a way no client may send it. */
  assertClean(): void {
    assert.deepEqual(this.violations, []);
  }

  close(): Promise<void> {
    return this.server.close();
  }

  #route(pathname: string): string {
    if (pathname === (this.#options.path ?? "/mcp")) return "mcp";
    if (pathname === new URL(this.metadataUrl).pathname && this.#options.metadataAt !== "none")
      return "resource-metadata";
    return pathname.includes("/.well-known/") ? "well-known" : "unknown";
  }

  async #answer(exchange: Exchange): Promise<Answer> {
    if (exchange.endpoint === "resource-metadata") return { body: this.metadata() };
    if (exchange.endpoint === "well-known") return { status: 404 };
    if (exchange.endpoint === "unknown") {
      this.violations.push(`${exchange.method} ${exchange.url.pathname}: guessed place`);
      return { status: 404 };
    }
    if (/access_token|bearer/i.test(exchange.url.search)) this.violations.push("a token in the query");
    const refusal = await this.#refusal(exchange);
    if (refusal) return refusal;
    if (exchange.method === "GET") return { status: 405, headers: { allow: "POST, DELETE" } };
    if (exchange.method === "DELETE") {
      this.sessions.delete(String(exchange.headers["mcp-session-id"]));
      return { status: 200 };
    }
    return this.#message(exchange);
  }

  async #refusal(exchange: Exchange): Promise<Answer | undefined> {
    const { issuer, accept, scope } = this.#options;
    if (!issuer && !accept) return undefined;
    const header = exchange.headers.authorization;
    if (header === undefined) return this.#unauthorized();
    if (accept) {
      const reason = await accept(exchange);
      return reason === undefined ? undefined : this.#unauthorized(reason);
    }
    const token = /^Bearer ([\w.~+/-]+=*)$/.exec(header)?.[1];
    if (token === undefined) {
      this.violations.push("an authorization header that is no Bearer token");
      return this.#unauthorized("malformed");
    }
    const found = issuer?.check(token);
    if (found === undefined || found === "unknown") {
      this.violations.push("an access token that its issuer never made");
      return this.#unauthorized("unknown");
    }
    if (typeof found === "string") return this.#unauthorized(found);
    const { family } = found;
    if (family.resource !== undefined && family.resource !== this.metadata().resource) {
      this.violations.push(`a token for the resource "${family.resource}"`);
      return this.#unauthorized("made for another resource");
    }
    const needed = [scope, this.#toolScope(exchange)].filter((word) => word !== undefined).join(" ");
    return covers(family.scope ?? "", needed) ? undefined : this.#forbidden(needed);
  }

  #toolScope({ json }: Exchange): string | undefined {
    const params = isObject(json) && isObject(json.params) ? json.params : {};
    return isObject(json) && json.method === "tools/call"
      ? this.#options.toolScopes?.[String(params.name)]
      : undefined;
  }

  #unauthorized(reason?: string): Answer {
    const { metadataAt = "challenge", scope, challenge } = this.#options;
    const parts = [`Bearer realm="McpAuth"`];
    if (reason !== undefined) parts.push(`error="invalid_token"`, `error_description="${reason}"`);
    if (metadataAt === "challenge") parts.push(`resource_metadata="${this.metadataUrl}"`);
    if (scope !== undefined) parts.push(`scope="${scope}"`);
    const usual = parts.join(", ");
    return {
      status: 401,
      headers: { "www-authenticate": challenge ? challenge(usual) : usual },
      body: { error: reason ?? "unauthorized" },
    };
  }

  #forbidden(scope: string): Answer {
    const challenge = `Bearer error="insufficient_scope", scope="${scope}", resource_metadata="${this.metadataUrl}"`;
    return { status: 403, headers: { "www-authenticate": challenge } };
  }

  #message(exchange: Exchange): Answer {
    const message = exchange.json;
    if (!isObject(message)) return { status: 400, body: rpcError(null, -32700, "Parse error") };
    const accepted = String(exchange.headers.accept);
    if (!accepted.includes("application/json") || !accepted.includes("text/event-stream"))
      this.violations.push(`accept "${accepted}"`);
    if (message.method === "initialize") {
      const session = randomUUID();
      this.sessions.add(session);
      const params = isObject(message.params) ? message.params : {};
      const result = {
        protocolVersion: params.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: "protected-remote", version: "1.0.0" },
      };
      return { headers: { "mcp-session-id": session }, body: { jsonrpc: "2.0", id: message.id, result } };
    }
    if (!this.sessions.has(String(exchange.headers["mcp-session-id"])))
      return { status: 404, body: rpcError(message.id ?? null, -32001, "Session not found") };
    if (message.id === undefined || message.method === undefined) return { status: 202 };
    const result = this.#result(message);
    return result === undefined
      ? { body: rpcError(message.id, -32601, "Method not found") }
      : { body: { jsonrpc: "2.0", id: message.id, result } };
  }

  #result(message: Record<string, unknown>): unknown {
    const params = isObject(message.params) ? message.params : {};
    if (message.method === "ping") return {};
    if (message.method === "tools/list")
      return { tools: [{ name: "echo", description: "Says it back.", inputSchema: { type: "object" } }] };
    if (message.method !== "tools/call") return undefined;
    if (this.#options.callTool) return this.#options.callTool(params);
    return { content: [{ type: "text", text: JSON.stringify(params.arguments ?? {}) }] };
  }
}

/** Starts one on loopback. Close it in `after`. */
export async function startProtectedRemote(options: ProtectedRemoteOptions = {}): Promise<ProtectedRemote> {
  const remote = new ProtectedRemote(options);
  await remote.server.listen();
  return remote;
}

function covers(granted: string, needed: string): boolean {
  const words = granted.split(" ");
  return needed.split(" ").every((word) => word === "" || words.includes(word));
}

function rpcError(id: unknown, code: number, message: string): object {
  return { jsonrpc: "2.0", id, error: { code, message } };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
