// The addresses that a redirect can come to, all of them ours or none (AUTH-8): whoever else listens at one of them on the
// same port would be given the code by a browser that tries it first.
import type { Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { within } from "../../core/deadline.ts";
import { Failure } from "../../core/failure/failure.ts";
import type { RedirectListenerOptions } from "../../core/ports/browser.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { createServer } from "../http/node-http.ts";

const MAX_HEADER_BYTES = 8 * 1024;
/** A browser on this computer sends them in one piece. */
const HEADERS_LIMIT_MS = 1_000;
const REQUEST_LIMIT_MS = 5_000;
/** A connection to ourselves takes no time. */
const REACH_LIMIT_MS = 1_000;
const LOOPBACK = ["127.0.0.1", "::1"] as const;
type Wildcard = "0.0.0.0" | "::";

/** Every address at one port; `undefined` when it is taken on one of them. @throws Failure LOCAL_PORT_TAKEN */
export async function bindAll(
  { redirectHost, bind, port: wanted }: RedirectListenerOptions,
  clock: Clock,
): Promise<{ servers: Server[]; port: number } | undefined> {
  const servers: Server[] = [];
  let port = wanted;
  const free = (): undefined => {
    for (const server of servers) server.close();
  };
  for (const address of addressesFor(redirectHost, bind)) {
    const bound = await bindOne(address, port);
    if (typeof bound !== "string") {
      servers.push(bound);
      port = (bound.address() as AddressInfo).port;
    } else if (servers.length === 0 || bound === "EADDRINUSE") {
      free();
      if (bound === "EADDRINUSE") return undefined;
      throw cannotListen(address, port, bound);
    }
    // Else the machine has no such family: the first alone has to do.
  }
  const all = bare(bind ?? "");
  if (!isWildcard(all)) return { servers, port };
  const single = await bindEach(singleAddresses(all), servers, port, clock);
  return single === undefined ? free() : { servers: [...servers, ...single], port };
}

/** What is bound first, and what a browser may try instead of it. */
function addressesFor(redirectHost: string, bind: string | undefined): readonly string[] {
  const host = bare(redirectHost);
  // Browsers take `localhost` for either family, in their own order.
  const meant = host === "localhost" ? LOOPBACK : [host === "::1" ? "::1" : "127.0.0.1"];
  if (bind === undefined) return meant;
  const given = bare(bind);
  // Elsewhere a name leads where we do not see.
  const loopback = host === "localhost" || host === "127.0.0.1" || host === "::1" ? meant : [];
  return [given, ...loopback.filter((address) => address !== given && !isWithin(address, given))];
}

function isWithin(address: string, all: string): boolean {
  return all === (address.includes(":") ? "::" : "0.0.0.0");
}

function isWildcard(address: string): address is Wildcard {
  return address === "0.0.0.0" || address === "::";
}

/** The addresses that a wildcard stands for. A browser is never sent to a link-local one. */
function singleAddresses(all: Wildcard): readonly string[] {
  const own = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  const addresses = own.map(({ address }) => address).filter((address) => !/^fe80:/i.test(address));
  return [...new Set([...LOOPBACK, ...addresses])].filter((address) => isWithin(address, all));
}

/**
 * Some systems let another program listen at one address though a wildcard is bound at its port, and give it what comes
 * there. So each address is bound, too; where ours is not let, it has to be our wildcard that connections reach.
 * @returns undefined: one of them is somebody else's
 */
export async function bindEach(
  addresses: readonly string[],
  wildcards: readonly Server[],
  port: number,
  clock: Clock,
): Promise<Server[] | undefined> {
  const servers: Server[] = [];
  for (const address of addresses) {
    const bound = await bindOne(address, port);
    if (typeof bound !== "string") servers.push(bound);
    else if (bound === "EADDRINUSE" && (await reachesOther(address, wildcards, port, clock))) {
      for (const server of servers) server.close();
      return undefined;
    }
  }
  return servers;
}

/** Does a connection to the address end somewhere else than here? */
async function reachesOther(
  host: string,
  servers: readonly Server[],
  port: number,
  clock: Clock,
): Promise<boolean> {
  const arrived = new Set<number | undefined>();
  let onArrival = (): void => undefined;
  const note = ({ remotePort }: Socket): void => {
    arrived.add(remotePort);
    onArrival();
  };
  for (const server of servers) server.on("connection", note);
  const socket = connect({ host, port });
  try {
    const ours = new Promise<boolean>((resolve) => {
      let isOpen = false;
      onArrival = () => isOpen && arrived.has(socket.localPort) && resolve(true);
      socket.once("connect", () => {
        isOpen = true;
        onArrival();
      });
      // Nobody is there.
      socket.once("error", () => resolve(true));
    });
    return !(await within(clock, REACH_LIMIT_MS, ours, () => false));
  } finally {
    socket.destroy();
    for (const server of servers) server.off("connection", note);
  }
}

/** The error's code when it did not work. */
function bindOne(host: string, port: number): Promise<Server | string> {
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_LIMIT_MS,
    requestTimeout: REQUEST_LIMIT_MS,
    connectionsCheckingInterval: 250,
    keepAlive: false,
  });
  return new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.name));
    // Exclusive: a sibling that shares the port would take our redirects.
    server.listen({ host, port, exclusive: true, ipv6Only: true }, () => resolve(server));
  });
}

function cannotListen(address: string, port: number, code: string): Failure {
  return new Failure("LOCAL_PORT_TAKEN", `Cannot listen on ${address}, port ${port} (${code}).`, {
    hint:
      code === "EACCES"
        ? "Ports below 1024 need administrator rights: register a redirect address with a higher port and pass that port."
        : "Check the address of --callback-bind and --host.",
    received: "no",
  });
}

function bare(host: string): string {
  return host.startsWith("[") ? host.slice(1, -1) : host;
}
