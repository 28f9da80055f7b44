// The only way to the network: which connection a request takes, and what is logged about it.
import {
	Agent,
	type AgentOptions,
	type RequestOptions,
	request as startHttp,
} from "node:http";
import { isIP, type LookupFunction } from "node:net";
import type { SecureContext } from "node:tls";
import { asFailure } from "../core/failure.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Diagnostics } from "../core/ports/diagnostics.ts";
import type {
	HttpClient,
	HttpRequest,
	HttpResponse,
} from "../core/ports/http.ts";
import type { NetworkSettings } from "../core/settings.ts";
import { urlForPeople } from "../core/text.ts";
import { type ExchangeOptions, exchange } from "./http-exchange.ts";
import type { Trust } from "./trust.ts";

export interface HttpClientOptions {
	readonly network: NetworkSettings;
	readonly env: NodeJS.ProcessEnv;
	readonly clock: Clock;
	readonly diagnostics: Diagnostics;
}

/** How a request gets out. */
interface Route {
	readonly agent: Agent;
	readonly start: typeof startHttp;
	/** Joined into the options of every request on it. */
	readonly options: RequestOptions & {
		readonly secureContext?: SecureContext | undefined;
	};
	readonly proxy: string | undefined;
}

/** Longest header block we take: a challenge alone may have 64 KiB (DISC-2). */
const MAX_HEADER_BYTES = 128 * 1024;
/** Node gives each address of a name 250 ms before it tries the next, too little for a far server on a slow line. */
const ADDRESS_ATTEMPT_MS = 1_000;
const PROXY_VARIABLES = ["https_proxy", "http_proxy", "all_proxy"];

/** @throws nothing; `send` throws what the port says */
export function createHttpClient(options: HttpClientOptions): HttpClient {
	return new NodeHttpClient(options);
}

class NodeHttpClient implements HttpClient {
	readonly #options: HttpClientOptions;
	readonly #routes = new Map<string, Route>();
	readonly #proxied: boolean;
	#trust: Trust | undefined;
	#exchanges = 0;

	constructor(options: HttpClientOptions) {
		this.#options = options;
		const { env, network } = options;
		this.#proxied =
			network.useProxy &&
			PROXY_VARIABLES.some((name) => env[name] || env[name.toUpperCase()]);
	}

