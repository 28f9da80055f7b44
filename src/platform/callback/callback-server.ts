// The loopback listener that the sign-in's redirect comes to (RFC 8252 7.3, AUTH-8). Any web page can make a browser
// call it, so it looks at nothing but small GET requests that name it in `Host` (DNS rebinding).
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Failure } from "../../core/failure/failure.ts";
import type { RedirectListener, RedirectListenerOptions } from "../../core/ports/browser.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { bindAll } from "./bound-servers.ts";
import { CallbackResponses, respondEmpty } from "./callback-responses.ts";

const MAX_URL_LENGTH = 8 * 1024;
/** How long `close` waits for an answer that is being written. */
const FLUSH_LIMIT_MS = 400;
/** A free port of 127.0.0.1 may be taken on ::1; then another is tried. */
const PAIR_ATTEMPTS = 8;

/** @throws Failure LOCAL_PORT_TAKEN */
export async function listen(options: RedirectListenerOptions, clock: Clock): Promise<RedirectListener> {
  for (let attempt = 1; ; attempt++) {
    const bound = await bindAll(options, clock);
    if (bound !== undefined) return serve(bound.servers, bound.port, options, clock);
    if (options.port === 0 && attempt < PAIR_ATTEMPTS) continue;
    const message = `Port ${options.port} of the redirect address is in use.`;
    throw new Failure("LOCAL_PORT_TAKEN", message, { received: "no" });
  }
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
      const url = new URL(`http://${options.redirectHost}:${port}${request.url ?? "/"}`);
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
