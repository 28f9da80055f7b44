// A remote of revision 2024-11-05: HTTP+SSE, as it was before streamable HTTP.
import type { ServerResponse } from "node:http";
import { event, isObject } from "../hosts/rpc-text.ts";
import { EVENT_STREAM, McpServer } from "./mcp-server.ts";
import type { Answer, Exchange } from "./scripted-server.ts";

export class OldSseRemote extends McpServer {
  /** `endpoint` event of the next streams. Default: a path with the session. */
  endpoint: ((session: number) => string) | undefined;
  /** Status of a POST to the stream's address: what a remote answers that knows no streamable HTTP. */
  postStatus = 405;
  /** A POST to the stream's address gets a stream, too; the endpoint is written so. */
  onPost: ((endpoint: string) => string) | undefined;
  /** The next streams end as soon as they have named their endpoint. */
  endsAtOnce = 0;
  streams: ServerResponse[] = [];
  readonly methods: unknown[] = [];

  constructor() {
    super({ name: "old", protocolVersion: "2024-11-05" });
  }

  override get url(): string {
    return `${this.server.origin}/sse`;
  }

  protected override route(method: string, { pathname }: URL): string {
    return `${method} ${pathname}`;
  }

  protected override answer(exchange: Exchange): Answer {
    if (exchange.endpoint === "GET /sse") return { take: (_, response) => this.#open(response) };
    const { onPost } = this;
    if (exchange.endpoint === "POST /sse" && onPost !== undefined)
      return { take: (_, response) => this.#open(response, onPost) };
    if (exchange.url.pathname !== "/messages") return { status: this.postStatus };
    const stream = this.streams[Number(exchange.url.searchParams.get("session"))];
    if (stream === undefined || stream.destroyed) return { status: 404, body: "Session not found" };
    const message = isObject(exchange.json) ? exchange.json : {};
    this.methods.push(message.method);
    const reply = this.reply(message);
    if (reply !== undefined) stream.write(event(reply));
    return { status: 202, body: "Accepted" };
  }

  #open(response: ServerResponse, written = plainly): void {
    const session = this.streams.push(response) - 1;
    response.writeHead(200, EVENT_STREAM);
    response.write(written(this.endpoint?.(session) ?? `/messages?session=${session}`));
    if (this.endsAtOnce === 0) return;
    this.endsAtOnce -= 1;
    response.end();
  }
}

const plainly = (endpoint: string): string => `event: endpoint\ndata: ${endpoint}\n\n`;
