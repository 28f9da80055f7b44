// Which redirect URIs can be tried, in order (AUTH-9, RFC 8252 7.3). Pure: binding is done by who asks.
import { createHash } from "node:crypto";
import { isLoopbackHost } from "../../../core/remote-url.ts";
import type { RedirectSettings } from "../../../core/settings.ts";

export interface RedirectCandidate {
  readonly host: string;
  /** 0: whatever port is free. */
  readonly port: number;
  readonly path: string;
  /** As registered, to the character; undefined: made from the other members. */
  readonly registered?: string;
}

/** Ports that are neither of the system nor handed out for outgoing connections. */
const FIRST_PORT = 3335;
const PORTS = 49_151 - FIRST_PORT;
const WALK = 8;

/**
 * @param registered redirect URIs of the client; empty: not known, or about to be registered
 * @param canonical of the remote: gives it a port of its own, the same at every start
 */
export function redirectCandidates(
  settings: RedirectSettings,
  registered: readonly string[],
  canonical: string,
): readonly RedirectCandidate[] {
  const known = registered.flatMap((uri) => servable(uri, settings));
  const { host, path, port } = settings;
  if (port !== undefined) {
    const same = known.find((candidate) => candidate.port === port);
    const portless = known.find((candidate) => candidate.port === 0);
    if (same) return [same];
    return [{ host: portless?.host ?? host, path: portless?.path ?? path, port }];
  }
  const ports = [...stablePorts(canonical), 0];
  if (known.length === 0) return ports.map((each) => ({ host, path, port: each }));
  // Registered without a port: RFC 8252 lets us take any.
  return known.flatMap((candidate) =>
    candidate.port === 0 ? ports.map((each) => ({ ...candidate, port: each })) : [candidate],
  );
}

/** The redirect URI of a candidate that was bound to `port`. */
export function redirectUri({ host, path, registered }: RedirectCandidate, port: number): string {
  return registered ?? `http://${host}:${port}${path}`;
}

/** The same redirect with the other loopback name, for issuers that take only one of them (REG-4). */
export function otherLoopbackHost(host: string): string | undefined {
  if (host === "localhost") return "127.0.0.1";
  return host === "127.0.0.1" ? "localhost" : undefined;
}

function servable(uri: string, settings: RedirectSettings): RedirectCandidate[] {
  if (!URL.canParse(uri)) return [];
  const url = new URL(uri);
  if (url.protocol !== "http:" || url.hash !== "" || url.search !== "") return [];
  if (!isLoopbackHost(url.hostname) && url.hostname !== settings.host) return [];
  // An explicit :80 disappears in parsing; the text tells it from no port at all.
  const port = url.port === "" ? (/^http:\/\/[^/]*:80(\/|$)/i.test(uri) ? 80 : 0) : Number(url.port);
  const candidate = { host: url.hostname, path: url.pathname, port };
  return [port === 0 ? candidate : { ...candidate, registered: uri }];
}

function stablePorts(canonical: string): number[] {
  const start = createHash("sha256").update(canonical).digest().readUInt32BE(0) % PORTS;
  return Array.from({ length: WALK }, (_, step) => FIRST_PORT + ((start + step) % PORTS));
}
