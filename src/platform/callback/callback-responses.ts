// What the redirect listener answers to the browser, and how its connections end.
import { createHash } from "node:crypto";
import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { within } from "../../core/deadline.ts";
import type { RedirectRequest } from "../../core/ports/browser.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { STATUS_CODES } from "../http/node-http.ts";

/** A browser that does not read its page is cut off after this. */
const WRITE_LIMIT_MS = 5_000;

const MAX_CONNECTIONS = 16;

/** `idle`: opened ahead by the browser, perhaps never used; `written`: only to be read yet. */
type SocketState = "idle" | "asked" | "writing" | "written";

export class CallbackResponses {
  readonly #servers: readonly Server[];
  readonly #sockets = new Map<Socket, SocketState>();
  readonly #writing = new Set<Promise<void>>();
  #closing = false;

  constructor(servers: readonly Server[]) {
    this.#servers = servers;
    for (const server of servers) {
      server.on("connection", (socket) => {
        this.#sockets.set(socket, "idle");
        if (this.#sockets.size > MAX_CONNECTIONS) this.#dropOne(socket);
        socket.once("close", () => this.#sockets.delete(socket));
      });
      server.on("request", ({ socket }) => {
        this.#sockets.set(socket, "asked");
        if (this.#closing) socket.unref();
      });
    }
  }

  /** The answering half of a `RedirectRequest`. */
  of(response: ServerResponse): Omit<RedirectRequest, "url"> {
    return {
      respond: (status, html) => this.#finish(response, () => page(response, status, html)),
      redirect: (to) =>
        this.#finish(response, () => response.writeHead(303, headers({ location: to.href })).end()),
    };
  }

  /**
   * Stops listening at once. Resolves when what is being written has been, at most after `limitMs`. Requests that
   * nobody answered yet may still be, but keep neither port nor process.
   */
  async close(clock: Clock, limitMs: number): Promise<void> {
    this.#closing = true;
    // Frees the port before it returns; it would call back only when the last connection is gone.
    for (const server of this.#servers) server.close();
    for (const [socket, state] of this.#sockets) {
      if (state === "idle") socket.destroy();
      else socket.unref();
    }
    if (this.#writing.size > 0) await within(clock, limitMs, Promise.all(this.#writing), () => {});
  }

  /**
   * The oldest that waits for nothing of ours, in the order of the map: whoever opens connections and leaves them open must
   * not keep the browser out. Only where every one waits for an answer it is the newest.
   */
  #dropOne(newest: Socket): void {
    const others = [...this.#sockets].filter(([socket]) => socket !== newest);
    const spare =
      others.find(([, state]) => state === "idle") ?? others.find(([, state]) => state === "written");
    (spare?.[0] ?? newest).destroy();
  }

  #finish(response: ServerResponse, write: () => void): void {
    const { socket } = response;
    if (response.headersSent || response.destroyed || socket === null) return;
    this.#sockets.set(socket, "writing");
    socket.setTimeout(WRITE_LIMIT_MS, () => socket.destroy());
    response.once("finish", () => {
      if (this.#sockets.has(socket)) this.#sockets.set(socket, "written");
    });
    const done = new Promise<void>((resolve) => response.once("close", resolve));
    this.#writing.add(done);
    void done.then(() => this.#writing.delete(done));
    write();
  }
}

export function respondEmpty(response: ServerResponse, status: number): void {
  const allow = status === 405 ? { allow: "GET, HEAD" } : {};
  const text = status === 200 ? "" : `${STATUS_CODES[status] ?? status}\n`;
  response.writeHead(status, headers({ "content-type": "text/plain; charset=utf-8", ...allow })).end(text);
}

function page(response: ServerResponse, status: number, html: string): void {
  const style = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)]
    .map(([, css = ""]) => `'sha256-${createHash("sha256").update(css).digest("base64")}'`)
    .join(" ");
  response
    .writeHead(
      status,
      headers({
        "content-type": "text/html; charset=utf-8",
        // Only the page's own style sheets, each named by its hash; no script, no picture, no frame.
        "content-security-policy": `default-src 'none'; style-src ${style || "'none'"}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      }),
    )
    .end(html);
}

function headers(more: Readonly<Record<string, string>>): Record<string, string> {
  return {
    "cache-control": "no-store",
    // The page's own address holds the code.
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    connection: "close",
    ...more,
  };
}
