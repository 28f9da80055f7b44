// The MCP server of the benchmark, a process of its own: answers as cheaply as it can, so that the bridges are what is
// measured. `node server.js [issuer]` prints its origin; it ends with its standard input. `/mcp` is open; `/private/mcp`
// takes any bearer token, and sends whoever has none to the issuer.
// The tool `echo` answers its `text`, or `size` characters, as events where `sse` is true.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { LARGE_BYTES, TOOL_COUNT } from "./sizes.ts";

const [issuer = ""] = process.argv.slice(2);
const SESSION = "one-session-for-everybody";
const METADATA = "/private/metadata";
const JSON_TYPE = { "content-type": "application/json" };

interface Call {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: {
    readonly protocolVersion?: string;
    readonly arguments?: { readonly text?: string; readonly size?: number; readonly sse?: boolean };
  };
}

const tools = JSON.stringify({
  tools: Array.from({ length: TOOL_COUNT }, (_, at) => ({
    name: at === 0 ? "echo" : `tool-${at}`,
    description: `Tool number ${at} of the benchmark. `.padEnd(200, "It gives back what it gets. "),
    inputSchema: {
      type: "object",
      properties: { text: { type: "string" }, size: { type: "integer" }, sse: { type: "boolean" } },
    },
  })),
});
const largeText = new Map<number, string>();

const server = createServer((request, response) => {
  const { url = "" } = request;
  if (url === METADATA) return send(response, 200, JSON_TYPE, metadata());
  const refused = url === "/private/mcp" && !request.headers.authorization?.startsWith("Bearer ");
  if (refused || (url !== "/mcp" && url !== "/private/mcp")) {
    request.resume();
    const challenge = `Bearer resource_metadata="${origin()}${METADATA}"`;
    return send(response, refused ? 401 : 404, refused ? { "www-authenticate": challenge } : {}, "");
  }
  if (request.method === "GET") {
    response.writeHead(200, { "content-type": "text/event-stream" });
    return response.flushHeaders();
  }
  if (request.method !== "POST") {
    request.resume();
    return send(response, 200, {}, "");
  }
  readAll(request, (body) => answer(response, body));
});
server.keepAliveTimeout = 300_000;
server.requestTimeout = 0;
server.listen(0, "127.0.0.1", () => console.log(origin()));
process.stdin.resume().on("end", () => process.exit());

function origin(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function metadata(): string {
  return JSON.stringify({ resource: `${origin()}/private/mcp`, authorization_servers: [issuer] });
}

function readAll(request: IncomingMessage, done: (body: Buffer[]) => void): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => done(chunks));
}

function answer(response: ServerResponse, body: readonly Buffer[]): void {
  const bytes = body.reduce((sum, { length }) => sum + length, 0);
  const call =
    bytes > LARGE_BYTES ? uploaded(body, bytes) : (JSON.parse(String(Buffer.concat(body))) as Call);
  const isRequest = call.id !== undefined && call.method !== undefined;
  if (isRequest) reply(response, call);
  else send(response, 202, {}, "");
}

function resultOf({ method, params }: Call): string {
  const { text = "", size } = params?.arguments ?? {};
  switch (method) {
    case "initialize": {
      const protocolVersion = params?.protocolVersion ?? "2025-11-25";
      const serverInfo = { name: "bench-server", version: "1" };
      return JSON.stringify({ protocolVersion, capabilities: { tools: {} }, serverInfo });
    }
    case "tools/list":
      return tools;
    case "tools/call": {
      const given = size === undefined ? JSON.stringify(text) : `"${filled(size)}"`;
      return `{"content":[{"type":"text","text":${given}}]}`;
    }
    default:
      return "{}";
  }
}

/** A large message is one call of `echo` with its id first; parsing it would be the server's time and not the bridge's. */
function uploaded([first]: readonly Buffer[], bytes: number): Call {
  const id = Number(/"id":(\d+)/.exec(first?.toString("latin1", 0, 200) ?? "")?.[1]);
  return { id, method: "tools/call", params: { arguments: { text: `${bytes} bytes` } } };
}

function filled(size: number): string {
  const text = largeText.get(size) ?? "x".repeat(size);
  largeText.set(size, text);
  return text;
}

function reply(response: ServerResponse, call: Call): void {
  const headers = call.method === "initialize" ? { "mcp-session-id": SESSION } : {};
  const message = `{"jsonrpc":"2.0","id":${JSON.stringify(call.id)},"result":${resultOf(call)}}`;
  if (call.params?.arguments?.sse) {
    response.writeHead(200, { ...headers, "content-type": "text/event-stream" });
    response.end(`event: message\ndata: ${message}\n\n`);
  } else send(response, 200, { ...headers, ...JSON_TYPE }, message);
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
}
