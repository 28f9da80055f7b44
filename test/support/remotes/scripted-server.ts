// An HTTP(S) server on loopback whose every answer a test can replace, and which writes down every request.
// The strict issuer and the protected remote are built on it.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, type Socket, Server as TcpServer } from "node:net";
import type { KeyPair } from "../project/certificates.ts";

/** What to answer. `body` that is no string is sent as JSON. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer | object | readonly unknown[];
  /** Answered only when this resolves. */
  readonly after?: Promise<unknown>;
  /** Waits that long. Prefer `after`: it does not slow a test down. */
  readonly delayMs?: number;
  /** Never answered; the connection stays open until `close`. */
  readonly hang?: true;
  /** The connection is cut instead of an answer. `"mid-body"`: after the headers and half of the body. */
  readonly reset?: true | "mid-body";
  /** Writes the answer itself (streams). */
  readonly take?: (request: IncomingMessage, response: ServerResponse) => void;
}

/** One request, and what became of it. */
export interface Exchange {
  readonly number: number;
  /** Name that the server gives the place: `metadata`, `token`, `mcp`...; `unknown` for everything else. */
  readonly endpoint: string;
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** Name, value, name, value... as received. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
  readonly form: URLSearchParams;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
  status?: number;
}

/** A fixed answer, or one made from the request and from what would have been answered normally. */
export type Override =
  | Answer
  | ((exchange: Exchange, normally: () => Promise<Answer>) => Answer | Promise<Answer>);

export interface ScriptedServerOptions {
  /** Host in the URL: `127.0.0.1` (default) or `localhost`; listens on 127.0.0.1 either way. */
  readonly host?: string | undefined;
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  readonly tls?: KeyPair | undefined;
  /** Origin that others know it by, as behind a proxy. Default: where it listens. */
  readonly origin?: string | undefined;
  /** Endpoint name of a request, before its body is read. */
  readonly route: (method: string, url: URL) => string;
  readonly answer: (exchange: Exchange) => Answer | Promise<Answer>;
}

export class ScriptedServer {
  /** Every request in order of arrival. */
  readonly ledger: Exchange[] = [];
  readonly #options: ScriptedServerOptions;
  readonly #server;
  readonly #sockets = new Set<Socket>();
  #port = 0;
  #isClosed = false;
  readonly #overrides = new Map<string, { override: Override; left: number }[]>();
  #watchers: (() => void)[] = [];

  constructor(options: ScriptedServerOptions) {
    this.#options = options;
    const handle = (request: IncomingMessage, response: ServerResponse): void => {
      this.#serve(request, response).catch((error: unknown) => {
        if (!response.headersSent) response.writeHead(599, String(error));
        response.end(String(error));
      });
    };
    this.#server = options.tls ? createTlsServer({ ...options.tls }, handle) : createServer(handle);
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((done, failed) => {
      this.#server.once("error", failed);
      this.#server.listen(this.#options.port ?? 0, "127.0.0.1", done);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Origin, without a slash at the end. */
  get origin(): string {
    if (this.#options.origin !== undefined) return this.#options.origin;
    return `${this.#options.tls ? "https" : "http"}://${this.#options.host ?? "127.0.0.1"}:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  /** False: whoever wants a new connection is refused; those that are there stay. */
  set acceptsConnections(accepts: boolean) {
    if (this.#isClosed || accepts === this.#server.listening) return;
    if (accepts) this.#server.listen(this.#port, "127.0.0.1");
    // An HTTP server's own `close` would end idle connections, too.
    else TcpServer.prototype.close.call(this.#server);
  }

  /** Answers the next `times` requests to `endpoint` this way (default: all from now on). The first one given is used up first. */
  script(endpoint: string, override: Override, times = Number.POSITIVE_INFINITY): void {
    const list = this.#overrides.get(endpoint) ?? [];
    list.push({ override, left: times });
    this.#overrides.set(endpoint, list);
  }

  /** Back to normal answers; without a name, everywhere. */
  unscript(endpoint?: string): void {
    if (endpoint === undefined) this.#overrides.clear();
    else this.#overrides.delete(endpoint);
  }

  /** Requests to one endpoint. */
  to(endpoint: string): Exchange[] {
    return this.ledger.filter((entry) => entry.endpoint === endpoint);
  }

  /** Resolves with the request number `count` (1: the first ever) to `endpoint`, once it has arrived. */
  async arrival(endpoint: string, count = 1): Promise<Exchange> {
    for (;;) {
      const found = this.to(endpoint)[count - 1];
      if (found) return found;
      await new Promise<void>((done) => this.#watchers.push(done));
    }
  }

  /** Cuts every connection, idle or busy; goes on listening. */
  cutConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const closed = new Promise((done) => this.#server.close(done));
    this.cutConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? "";
    const url = new URL(request.url ?? "/", this.origin);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString("utf8");
    const exchange: Exchange = {
      number: this.ledger.length + 1,
      endpoint: this.#options.route(method, url),
      method,
      url,
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      body,
      form: new URLSearchParams(body),
      json: parsed(body),
    };
    this.ledger.push(exchange);
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) watcher();

    const normally = async (): Promise<Answer> => this.#options.answer(exchange);
    const override = this.#nextOverride(exchange.endpoint);
    const answer =
      override === undefined
        ? await normally()
        : typeof override === "function"
          ? await override(exchange, normally)
          : override;
    await this.#send(exchange, answer, request, response);
  }

  #nextOverride(endpoint: string): Override | undefined {
    const list = this.#overrides.get(endpoint) ?? [];
    const entry = list.find(({ left }) => left > 0);
    if (entry === undefined) return undefined;
    entry.left -= 1;
    return entry.override;
  }

  async #send(
    exchange: Exchange,
    answer: Answer,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (answer.after) await answer.after;
    if (answer.delayMs) await new Promise((done) => setTimeout(done, answer.delayMs));
    if (answer.hang) return;
    if (answer.reset === true) {
      request.socket.destroy();
      return;
    }
    if (answer.take) {
      answer.take(request, response);
      return;
    }
    const { body = "" } = answer;
    const isText = typeof body === "string" || Buffer.isBuffer(body);
    const bytes = Buffer.from(isText ? body : JSON.stringify(body));
    exchange.status = answer.status ?? 200;
    const headers: Record<string, string | string[] | number> = { "content-length": bytes.length };
    if (!isText) headers["content-type"] = "application/json";
    for (const [name, value] of Object.entries(answer.headers ?? {}))
      headers[name.toLowerCase()] = typeof value === "string" ? value : [...value];
    response.writeHead(exchange.status, headers);
    if (answer.reset === "mid-body") {
      response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => request.socket.destroy());
      return;
    }
    response.end(bytes);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
