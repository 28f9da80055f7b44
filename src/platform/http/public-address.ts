// Refuses addresses inside the user's own network where a name or URL came from somebody else (LIM-1; MCP security
// best practices, server-side request forgery). Checked when connecting, so that no second DNS answer slips past.
import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import { lookup as lookupAll } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { Failure } from "../../core/failure/failure.ts";

/** NAT64 (RFC 6052) and 6to4 (RFC 3056) carry an IPv4 address that is the real destination: 12 and 2 bytes in. */
const EMBEDDED_IPV4_AT: Readonly<Record<string, number>> = {
  rfc6052: 12,
  "6to4": 2,
};

/** Is `address`, an IP literal without brackets, one that anybody on the internet may have? */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.toByteArray().length === 16 && parsed.toByteArray().every((byte, at) => at > 11 || byte === 0))
    return false; // ::a.b.c.d, the deprecated way to carry an IPv4 address (RFC 4291 2.5.5.1).
  const range = parsed.range();
  const at = EMBEDDED_IPV4_AT[range];
  if (at === undefined) return range === "unicast";
  const bytes = parsed.toByteArray().slice(at, at + 4);
  return ipaddr.fromByteArray(bytes).range() === "unicast";
}

/** `dns.lookup` that gives public addresses only; fails with `Failure` NETWORK_BLOCKED_ADDRESS when there is none. */
export const publicLookup: LookupFunction = (hostname, options: LookupOptions, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
    if (error !== null) {
      callback(error, "", 0);
      return;
    }
    const allowed = found.filter(({ address }) => isPublicAddress(address));
    const first = allowed[0];
    if (first === undefined) callback(blockedAddress(hostname, found[0]?.address), "", 0);
    else if (options.all === true) callback(null, allowed);
    else callback(null, first.address, first.family);
  });
};

/**
 * May a browser be sent there? False where every address of `hostname` is inside a private network; what cannot be looked
 * up here (behind a proxy) is for the browser to find.
 */
export async function isPublicHost(hostname: string): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (ipaddr.isValid(host)) return isPublicAddress(host);
  const found = await lookupAll(host, { all: true }).catch(() => []);
  return found.length === 0 || found.some(({ address }) => isPublicAddress(address));
}

/** @param address what `host` stands for, where that is not the same */
export function blockedAddress(host: string, address?: string): Failure {
  const which = address === undefined || address === host ? host : `${host} (${address})`;
  return new Failure(
    "NETWORK_BLOCKED_ADDRESS",
    `${which} is an address inside a private network, and was refused.`,
    {
      received: "no",
    },
  );
}
