// A small MCP server (streamable HTTP, no GET stream) that wants an access token of a strict issuer for itself.
import assert from "node:assert/strict";
import { isObject } from "../hosts/rpc-text.ts";
import type { StrictIssuer } from "../issuers/strict-issuer.ts";
import { McpServer, type McpServerOptions } from "./mcp-server.ts";
import type { Answer, Exchange } from "./scripted-server.ts";

/** Where resource metadata is: named by the challenge at a place nobody guesses, or at the well-known ones. */
export type ResourceMetadataPlace = "challenge" | "path" | "root" | "none";

export interface ProtectedRemoteOptions
  extends Pick<McpServerOptions, "host" | "port" | "tls" | "origin" | "callTool" | "tools" | "pageSize"> {
  /** Absent: a public remote. */
  readonly issuer?: StrictIssuer;
  /** Default `/mcp`. */
  readonly path?: string;
  /** Default `challenge`. */
  readonly metadataAt?: ResourceMetadataPlace;
  /** Path of the metadata where the challenge names it. Default `<path>/where/metadata-is`. */
  readonly metadataPath?: string;
  /** Members that replace those of the metadata; `undefined` as value leaves one out. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Messages that need no token. Default none. */
  readonly openTo?: readonly string[];
  /** Scope that the challenge names, and without which a token is refused with 403. */
  readonly scope?: string;
  /** Values of `WWW-Authenticate` of a 401, instead of the usual one. Gets the usual one. */
  readonly challenge?: (usual: string) => string | readonly string[];
  /** Tool name to the scope that calling it needs: 403 `insufficient_scope` without. */
  readonly toolScopes?: Readonly<Record<string, string>>;
  /** Looks at the token itself, in place of the issuer's books (DPoP, ID tokens); a string refuses with that reason. */
  readonly accept?: (exchange: Exchange) => string | undefined | Promise<string | undefined>;
}

export class ProtectedRemote extends McpServer {
  readonly violations: string[] = [];
  readonly #options: ProtectedRemoteOptions;

  constructor(options: ProtectedRemoteOptions) {
    super({ name: "protected-remote", ...options });
    this.#options = options;
  }

  override get url(): string {
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

  protected override route(_method: string, { pathname }: URL): string {
    if (pathname === (this.#options.path ?? "/mcp")) return "mcp";
    if (pathname === new URL(this.metadataUrl).pathname && this.#options.metadataAt !== "none")
      return "resource-metadata";
    return pathname.includes("/.well-known/") ? "well-known" : "unknown";
  }

  protected override async answer(exchange: Exchange): Promise<Answer> {
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
    const accepted = String(exchange.headers.accept);
    if (exchange.method === "POST" && !(accepted.includes("/json") && accepted.includes("text/event-stream")))
      this.violations.push(`accept "${accepted}"`);
    return this.answerMessage(exchange);
  }

  async #refusal(exchange: Exchange): Promise<Answer | undefined> {
    const { issuer, accept, scope, openTo } = this.#options;
    if (!issuer && !accept) return undefined;
    if (isObject(exchange.json) && openTo?.includes(String(exchange.json.method))) return undefined;
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
}

/** Starts one on loopback. Close it in `after`. */
export async function startProtectedRemote(options: ProtectedRemoteOptions = {}): Promise<ProtectedRemote> {
  const remote = new ProtectedRemote(options);
  await remote.listen();
  return remote;
}

function covers(granted: string, needed: string): boolean {
  const words = granted.split(" ");
  return needed.split(" ").every((word) => word === "" || words.includes(word));
}
