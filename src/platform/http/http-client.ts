// The only way to the network: finds a connection, sends, and logs what became of it.
import { asFailure } from "../../core/failure/failure.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { HttpClient, HttpRequest, HttpResponse } from "../../core/ports/http.ts";
import { urlForPeople } from "../../core/text/printable.ts";
import { USER_AGENT } from "../../core/version.ts";
import { type AgentChoice, Agents, type AgentsOptions } from "./agents.ts";
import { type HttpRequestOptions, sendHttpRequest } from "./http-request.ts";
import { loggedHeaders } from "./logged-headers.ts";
import { isAuthorityProblem } from "./tls-errors.ts";

interface HttpClientOptions extends AgentsOptions {
  readonly clock: Clock;
  /** NODE_EXTRA_CA_CERTS came after the start of Node, which has not read it. Default false. */
  readonly lateAuthorities?: boolean;
}

/** A URL taken apart. */
interface Target {
  readonly href: string;
  readonly protocol: string;
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  /** Empty: the scheme's own. */
  readonly port: string;
  readonly path: string;
  /** `host:port`, for people. */
  readonly peer: string;
}

export class NodeHttpClient implements HttpClient {
  readonly #options: HttpClientOptions;
  readonly #agents: Agents;
  #exchanges = 0;
  #target: Target | undefined;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#agents = new Agents(options);
  }

  send(request: HttpRequest): Promise<HttpResponse> {
    return this.#options.diagnostics.enabled ? this.#sendLogged(request) : this.#sendTrusting(request);
  }

  async #sendLogged(request: HttpRequest): Promise<HttpResponse> {
    const { diagnostics, clock } = this.#options;
    const exchange = ++this.#exchanges;
    const startedMs = clock.monotonicMs();
    const elapsedMs = (): number => Math.round((clock.monotonicMs() - startedMs) * 100) / 100;
    const { method, url, body, correlation, signIn, step } = request;
    const bytes = body?.length ?? 0;
    const why = { message: correlation, signIn, step };
    const headersSent = loggedHeaders(request.headers);
    diagnostics.event("http.sent", { exchange, ...why, method, url: urlForPeople(url), bytes, headersSent });
    try {
      const response = await this.#sendTrusting(request);
      const { status, headers } = response;
      diagnostics.event("http.answered", {
        exchange,
        status,
        type: headers["content-type"],
        ms: elapsedMs(),
        headersReceived: loggedHeaders(headers),
      });
      response.body.once("close", () => diagnostics.event("http.closed", { exchange, ms: elapsedMs() }));
      return response;
    } catch (error) {
      const failed = request.signal?.aborted ? "aborted" : asFailure(error).code;
      diagnostics.event("http.failed", { exchange, failed, ms: elapsedMs() });
      throw error;
    }
  }

  #sendTrusting(request: HttpRequest): Promise<HttpResponse> {
    return request.url.protocol === "https:" ? this.#sendSecured(request) : this.#sendOnce(request);
  }

  /** Once more with the system's authorities where the known ones do not do: nothing had been sent by then. */
  async #sendSecured(request: HttpRequest): Promise<HttpResponse> {
    const before = this.#agents.systemTrusted;
    try {
      return await this.#sendOnce(request);
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (before || !isAuthorityProblem(cause) || !this.#agents.trustSystem()) throw error;
      return this.#sendOnce(request);
    }
  }

  #sendOnce(request: HttpRequest): Promise<HttpResponse> {
    const target = this.#targetOf(request.url);
    const route = this.#agents.known(request);
    if (route !== undefined) return sendHttpRequest(this.#exchangeOptions(request, target, route));
    return this.#agents
      .find(request, target.hostname)
      .then((found) => sendHttpRequest(this.#exchangeOptions(request, target, found)));
  }

  /** Nearly every request has the same URL, and taking one apart costs more than the rest of this file. */
  #targetOf(url: URL): Target {
    if (this.#target?.href === url.href) return this.#target;
    const { href, protocol, hostname, port } = url;
    this.#target = {
      href,
      protocol,
      hostname: hostname.startsWith("[") ? hostname.slice(1, -1) : hostname,
      port,
      path: url.pathname + url.search,
      peer: `${hostname}:${port === "" ? (protocol === "https:" ? 443 : 80) : port}`,
    };
    return this.#target;
  }

  #exchangeOptions(request: HttpRequest, target: Target, route: AgentChoice): HttpRequestOptions {
    const { method } = request;
    const { clock, network } = this.#options;
    const headers = { "accept-encoding": "identity", "user-agent": USER_AGENT, ...request.headers };
    const { protocol, hostname, port, path, peer } = target;
    const { agent, proxy } = route;
    const options = { agent, protocol, hostname, port, path, method, headers };
    return {
      request,
      open: () => route.start(Object.assign(options, route.options)),
      peer,
      proxy,
      connectTimeoutMs: network.connectTimeoutMs,
      clock,
    };
  }

  dropConnections(): void {
    this.#agents.dropIdle();
  }

  close(): void {
    this.#agents.close();
  }
}
