// A forward proxy as companies run them: plain requests in absolute form, and CONNECT. Names lead where the test says.
import { createServer, type IncomingMessage, type ServerResponse, request as startRequest } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { closeServer, listenOn } from "./network.ts";

export interface SmallProxy {
  readonly port: number;
  /** `GET http://…` and `CONNECT host:port`, in order. */
  readonly seen: readonly string[];
  /** Values of Proxy-Authorization, in order. */
  readonly credentials: readonly (string | undefined)[];
  /** Names on the certificates that clients showed it. */
  readonly shown: readonly unknown[];
  close(): Promise<void>;
}

export interface SmallProxyOptions {
  /** `host:port` as asked for to the port on 127.0.0.1 that stands for it. */
  readonly leads: Readonly<Record<string, number>>;
  /** Answers every CONNECT and request with this status instead. */
  readonly refuseWith?: number;
  /** Takes a CONNECT and never answers it. */
  readonly hang?: boolean;
  /** TLS to the proxy itself, with these. */
  readonly tls?: ServerOptions;
}

export async function startSmallProxy(options: SmallProxyOptions): Promise<SmallProxy> {
  const seen: string[] = [];
  const credentials: (string | undefined)[] = [];
  const open = new Set<Duplex>();
  const shown: unknown[] = [];
  const answerTo = (incoming: IncomingMessage, answer: ServerResponse): void => {
    note(incoming);
    if (options.refuseWith !== undefined) answer.writeHead(options.refuseWith).end("proxy says no");
    else forward(incoming, answer);
  };
  const server = options.tls ? createTlsServer(options.tls, answerTo) : createServer(answerTo);
  server.on("secureConnection", (socket: TLSSocket) => shown.push(socket.getPeerCertificate().subject?.CN));
  server.on("connect", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    note(incoming);
    open.add(socket);
    socket.on("error", () => undefined);
    if (options.hang) return;
    if (options.refuseWith !== undefined)
      socket.end(`HTTP/1.1 ${options.refuseWith} No\r\n\r\nproxy says no`);
    else tunnel(incoming.url ?? "", socket, head);
  });

  function note(incoming: IncomingMessage): void {
    seen.push(`${incoming.method} ${incoming.url}`);
    credentials.push(incoming.headers["proxy-authorization"]);
  }

  function forward(incoming: IncomingMessage, answer: ServerResponse): void {
    const url = new URL(incoming.url ?? "");
    const port = options.leads[`${url.hostname}:${url.port || "80"}`];
    const { method, headers } = incoming;
    const onward = startRequest(
      { host: "127.0.0.1", port, method, headers, path: url.pathname + url.search },
      (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
      },
    );
    onward.on("error", () => answer.destroy());
    incoming.pipe(onward);
  }

  function tunnel(target: string, socket: Duplex, head: Buffer): void {
    const onward: Socket = connect(options.leads[target] ?? 9, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    open.add(onward);
    onward.on("error", () => socket.destroy());
  }

  const port = await listenOn(server);
  return {
    port,
    seen,
    credentials,
    shown,
    async close() {
      for (const socket of open) socket.destroy();
      await closeServer(server);
    },
  };
}
