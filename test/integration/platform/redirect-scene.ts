// A redirect listener, and who calls it: closed when the test is over.
import { type IncomingMessage, type RequestOptions, request as startRequest } from "node:http";
import { connect, type Socket } from "node:net";
import { after, afterEach } from "node:test";
import type {
  RedirectListener,
  RedirectListenerOptions,
  RedirectRequest,
} from "../../../src/core/ports/browser.ts";
import * as callbackServer from "../../../src/platform/callback/callback-server.ts";
import { createSystemClock } from "../../../src/platform/process/clock.ts";

export const clock = createSystemClock();
export const open: RedirectListener[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close();
});
after(() => {
  for (const socket of sockets) socket.destroy();
});

export async function listen(
  onRequest: (request: RedirectRequest) => void,
  more: Partial<RedirectListenerOptions> = {},
): Promise<RedirectListener> {
  const listener = await callbackServer.listen(
    { port: 0, redirectHost: "localhost", onRequest, ...more },
    clock,
  );
  open.push(listener);
  return listener;
}

export interface Got {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export function ask(options: RequestOptions): Promise<Got> {
  return new Promise((resolve, reject) => {
    const { method = "GET" } = options;
    const sent = startRequest({ agent: false, ...options, method }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text) => {
        body += text;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** A raw connection; resolves when it stands. */
export function dial(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket));
    sockets.push(socket);
    socket.on("error", reject);
  });
}
