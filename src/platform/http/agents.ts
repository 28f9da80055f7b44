// Which connections a request may take: one pool for each scheme, proxy and address rule.
import type { Agent, RequestOptions } from "node:http";
import { isIP } from "node:net";
import type { SecureContext } from "node:tls";
import type { Diagnostics } from "../../core/ports/diagnostics.ts";
import type { HttpRequest } from "../../core/ports/http.ts";
import type { NetworkSettings } from "../../core/settings.ts";
import { Agent as HttpAgent, request as startHttp } from "./node-http.ts";
import type { TlsTrust } from "./tls-trust.ts";

/** How a request gets out. */
export interface AgentChoice {
  readonly agent: Agent;
  readonly start: typeof startHttp;
  /** Joined into the options of every request on it. */
  readonly options: RequestOptions & { readonly secureContext?: SecureContext };
  /** `host:port`. */
  readonly proxy: string | undefined;
}

/** Longest header block we take: a challenge alone may have 64 KiB (DISC-2). */
const MAX_HEADER_BYTES = 128 * 1024;
/** What a connection reads ahead while nobody takes it. */
const SOCKET_BUFFER_BYTES = 16 << 10;
/** Node gives each address of a name 250 ms before it tries the next: too little for a far server on a slow line. */
const ADDRESS_ATTEMPT_MS = 1_000;
const PROXY_VARIABLES = ["https_proxy", "http_proxy", "all_proxy"];

export interface AgentsOptions {
  readonly network: NetworkSettings;
  readonly env: NodeJS.ProcessEnv;
  readonly diagnostics: Diagnostics;
  /** See `TlsTrust`. Default false. */
  readonly lateAuthorities?: boolean;
  /** Who is shown the client certificate, if there is one. Default: nobody. */
  readonly certificateOrigins?: ReadonlySet<string>;
}

interface Connecting {
  readonly proxy: URL | undefined;
  readonly hostname: string;
  readonly publicOnly: boolean;
  readonly certified: boolean;
}

export class Agents {
  readonly #options: AgentsOptions;
  readonly #choices = new Map<string, AgentChoice>();
  readonly #proxied: boolean;
  #tlsTrust: TlsTrust | undefined;

  constructor(options: AgentsOptions) {
    const { network, env } = options;
    this.#options = options;
    this.#proxied = network.useProxy && PROXY_VARIABLES.some((name) => env[name] || env[name.toUpperCase()]);
  }

  /**
   * @param hostname of the URL, without the brackets of an IPv6 address
   * @throws Failure NETWORK_BLOCKED_ADDRESS, NETWORK_PROXY, NETWORK_TLS (unusable certificate files)
   */
  async find({ url, addresses, ownConnection }: HttpRequest, hostname: string): Promise<AgentChoice> {
    const publicOnly = addresses === "public";
    if (publicOnly && isIP(hostname) !== 0) await refusePrivate(hostname);
    const proxy = this.#proxied ? (await import("./proxy.ts")).proxyFor(url) : undefined;
    // Pools of their own: a "public" request must not ride on a connection that was made without the check.
    const rule = proxy === undefined ? (publicOnly ? "public" : "any") : `${proxy.href} ${hostname}`;
    // The same for one that knows our certificate.
    const certified = this.#isCertified(url);
    const key = `${url.protocol} ${ownConnection ? "own " : ""}${certified ? "certified " : ""}${rule}`;
    const found = this.#choices.get(key);
    if (found !== undefined) return found;
    const made = await this.#make(url, { proxy, hostname, publicOnly, certified });
    // Another request may have made the same one meanwhile.
    const choice = this.#choices.get(key) ?? made;
    this.#choices.set(key, choice);
    return choice;
  }