	async send(request: HttpRequest): Promise<HttpResponse> {
		const { diagnostics } = this.#options;
		if (!diagnostics.enabled) return this.#sendTrusting(request);
		const id = ++this.#exchanges;
		const startedMs = this.#options.clock.monotonicMs();
		const elapsed = (): number =>
			Math.round((this.#options.clock.monotonicMs() - startedMs) * 100) / 100;
		diagnostics.event("http.sent", {
			exchange: id,
			method: request.method,
			url: urlForPeople(request.url),
			bytes: request.body?.length ?? 0,
		});
		try {
			const response = await this.#sendTrusting(request);
			const { status, headers, body } = response;
			diagnostics.event("http.answered", {
				exchange: id,
				status,
				type: headers["content-type"],
				ms: elapsed(),
			});
			body.once("close", () =>
				diagnostics.event("http.closed", { exchange: id, ms: elapsed() }),
			);
			return response;
		} catch (error) {
			const failed = request.signal?.aborted
				? "aborted"
				: asFailure(error).code;
			diagnostics.event("http.failed", { exchange: id, failed, ms: elapsed() });
			throw error;
		}
	}

	/** Once more with the system's authorities when the known ones do not do: nothing had been sent by then. */
	async #sendTrusting(request: HttpRequest): Promise<HttpResponse> {
		if (request.url.protocol !== "https:") return this.#sendOnce(request);
		try {
			return await this.#sendOnce(request);
		} catch (error) {
			const { isAuthorityProblem } = await import("./tls-failure.ts");
			const cause = error instanceof Error ? error.cause : undefined;
			if (!isAuthorityProblem(cause) || this.#trust?.addSystemStore() !== true)
				throw error;
			this.#dropRoutes("https:");
			return this.#sendOnce(request);
		}
	}

	async #sendOnce(request: HttpRequest): Promise<HttpResponse> {
		const { url } = request;
		const hostname = url.hostname.startsWith("[")
			? url.hostname.slice(1, -1)
			: url.hostname;
		const publicOnly = request.addresses === "public";
		if (publicOnly && isIP(hostname) !== 0) await refusePrivate(hostname);
		const proxy = this.#proxied
			? (await import("./proxy.ts")).proxyFor(url)
			: undefined;
		const key = `${url.protocol} ${proxy?.href ?? ""} ${publicOnly ? "public" : "any"}`;
		let route = this.#routes.get(key);
		if (route === undefined) {
			const made = await this.#makeRoute(url, proxy, publicOnly);
			// Another request may have made the same one meanwhile.
			route = this.#routes.get(key) ?? made;
			this.#routes.set(key, route);
		}
		return exchange(this.#exchangeOptions(request, hostname, route));
	}

	#exchangeOptions(
		request: HttpRequest,
		hostname: string,
		route: Route,
	): ExchangeOptions {
		const { url, method, body } = request;
		const { clock, network } = this.#options;
		const headers: Record<string, string | number> = {
			"accept-encoding": "identity",
			...request.headers,
		};
		if (body !== undefined) headers["content-length"] = body.length;
		else if (method === "POST") headers["content-length"] = 0;
		const options = {
			...route.options,
			agent: route.agent,
			protocol: url.protocol,
			hostname,
			port: url.port === "" ? undefined : url.port,
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

	async #makeRoute(
		url: URL,
		proxy: URL | undefined,
		publicOnly: boolean,
	): Promise<Route> {
		const encrypted = url.protocol === "https:";
		const { ipv4Only } = this.#options.network;
		// A proxy resolves names itself, so only a direct connection can look at what they stand for.
		const lookup: { lookup?: LookupFunction } =
			publicOnly && proxy === undefined
				? { lookup: (await import("./public-address.ts")).publicLookup }
				: {};
		const agentOptions: AgentOptions & RequestOptions = {
			keepAlive: true,
			noDelay: true,
			autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
			...(ipv4Only ? { family: 4 } : {}),
		};
		const base = { maxHeaderSize: MAX_HEADER_BYTES, ...lookup };
		if (proxy !== undefined)
			return this.#makeProxyRoute(url, proxy, agentOptions, base);
		if (!encrypted) {
			return {
				agent: new Agent(agentOptions),
				start: startHttp,
				options: base,
				proxy: undefined,
			};
		}
		const https = await import("node:https");
		const secureContext = await this.#secureContext();
		return {
			agent: new https.Agent({
				...agentOptions,
				...(secureContext && { secureContext }),
			}),
			start: https.request,
			options: base,
			proxy: undefined,
		};
	}

	async #makeProxyRoute(
		url: URL,
		proxy: URL,
		agentOptions: AgentOptions,
		base: RequestOptions,
	): Promise<Route> {
		const { createProxyAgent, proxyName } = await import("./proxy.ts");
		const encrypted = url.protocol === "https:";
		const secureContext =
			encrypted || proxy.protocol === "https:"
				? await this.#secureContext()
				: undefined;
		const agent = createProxyAgent(proxy, encrypted, {
			...agentOptions,
			...(secureContext && { secureContext }),
		});
		if (!encrypted)
			return {
				agent,
				start: startHttp,
				options: base,
				proxy: proxyName(proxy),
			};
		const [https, { checkServerIdentity }] = await Promise.all([
			import("node:https"),
			import("node:tls"),
		]);
		return {
			agent,
			start: https.request,
			options: {
				...base,
				...(secureContext && { secureContext }),
				// Where the target is an IP address, Node would compare the certificate with the proxy's name.
				...{
					checkServerIdentity: (
						host: string,
						cert: Parameters<typeof checkServerIdentity>[1],
					) => checkServerIdentity(host, cert),
				},
			},
			proxy: proxyName(proxy),
		};
	}

	async #secureContext(): Promise<SecureContext | undefined> {
		if (this.#trust === undefined) {
			const { createTrust } = await import("./trust.ts");
			this.#trust ??= createTrust(this.#options.network, this.#options.env);
			if (this.#options.env.NODE_TLS_REJECT_UNAUTHORIZED === "0") {
				this.#options.diagnostics.notice(
					"NODE_TLS_REJECT_UNAUTHORIZED=0 is set: certificates are not checked, anybody on the way can read along. Use --ca-file instead.",
				);
			}
		}
		return this.#trust.context();
	}

	#dropRoutes(protocol: string): void {
		for (const [key, { agent }] of this.#routes) {
			if (!key.startsWith(`${protocol} `)) continue;
			dropIdle(agent);
			this.#routes.delete(key);
		}
	}

	dropConnections(): void {
		for (const { agent } of this.#routes.values()) dropIdle(agent);
	}

	close(): void {
		for (const { agent } of this.#routes.values()) agent.destroy();
		this.#routes.clear();
	}
}

async function refusePrivate(address: string): Promise<void> {
	const { isPublicAddress, blockedAddress } = await import(
		"./public-address.ts"
	);
	if (!isPublicAddress(address)) throw blockedAddress(address);
}

/** Connections in use go on; `agent.destroy()` would break them too. */
function dropIdle(agent: Agent): void {
	for (const sockets of Object.values(agent.freeSockets)) {
		for (const socket of sockets ?? []) socket.destroy();
	}
}
