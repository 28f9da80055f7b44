// The loopback listener that the sign-in's redirect comes to (RFC 8252 7.3, AUTH-8). Any web page can make a browser
// call it, so it looks at nothing but small GET requests that name it in `Host` (DNS rebinding).
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Failure } from "../../core/failure/failure.ts";
import type { RedirectListener, RedirectListenerOptions } from "../../core/ports/browser.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { CallbackResponses, respondEmpty } from "./callback-responses.ts";

const MAX_HEADER_BYTES = 8 * 1024;
const MAX_URL_LENGTH = 8 * 1024;
/** A browser on this computer sends them in one piece. */
const HEADERS_LIMIT_MS = 1_000;
const REQUEST_LIMIT_MS = 5_000;
/** How long `close` waits for an answer that is being written. */
const FLUSH_LIMIT_MS = 400;
/** A free port of 127.0.0.1 may be taken on ::1; then another is tried. */
const PAIR_ATTEMPTS = 8;

/** @throws Failure LOCAL_PORT_TAKEN */
export async function listen(options: RedirectListenerOptions, clock: Clock): Promise<RedirectListener> {
  const addresses = addressesFor(options);
  for (let attempt = 1; ; attempt++) {
    const bound = await bindAll(addresses, options.port);
    if (bound !== undefined) return serve(bound.servers, bound.port, options, clock);
    if (options.port === 0 && attempt < PAIR_ATTEMPTS) continue;
    const message = `Port ${options.port} of the redirect address is in use.`;
    throw new Failure("LOCAL_PORT_TAKEN", message, { received: "no" });
  }
}

function addressesFor({ redirectHost, bind }: RedirectListenerOptions): readonly string[] {
  if (bind !== undefined) return [bare(bind), ...leftOut(bare(bind), redirectHost)];
  // Browsers take `localhost` for either family, in their own order.
  if (redirectHost === "localhost") return ["127.0.0.1", "::1"];
  return [bare(redirectHost) === "::1" ? "::1" : "127.0.0.1"];
}

/**
 * The loopback address that is not among all those of one family: a browser on this computer may try it first for
 * `localhost`, and find whoever listens there.
 */
function leftOut(all: string, redirectHost: string): readonly string[] {
  if (redirectHost !== "localhost") return [];
  return all === "0.0.0.0" ? ["::1"] : all === "::" ? ["127.0.0.1"] : [];
}

/** Every address at one port; `undefined` when it is taken on one of them. */
async function bindAll(
  addresses: readonly string[],
  wanted: number,
): Promise<{ servers: Server[]; port: number } | undefined> {
  const servers: Server[] = [];
  let port = wanted;
  for (const address of addresses) {
    const server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_LIMIT_MS,
      requestTimeout: REQUEST_LIMIT_MS,
      connectionsCheckingInterval: 250,
      keepAlive: false,
    });
    const code = await bindOne(server, address, port);
    if (code === undefined) {
      servers.push(server);
      port = (server.address() as AddressInfo).port;
    } else if (servers.length === 0 || code === "EADDRINUSE") {
      for (const other of servers) other.close();
      if (code === "EADDRINUSE") return undefined;
      throw cannotListen(address, port, code);
    }
    // Else the machine has no such family: the first alone has to do.
  }
  return { servers, port };
}

/** The error's code when it did not work. */
function bindOne(server: Server, host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.name));
    // Exclusive: a sibling that shares the port would take our redirects.
    server.listen({ host, port, exclusive: true, ipv6Only: true }, () => resolve(undefined));
  });
}

function serve(
  servers: readonly Server[],
  port: number,
  options: RedirectListenerOptions,
  clock: Clock,
): RedirectListener {
  const hosts = acceptedHosts(options.redirectHost, port);
  const answers = new CallbackResponses(servers);
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const refused = refusal(request, hosts);
    if (refused !== undefined) {
      respondEmpty(response, refused);
    } else if (request.method === "HEAD") {
      // Something looks before the browser comes: it must not use up the code.
      respondEmpty(response, 200);
    } else {
      // Joined as text: as a relative reference, `//elsewhere/` would name another host.
      const url = new URL(`http://${options.redirectHost}:${port}${request.url}`);
      options.onRequest({ url, ...answers.of(response) });
    }
  };
  for (const server of servers) server.on("request", onRequest);
  let closed: Promise<void> | undefined;
  return {
    port,
    close() {
      closed ??= answers.close(clock, FLUSH_LIMIT_MS);
      return closed;
    },
  };
}

/** The status to refuse with, if it is not a request for us. */
function refusal(request: IncomingMessage, hosts: ReadonlySet<string>): number | undefined {
  const target = request.url ?? "";
  if (!hosts.has((request.headers.host ?? "").toLowerCase())) return 421;
  if (request.method !== "GET" && request.method !== "HEAD") return 405;
  if (target.length > MAX_URL_LENGTH) return 414;
  return target.startsWith("/") && URL.canParse(`http://localhost${target}`) ? undefined : 400;
}

function acceptedHosts(redirectHost: string, port: number): ReadonlySet<string> {
  const hosts = [redirectHost.toLowerCase(), "localhost", "127.0.0.1", "[::1]"];
  const named = hosts.map((host) => `${host}:${port}`);
  return new Set(port === 80 ? [...named, ...hosts] : named);
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
