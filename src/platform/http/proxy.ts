// Connections through the proxy that the environment names. Loaded only where a proxy variable is set.
import type { Agent, AgentOptions } from "node:http";
import { checkServerIdentity, type SecureContext } from "node:tls";
import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";
import { getProxyForUrl } from "proxy-from-env";
import { Failure } from "../../core/failure/failure.ts";
import { isLoopbackHost } from "../../core/remote-url.ts";
import { sized } from "../../core/text/printable.ts";
import { USER_AGENT } from "../../core/version.ts";

/**
 * The proxy for `url`, or `undefined` to go straight: loopback always does, and what NO_PROXY names.
 * Reads HTTP(S)_PROXY, ALL_PROXY and NO_PROXY of the process, in either case, as curl does.
 * @throws Failure NETWORK_PROXY for an address that is no HTTP proxy
 */
export function proxyFor(url: URL): URL | undefined {
  if (isLoopbackHost(url.hostname)) return undefined;
  const found = getProxyForUrl(url.href);
  if (found === "") return undefined;
  // Without a scheme the library assumes that of the target, which for https would mean TLS to the proxy. Everybody
  // else takes `proxy:3128` for a plain HTTP proxy.
  const text = namesScheme(found, url) ? found : found.replace(/^https:/, "http:");
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy === undefined || (proxy.protocol !== "http:" && proxy.protocol !== "https:")) {
    const names = variablesFor(url).filter((name) => process.env[name] || process.env[name.toUpperCase()]);
    const where = names.map((name) => name.toUpperCase()).join(" or ");
    // Not the value: it may hold the proxy's password.
    const message = `The proxy that the environment names (${where}, ${sized(found)}) is no HTTP proxy.`;
    throw new Failure("NETWORK_PROXY", message, { received: "no" });
  }
  return proxy;
}

function variablesFor(url: URL): readonly string[] {
  return [`${url.protocol.slice(0, -1)}_proxy`, "all_proxy"];
}

function namesScheme(found: string, url: URL): boolean {
  const bare = found.slice(url.protocol.length + 2);
  return !variablesFor(url).some(
    (name) => process.env[name] === bare || process.env[name.toUpperCase()] === bare,
  );
}

/**
 * An agent for one target scheme. `options.secureContext` is for TLS to the proxy itself.
 * @param encryptedFor host that the certificate must be for; undefined: the target is plain http
 */
export function createProxyAgent(
  proxy: URL,
  encryptedFor: string | undefined,
  options: AgentOptions & { readonly secureContext?: SecureContext },
): Agent {
  if (encryptedFor === undefined) return new HttpProxyAgent(proxy, options);
  const agent = new HttpsProxyAgent(proxy, options);
  agent.proxyHeaders = { "user-agent": USER_AGENT };
  // Where the target is an IP address, the agent leaves Node no name but the proxy's to compare with. Given with each
  // request instead, Node 24 and newer would keep no connection for the next one; given to the constructor, the
  // proxy's own certificate would be held against the target's name.
  agent.options.checkServerIdentity = (_, certificate) => checkServerIdentity(encryptedFor, certificate);
  return agent;
}

/** `host:port`, without the credentials that the variable may carry. */
export function proxyName(proxy: URL): string {
  return `${proxy.hostname}:${proxy.port === "" ? (proxy.protocol === "https:" ? "443" : "80") : proxy.port}`;
}
