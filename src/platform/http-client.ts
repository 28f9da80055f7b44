// The only way to the network: finds a connection, sends, and logs what became of it.
import { asFailure } from "../core/failure.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Diagnostics } from "../core/ports/diagnostics.ts";
import type { HttpClient, HttpRequest, HttpResponse } from "../core/ports/http.ts";
import type { NetworkSettings } from "../core/settings.ts";
import { urlForPeople } from "../core/text.ts";
import { type ExchangeOptions, exchange } from "./http-exchange.ts";
import { createRoutes, type Route, type Routes } from "./http-routes.ts";

export interface HttpClientOptions {
  readonly network: NetworkSettings;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
}

export function createHttpClient(options: HttpClientOptions): HttpClient {
  return new NodeHttpClient(options);
}

class NodeHttpClient implements HttpClient {
  readonly #options: HttpClientOptions;
  readonly #routes: Routes;
  #exchanges = 0;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#routes = createRoutes(options.network, options.env, options.diagnostics);
  }

  send(request: HttpRequest): Promise<HttpResponse> {
    return this.#options.diagnostics.enabled ? this.#sendLogged(request) : this.#sendTrusting(request);
  }

  async #sendLogged(request: HttpRequest): Promise<HttpResponse> {
    const { diagnostics, clock } = this.#options;
    const exchange = ++this.#exchanges;
    const startedMs = clock.monotonicMs();
    const elapsedMs = (): number => Math.round((clock.monotonicMs() - startedMs) * 100) / 100;
    const { method, url, body } = request;
    diagnostics.event("http.sent", { exchange, method, url: urlForPeople(url), bytes: body?.length ?? 0 });
    try {
      const response = await this.#sendTrusting(request);
      const { status, headers } = response;
      diagnostics.event("http.answered", {
        exchange,
        status,
        type: headers["content-type"],
        ms: elapsedMs(),
      });
      response.body.once("close", () => diagnostics.event("http.closed", { exchange, ms: elapsedMs() }));
      return response;
    } catch (error) {
      const failed = request.signal?.aborted ? "aborted" : asFailure(error).code;
      diagnostics.event("http.failed", { exchange, failed, ms: elapsedMs() });
      throw error;
    }
  }

  /** Once more with the system's authorities where the known ones do not do: nothing had been sent by then. */
  async #sendTrusting(request: HttpRequest): Promise<HttpResponse> {
    if (request.url.protocol !== "https:") return this.#sendOnce(request);
    const before = this.#routes.systemTrusted();
    try {
      return await this.#sendOnce(request);
    } catch (error) {
      const { isAuthorityProblem } = await import("./tls-failure.ts");
      const cause = error instanceof Error ? error.cause : undefined;
      if (before || !isAuthorityProblem(cause) || !this.#routes.trustSystem()) throw error;
      return this.#sendOnce(request);
    }
  }

  async #sendOnce(request: HttpRequest): Promise<HttpResponse> {
    const { hostname } = request.url;
    const bare = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
    const route = await this.#routes.find(request, bare);
    return exchange(this.#exchangeOptions(request, bare, route));
  }

  #exchangeOptions(request: HttpRequest, hostname: string, route: Route): ExchangeOptions {
    const { url, method, body } = request;
    const { clock, network } = this.#options;
    const headers: Record<string, string | number> = { "accept-encoding": "identity", ...request.headers };
    if (body !== undefined || method === "POST") headers["content-length"] = body?.length ?? 0;
    const options = {
      ...route.options,
      agent: route.agent,
      protocol: url.protocol,
      hostname,
      port: url.port,
      path: url.pathname + url.search,
      method,
      headers,
    };
    return {
      request,
      open: () => route.start(options),
      peer: `${url.hostname}:${url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port}`,
      proxy: route.proxy,
      connectTimeoutMs: network.connectTimeoutMs,
      clock,
    };
  }

  dropConnections(): void {
    this.#routes.dropIdle();
  }

  close(): void {
    this.#routes.close();
  }
}
