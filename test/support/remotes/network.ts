// Servers and clients on real sockets, for tests of the HTTP client.
import type { Server } from "node:http";
import type { AddressInfo, Server as TcpServer } from "node:net";
import type { Clock } from "../../../src/core/ports/clock.ts";
import type { Diagnostics } from "../../../src/core/ports/diagnostics.ts";
import type { HttpClient, HttpRequest, HttpResponse } from "../../../src/core/ports/http.ts";
import type { NetworkSettings } from "../../../src/core/settings.ts";
import { NodeHttpClient } from "../../../src/platform/http/http-client.ts";
import { createSystemClock } from "../../../src/platform/process/clock.ts";

/** Nobody listens. */
export const SILENT: Diagnostics = { enabled: false, event: () => undefined, notice: () => undefined };

export const NETWORK: NetworkSettings = {
  ipv4Only: false,
  useProxy: true,
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 300_000,
  bodyTimeoutMs: 0,
  maxMessageBytes: 256 * 1024 * 1024,
  maxMemoryBytes: 512 * 1024 * 1024,
  cookies: true,
};

export interface TestClientOptions {
  readonly network?: Partial<NetworkSettings>;
  readonly env?: NodeJS.ProcessEnv;
  readonly clock?: Clock;
  readonly diagnostics?: Diagnostics;
  readonly lateAuthorities?: boolean;
  readonly certificateOrigins?: ReadonlySet<string>;
}

/** The real client; `close` it in `after`. */
export function testClient(options: TestClientOptions = {}): HttpClient {
  return new NodeHttpClient({
    network: { ...NETWORK, ...options.network },
    env: options.env ?? {},
    clock: options.clock ?? createSystemClock(),
    diagnostics: options.diagnostics ?? SILENT,
    lateAuthorities: options.lateAuthorities ?? false,
    certificateOrigins: options.certificateOrigins ?? new Set(),
  });
}

/** A GET, unless told otherwise. */
export function request(url: string | URL, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: "GET", url: new URL(url), headers: {}, ...more };
}

export async function textOf(response: HttpResponse): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Listens on a free port of `host` and gives it. */
export async function listenOn(server: Server | TcpServer, host = "127.0.0.1"): Promise<number> {
  await new Promise<void>((done, failed) => {
    server.once("error", failed);
    server.listen(0, host, done);
  });
  return (server.address() as AddressInfo).port;
}

/** Ends every connection too, and waits. */
export async function closeServer(server: Server | TcpServer): Promise<void> {
  if ("closeAllConnections" in server) server.closeAllConnections();
  await new Promise<void>((done) => server.close(() => done()));
}
