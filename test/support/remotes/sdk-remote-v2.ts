// A remote on the official SDK's current line (`@modelcontextprotocol/server`), served by node:http: with sessions
// for hosts of 2025, or for 2026-07-28 only.
import { NodeStreamableHTTPServerTransport, toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, Server } from "@modelcontextprotocol/server";
import {
  listen,
  newSessionId,
  readJson,
  type SdkRemote,
  type SdkRemoteOptions,
  SessionRouter,
  type SessionTransport,
} from "./sdk-remotes.ts";
import { callTool, getPrompt, LATE_TOOL, PROMPTS, RESOURCES, readResource, TOOLS } from "./sdk-tools.ts";

/** Starts it on loopback. Close it in `after`. */
export async function startSdkRemoteV2(options: SdkRemoteOptions = {}): Promise<SdkRemote> {
  const router = new SessionRouter(options, async (opened) => {
    if (options.modernOnly) return modernTransport();
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: newSessionId,
      onsessioninitialized: (id) => opened(id),
    });
    await createServer().connect(transport);
    return transport as SessionTransport;
  });
  return listen(
    (request, response) => {
      readJson(request)
        .then((body) => router.handle(request, response, body, `http://${request.headers.host}`))
        .catch((error: unknown) => response.writeHead(500).end(String(error)));
    },
    router,
    options,
  );
}

/** One server a request, as the revision without sessions wants it. */
function modernTransport(): SessionTransport {
  const handle = toNodeHandler(createMcpHandler(() => createServer(), { legacy: "reject" }));
  return {
    handleRequest: (request, response, body) =>
      handle(
        request as unknown as Parameters<typeof handle>[0],
        response as unknown as Parameters<typeof handle>[1],
        body,
      ),
    async close() {},
  };
}

function createServer(): Server {
  let changed = false;
  const server = new Server(
    { name: "sdk-v2", version: "1.0.0" },
    { capabilities: { tools: { listChanged: true }, resources: {}, prompts: {}, logging: {} } },
  );
  server.setRequestHandler("tools/list", () => ({ tools: changed ? [...TOOLS, LATE_TOOL] : TOOLS }));
  server.setRequestHandler("resources/list", () => ({ resources: RESOURCES }));
  server.setRequestHandler("resources/read", ({ params }) => readResource(params.uri));
  server.setRequestHandler("prompts/list", () => ({ prompts: PROMPTS }));
  server.setRequestHandler("prompts/get", ({ params }) => getPrompt(params.arguments));
  server.setRequestHandler("tools/call", ({ params }, context) => {
    const { mcpReq } = context;
    return callTool(params.name, params.arguments ?? {}, {
      signal: mcpReq.signal,
      progressToken: mcpReq._meta?.progressToken,
      notify: (method, values) => mcpReq.notify({ method, params: values }),
      async sample(text) {
        const messages = [{ role: "user" as const, content: { type: "text" as const, text } }];
        const { content } = await mcpReq.requestSampling({ messages, maxTokens: 10 });
        const first = Array.isArray(content) ? content[0] : content;
        return first?.type === "text" ? first.text : String(first?.type);
      },
      async elicit(message) {
        const requestedSchema = {
          type: "object" as const,
          properties: { name: { type: "string" as const } },
        };
        const answer = await mcpReq.elicitInput({ message, requestedSchema });
        return `${answer.action} ${String(answer.content?.name)}`;
      },
      async roots() {
        return (await mcpReq.send({ method: "roots/list" })).roots.map(({ uri }) => uri);
      },
      async changeTools() {
        changed = true;
        await server.sendToolListChanged();
      },
    });
  });
  return server;
}
