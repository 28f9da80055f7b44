// A remote on the official SDK's first line (`@modelcontextprotocol/sdk`), served by Express.
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import express from "express";
import {
  listen,
  newSessionId,
  type Occurrences,
  type SdkRemote,
  type SdkRemoteOptions,
  SessionRouter,
  type SessionTransport,
} from "./sdk-remotes.ts";
import {
  CAPABILITIES,
  callTool,
  complete,
  GREETING,
  getPrompt,
  LATE_TOOL,
  PROMPTS,
  RESOURCES,
  readResource,
  TOOLS,
} from "./sdk-tools.ts";

/** Starts it on loopback. Close it in `after`. */
export async function startSdkRemoteV1(options: SdkRemoteOptions = {}): Promise<SdkRemote> {
  const router = new SessionRouter(options, async (opened) => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: newSessionId,
      onsessioninitialized: (id) => opened(id),
    });
    // The SDK's own types disagree under exactOptionalPropertyTypes.
    await createServerV1(router.cancelled).connect(transport as unknown as Parameters<Server["connect"]>[0]);
    return transport as SessionTransport;
  });
  const app = express();
  app.use(express.json({ limit: "100mb" }));
  app.use((request, response, next) => {
    const body = request.method === "POST" ? request.body : undefined;
    router.handle(request, response, body, `http://${request.headers.host}`).catch(next);
  });
  return listen(app, router, options);
}

/** With its own list of tools. */
export function createServerV1(cancelled: Occurrences): Server {
  let changed = false;
  const server = new Server({ name: "sdk-v1", version: "1.0.0" }, { capabilities: CAPABILITIES });
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: changed ? [...TOOLS, LATE_TOOL] : TOOLS,
  }));
  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: RESOURCES }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => readResource(params.uri));
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: PROMPTS }));
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) => getPrompt(params.arguments));
  server.setRequestHandler(SubscribeRequestSchema, () => ({}));
  let threshold = "debug";
  server.setRequestHandler(SetLevelRequestSchema, ({ params }) => {
    threshold = params.level;
    return {};
  });
  server.setRequestHandler(CompleteRequestSchema, ({ params }) => complete(params.argument.value));
  server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) => {
    const related = { relatedRequestId: extra.requestId };
    const roots = async () => (await server.listRoots({}, related)).roots.map(({ uri }) => uri);
    return callTool(params.name, params.arguments ?? {}, {
      signal: extra.signal,
      cancelled,
      progressToken: extra._meta?.progressToken,
      notify: (method, values) => extra.sendNotification({ method, params: values } as never),
      async sample(text) {
        const messages = [{ role: "user" as const, content: { type: "text" as const, text } }];
        const { content } = await server.createMessage({ messages, maxTokens: 10 }, related);
        return content.type === "text" ? content.text : content.type;
      },
      async elicit(message) {
        const requestedSchema = {
          type: "object" as const,
          properties: { name: { type: "string" as const } },
        };
        const answer = await server.elicitInput({ message, requestedSchema }, related);
        return `${answer.action} ${String(answer.content?.name)}`;
      },
      async log(level, data) {
        if (level === "info" && threshold === "warning") return;
        await extra.sendNotification({ method: "notifications/message", params: { level, data } });
      },
      async visit(url) {
        const elicitationId = newSessionId();
        const asked = { mode: "url" as const, message: "Consent, please.", url, elicitationId };
        return (await server.elicitInput(asked, related)).action;
      },
      roots,
      settle: roots,
      async changeTools() {
        changed = true;
        await server.sendToolListChanged();
      },
      changeGreeting: () => server.sendResourceUpdated({ uri: GREETING }),
    });
  });
  return server;
}
