// A remote of revision 2024-11-05: HTTP+SSE, as it was before streamable HTTP.
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export class OldSseRemote {
  /** `endpoint` event of the next streams. Default: a path with the session. */
  endpoint: ((session: number) => string) | undefined;
  /** Status of a POST to the stream's address: what a remote answers that knows no streamable HTTP. */
  postStatus = 405;
  streams: ServerResponse[] = [];
  readonly methods: string[] = [];
  readonly #server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://x");
    if (url.pathname === "/sse" && request.method === "GET") return this.#open(response);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (url.pathname !== "/messages") return void response.writeHead(this.postStatus).end();
      const stream = this.streams[Number(url.searchParams.get("session"))];
      if (stream === undefined || stream.destroyed)
        return void response.writeHead(404).end("Session not found");
      response.writeHead(202).end("Accepted");
      this.#answer(JSON.parse(Buffer.concat(chunks).toString()), stream);
    });
  });

  async listen(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/sse`;
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    this.#server.closeAllConnections();
    await closed;
  }

  #open(response: ServerResponse): void {
    const session = this.streams.push(response) - 1;
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(
      `event: endpoint\ndata: ${this.endpoint?.(session) ?? `/messages?session=${session}`}\n\n`,
    );
  }

  #answer(
    message: { id?: unknown; method: string; params?: { name?: string } },
    stream: ServerResponse,
  ): void {
    this.methods.push(message.method);
    if (message.id === undefined) return;
    const result =
      message.method === "initialize"
        ? { protocolVersion: "2024-11-05", capabilities: {}, serverInfo: { name: "old", version: "1" } }
        : { said: message.method };
    stream.write(`event: message\ndata: ${JSON.stringify({ jsonrpc: "2.0", id: message.id, result })}\n\n`);
  }
}