  /** What `find` would give, where that is known without looking anything up: for nearly every request. */
  known({ url, addresses, ownConnection }: HttpRequest): AgentChoice | undefined {
    if (this.#proxied || addresses === "public" || ownConnection) return undefined;
    if (url.protocol !== "https:") return this.#choices.get("http: any");
    return this.#choices.get(this.#isCertified(url) ? "https: certified any" : "https: any");
  }

  #isCertified({ protocol, origin }: URL): boolean {
    const { network, certificateOrigins } = this.#options;
    if (network.clientCert === undefined || protocol !== "https:") return false;
    return certificateOrigins?.has(origin) === true;
  }

  /** Is the system's certificate store trusted by now, too? */
  get systemTrusted(): boolean {
    return this.#tlsTrust?.hasSystem ?? false;
  }

  /** Trusts it from now on. False: there is none that Node can read. */
  trustSystem(): boolean {
    if (this.systemTrusted) return true;
    if (!this.#tlsTrust?.addSystemStore()) return false;
    for (const [key, { agent }] of this.#choices) {
      if (!key.startsWith("https: ")) continue;
      dropFree(agent);
      this.#choices.delete(key);
    }
    return true;
  }

  dropIdle(): void {
    for (const { agent } of this.#choices.values()) dropFree(agent);
  }

  close(): void {
    for (const { agent } of this.#choices.values()) agent.destroy();
    this.#choices.clear();
  }

  async #make(url: URL, { proxy, hostname, publicOnly, certified }: Connecting): Promise<AgentChoice> {
    const encrypted = url.protocol === "https:";
    const https = encrypted ? await import("node:https") : undefined;
    const start = https?.request ?? startHttp;
    const context = encrypted ? await this.#secureContext(certified) : {};
    // A proxy is nobody that the certificate is for.
    const first =
      proxy === undefined ? context : proxy.protocol === "https:" ? await this.#secureContext(false) : {};
    const agentOptions = {
      keepAlive: true,
      noDelay: true,
      // Node 22 quadrupled it: 200 answers that wait for a host that does not read would hold 10 MiB more (LIFE-4).
      highWaterMark: SOCKET_BUFFER_BYTES,
      autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
      ...(this.#options.network.ipv4Only && { family: 4 }),
      ...first,
    };
    const options = { maxHeaderSize: MAX_HEADER_BYTES };
    if (proxy === undefined) {
      const agent = new (https?.Agent ?? HttpAgent)(agentOptions);
      const lookup = publicOnly && { lookup: (await import("./public-address.ts")).publicLookup };
      return { agent, start, options: { ...options, ...lookup }, proxy };
    }
    const { createProxyAgent, proxyName } = await import("./proxy.ts");
    const agent = createProxyAgent(proxy, encrypted ? hostname : undefined, agentOptions);
    return { agent, start, options: { ...options, ...(encrypted && context) }, proxy: proxyName(proxy) };
  }

  async #secureContext(certified: boolean): Promise<{ secureContext?: SecureContext }> {
    const { network, env, diagnostics } = this.#options;
    if (this.#tlsTrust === undefined) {
      const { TlsTrust } = await import("./tls-trust.ts");
      if (this.#tlsTrust === undefined) warnOfBlindTrust(env, diagnostics);
      this.#tlsTrust ??= new TlsTrust(network, env, this.#options.lateAuthorities);
    }
    const secureContext = this.#tlsTrust.context(certified);
    return secureContext === undefined ? {} : { secureContext };
  }
}

async function refusePrivate(address: string): Promise<void> {
  const { isPublicAddress, blockedAddress } = await import("./public-address.ts");
  if (!isPublicAddress(address)) throw blockedAddress(address);
}

/** Connections in use go on; `agent.destroy()` would break them too. */
function dropFree(agent: Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}

function warnOfBlindTrust(env: NodeJS.ProcessEnv, diagnostics: Diagnostics): void {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED !== "0") return;
  diagnostics.notice(
    "NODE_TLS_REJECT_UNAUTHORIZED=0 is set: certificates are not checked, so anyone on the network can read your traffic. Use --ca-file instead.",
  );
}
