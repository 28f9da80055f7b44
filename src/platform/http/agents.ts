// Which connections a request may take: one pool for each scheme, proxy and address rule.
import { Agent, type RequestOptions, request as startHttp } from "node:http";
import { isIP } from "node:net";
import type { SecureContext } from "node:tls";
import type { Diagnostics } from "../../core/ports/diagnostics.ts";
import type { HttpRequest } from "../../core/ports/http.ts";
import type { NetworkSettings } from "../../core/settings.ts";
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

export interface Agents {
  /**
   * @param hostname of the URL, without the brackets of an IPv6 address
   * @throws Failure NETWORK_BLOCKED_ADDRESS, NETWORK_PROXY, NETWORK_TLS (unusable certificate files)
   */
  find(request: HttpRequest, hostname: string): Promise<AgentChoice>;
  /** What `find` would give, where that is known without looking anything up: for nearly every request. */
  known(request: HttpRequest): AgentChoice | undefined;
  /** Is the system's certificate store trusted by now, too? */
  systemTrusted(): boolean;
  /** Trusts it from now on. False: there is none that Node can read. */
  trustSystem(): boolean;
  dropIdle(): void;
  close(): void;
}

/** Longest header block we take: a challenge alone may have 64 KiB (DISC-2). */
const MAX_HEADER_BYTES = 128 * 1024;
/** What a connection reads ahead while nobody takes it. */
const SOCKET_BUFFER_BYTES = 16 << 10;
/** Node gives each address of a name 250 ms before it tries the next: too little for a far server on a slow line. */
const ADDRESS_ATTEMPT_MS = 1_000;
const PROXY_VARIABLES = ["https_proxy", "http_proxy", "all_proxy"];

export function createAgents(
  network: NetworkSettings,
  env: NodeJS.ProcessEnv,
  diagnostics: Diagnostics,
): Agents {
  const known = new Map<string, AgentChoice>();
  const namesProxy = PROXY_VARIABLES.some((name) => env[name] || env[name.toUpperCase()]);
  const proxied = network.useProxy && namesProxy;
  const agentOptions = {
    keepAlive: true,
    noDelay: true,
    // Node 22 quadrupled it: 200 answers that wait for a host that does not read would hold 10 MiB more (LIFE-4).
    highWaterMark: SOCKET_BUFFER_BYTES,
    autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
    ...(network.ipv4Only ? { family: 4 } : {}),
  };
  let tlsTrust: TlsTrust | undefined;

  async function secureContext(): Promise<{ secureContext?: SecureContext }> {
    if (tlsTrust === undefined) {
      const { createTlsTrust } = await import("./tls-trust.ts");
      if (tlsTrust === undefined) warnOfBlindTrust(env, diagnostics);
      tlsTrust ??= createTlsTrust(network, env);
    }
    const context = tlsTrust.context();
    return context === undefined ? {} : { secureContext: context };
  }

  async function direct(encrypted: boolean, publicOnly: boolean): Promise<AgentChoice> {
    const lookup = publicOnly ? { lookup: (await import("./public-address.ts")).publicLookup } : {};
    const options = { maxHeaderSize: MAX_HEADER_BYTES, ...lookup };
    if (!encrypted) return { agent: new Agent(agentOptions), start: startHttp, options, proxy: undefined };
    const https = await import("node:https");
    const agent = new https.Agent({ ...agentOptions, ...(await secureContext()) });
    return { agent, start: https.request, options, proxy: undefined };
  }

  async function through(proxy: URL, encrypted: boolean, hostname: string): Promise<AgentChoice> {
    const { createProxyAgent, proxyName } = await import("./proxy.ts");
    const context = encrypted || proxy.protocol === "https:" ? await secureContext() : {};
    const agent = createProxyAgent(proxy, encrypted ? hostname : undefined, { ...agentOptions, ...context });
    const options = { maxHeaderSize: MAX_HEADER_BYTES };
    if (!encrypted) return { agent, start: startHttp, options, proxy: proxyName(proxy) };
    const https = await import("node:https");
    return {
      agent,
      start: https.request,
      options: { ...options, ...context },
      proxy: proxyName(proxy),
    };
  }

  return {
    async find({ url, addresses }, hostname) {
      const publicOnly = addresses === "public";
      if (publicOnly && isIP(hostname) !== 0) await refusePrivate(hostname);
      const proxy = proxied ? (await import("./proxy.ts")).proxyFor(url) : undefined;
      const encrypted = url.protocol === "https:";
      // Pools of their own: a "public" request must not ride on a connection that was made without the check.
      const rule = proxy === undefined ? (publicOnly ? "public" : "any") : `${proxy.href} ${hostname}`;
      const key = `${url.protocol} ${rule}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      const made = await (proxy === undefined
        ? direct(encrypted, publicOnly)
        : through(proxy, encrypted, hostname));
      // Another request may have made the same one meanwhile.
      const route = known.get(key) ?? made;
      known.set(key, route);
      return route;
    },
    known({ url, addresses }) {
      if (proxied || addresses === "public") return undefined;
      return known.get(url.protocol === "https:" ? "https: any" : "http: any");
    },
    systemTrusted: () => tlsTrust?.system() ?? false,
    trustSystem() {
      if (tlsTrust === undefined) return false;
      if (tlsTrust.system()) return true;
      if (!tlsTrust.addSystemStore()) return false;
      for (const [key, { agent }] of known) {
        if (!key.startsWith("https: ")) continue;
        dropFree(agent);
        known.delete(key);
      }
      return true;
    },
    dropIdle() {
      for (const { agent } of known.values()) dropFree(agent);
    },
    close() {
      for (const { agent } of known.values()) agent.destroy();
      known.clear();
    },
  };
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
