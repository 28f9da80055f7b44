// Official SDK servers as remotes, in the test process: v1 on Express, v2 on node:http.
import { randomUUID } from "node:crypto";
import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { StrictIssuer } from "../issuers/strict-issuer.ts";

/** Takes a request before the SDK does; true: answered already. */
export type Guard = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface SdkRemoteOptions {
  /** Default `/mcp`. */
  readonly path?: string;
  readonly port?: number;
  /** Wants a token of this issuer; its metadata is at the well-known place of the path. */
  readonly issuer?: StrictIssuer;
  readonly guard?: Guard;
  /** v2 only: sessions of 2025 (default), 2026-07-28 without them, or both at one address. */
  readonly eras?: "legacy" | "modern" | "both";
}

export interface SdkRemote {
  readonly url: string;
  /** HTTP method, or JSON-RPC method of POSTs, in order of arrival. */
  readonly seen: readonly string[];
  /** Sessions opened and not closed. */
  readonly openSessions: number;
  /** Calls of the tool `slow` that were cancelled. */
  readonly cancelled: Occurrences;
  close(): Promise<void>;
}

/** How often something has happened. */
export class Occurrences {
  count = 0;
  #waiting: (() => void)[] = [];

  add(): void {
    this.count += 1;
    for (const done of this.#waiting.splice(0)) done();
  }

  /** Resolves when it has happened that often. */
  async reach(count: number): Promise<void> {
    while (this.count < count) await new Promise<void>((done) => this.#waiting.push(done));
  }
}

/** What both lines' transports have in common. */
export interface SessionTransport {
  readonly sessionId?: string | undefined;
  handleRequest(request: IncomingMessage, response: ServerResponse, body?: unknown): Promise<void>;
  close(): Promise<void>;
}

/** Makes a transport with an SDK server connected to it. `opened` is to be called when it has a session id. */
export type OpenSession = (
  opened: (id: string) => void,
  request: IncomingMessage,
  body: unknown,
) => Promise<SessionTransport>;

/** Routes requests to sessions (2025-11-25, Session Management), asking for a token first where there is an issuer. */
export class SessionRouter {
  readonly seen: string[] = [];
  readonly sessions = new Map<string, SessionTransport>();
  readonly cancelled = new Occurrences();
  readonly #options: SdkRemoteOptions;
  readonly #open: OpenSession;

  constructor(options: SdkRemoteOptions, open: OpenSession) {
    this.#options = options;
    this.#open = open;
  }

  /** Handles a request whose body was read already. */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
    origin: string,
  ): Promise<void> {
    const path = this.#options.path ?? "/mcp";
    const pathname = new URL(request.url ?? "/", origin).pathname;
    if (pathname === `/.well-known/oauth-protected-resource${path}` && this.#options.issuer) {
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({
          resource: origin + path,
          authorization_servers: [this.#options.issuer.url],
        }),
      );
      return;
    }
    if (pathname !== path) {
      response.writeHead(404).end();
      return;
    }
    if (this.#options.guard?.(request, response)) return;
    if (!this.#allowed(request)) {
      const metadata = `${origin}/.well-known/oauth-protected-resource${path}`;
      response.writeHead(401, { "www-authenticate": `Bearer resource_metadata="${metadata}"` }).end();
      return;
    }
    const method = (body as { method?: unknown } | undefined)?.method;
    this.seen.push(typeof method === "string" ? method : (request.method ?? ""));
    const id = request.headers["mcp-session-id"];
    if (typeof id === "string" && !this.sessions.has(id)) {
      response.writeHead(404).end();
      return;
    }
    const known = typeof id === "string" ? this.sessions.get(id) : undefined;
    const opened = (name: string): void => void this.sessions.set(name, transport as SessionTransport);
    const transport = known ?? (await this.#open(opened, request, body));
    await transport.handleRequest(request, response, body);
    if (request.method === "DELETE" && typeof id === "string") this.sessions.delete(id);
  }

  async close(): Promise<void> {
    for (const transport of this.sessions.values()) await transport.close();
  }

  #allowed(request: IncomingMessage): boolean {
    const { issuer } = this.#options;
    if (!issuer) return true;
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    return typeof issuer.check(token) !== "string";
  }
}

/** Reads and parses a JSON body; undefined when there is none. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString("utf8");
  return body === "" ? undefined : JSON.parse(body);
}

/** Listens on loopback, and gives the remote once it does. */
export async function listen(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  router: Pick<SessionRouter, "seen" | "cancelled" | "close"> & {
    readonly sessions: { readonly size: number };
  },
  options: SdkRemoteOptions,
): Promise<SdkRemote> {
  const server: HttpServer = createServer(handler);
  await new Promise<void>((done) => server.listen(options.port ?? 0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${options.path ?? "/mcp"}`,
    seen: router.seen,
    cancelled: router.cancelled,
    get openSessions() {
      return router.sessions.size;
    },
    async close() {
      await router.close();
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

export function newSessionId(): string {
  return randomUUID();
}
