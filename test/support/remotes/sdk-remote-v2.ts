// A remote on the official SDK's current line (`@modelcontextprotocol/server`), served by node:http: with sessions
// for hosts of 2025, for 2026-07-28, or for both at one address.
import { setTimeout as sleep } from "node:timers/promises";
import { NodeStreamableHTTPServerTransport, toNodeHandler, toWebRequest } from "@modelcontextprotocol/node";
import {
  createMcpHandler,
  type InputRequest,
  inputRequired,
  isLegacyRequest,
  Server,
} from "@modelcontextprotocol/server";
import {
  listen,
  newSessionId,
  type Occurrences,
  readJson,
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

/** What is told of changes, and to whom. */
interface Changes {
  tools(): Promise<void> | void;
  greeting(): Promise<void> | void;
}

/** Starts it on loopback. Close it in `after`. */
export async function startSdkRemoteV2(options: SdkRemoteOptions = {}): Promise<SdkRemote> {
  const { eras = "legacy" } = options;
  const modern = eras === "legacy" ? undefined : modernTransport(() => router.cancelled);
  const router: SessionRouter = new SessionRouter(options, async (opened, request, body) => {
    if (modern !== undefined) {
      const web = await toWebRequest(request as Parameters<typeof toWebRequest>[0], body);
      if (eras === "modern" || !(await isLegacyRequest(web, body))) return modern;
    }
    return sessionTransport(opened, router.cancelled);
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

async function sessionTransport(
  opened: (id: string) => void,
  cancelled: Occurrences,
): Promise<SessionTransport> {
  const transport = new NodeStreamableHTTPServerTransport({
    sessionIdGenerator: newSessionId,
    onsessioninitialized: (id) => opened(id),
  });
  const list = { hasLate: false };
  const changes: Changes = {
    tools: () => server.sendToolListChanged(),
    greeting: () => server.sendResourceUpdated({ uri: GREETING }),
  };
  const server = createServer({ list, changes, cancelled, isModern: false });
  await server.connect(transport);
  return transport as SessionTransport;
}

/** One server a request, as the revision without sessions wants it; all have one list. */
function modernTransport(cancelled: () => Occurrences): SessionTransport {
  const list = { hasLate: false };
  const changes: Changes = {
    tools: () => handler.notify.toolsChanged(),
    greeting: () => handler.notify.resourceUpdated(GREETING),
  };
  const handler = createMcpHandler(
    () => createServer({ list, changes, cancelled: cancelled(), isModern: true }),
    { legacy: "reject" },
  );
  const handle = toNodeHandler(handler);
  return {
    handleRequest: (request, response, body) =>
      handle(
        request as unknown as Parameters<typeof handle>[0],
        response as unknown as Parameters<typeof handle>[1],
        body,
      ),
    close: () => handler.close(),
  };
}

interface ServerParts {
  readonly list: { hasLate: boolean };
  readonly changes: Changes;
  readonly cancelled: Occurrences;
  readonly isModern: boolean;
}

/** The tool cannot go on without an answer of the host. */
class Unanswered extends Error {
  readonly request: InputRequest;

  constructor(request: InputRequest) {
    super("the host is asked first");
    this.request = request;
  }
}

function createServer({ list, changes, cancelled, isModern }: ServerParts): Server {
  const server = new Server({ name: "sdk-v2", version: "1.0.0" }, { capabilities: CAPABILITIES });
  server.setRequestHandler("tools/list", () => ({ tools: list.hasLate ? [...TOOLS, LATE_TOOL] : TOOLS }));
  server.setRequestHandler("resources/list", () => ({ resources: RESOURCES }));
  server.setRequestHandler("resources/read", ({ params }) => readResource(params.uri));
  if (!isModern) server.setRequestHandler("resources/subscribe", () => ({}));
  server.setRequestHandler("prompts/list", () => ({ prompts: PROMPTS }));
  server.setRequestHandler("prompts/get", ({ params }) => getPrompt(params.arguments));
  server.setRequestHandler("completion/complete", ({ params }) => complete(params.argument.value));
  server.setRequestHandler("tools/call", async ({ params }, { mcpReq }) => {
    // On sessions of 2025 the SDK itself turns what is asked here into requests.
    const asked = (request: InputRequest): Record<string, unknown> => {
      const answer = mcpReq.inputResponses?.answer;
      if (answer === undefined) throw new Unanswered(request);
      return answer as Record<string, unknown>;
    };
    try {
      return await callTool(params.name, params.arguments ?? {}, {
        signal: mcpReq.signal,
        cancelled,
        progressToken: mcpReq._meta?.progressToken,
        notify: (method, values) => mcpReq.notify({ method, params: values }),
        log: (level, text) => mcpReq.log(level, text),
        async sample(text) {
          const messages = [{ role: "user" as const, content: { type: "text" as const, text } }];
          const { content } = asked(inputRequired.createMessage({ messages, maxTokens: 10 }));
          return (content as { text: string }).text;
        },
        async elicit(message) {
          const requestedSchema = {
            type: "object" as const,
            properties: { name: { type: "string" as const } },
          };
          const { action, content } = asked(inputRequired.elicit({ message, requestedSchema }));
          return `${String(action)} ${(content as { name: string }).name}`;
        },
        async visit(url) {
          return String(asked(inputRequired.elicitUrl({ message: "Consent, please.", url })).action);
        },
        async roots() {
          const { roots } = asked(inputRequired.listRoots()) as { roots: { uri: string }[] };
          return roots.map(({ uri }) => uri);
        },
        // In a stream of 2026-07-28 nothing comes back that would tell.
        settle: () => (isModern ? sleep(100) : mcpReq.send({ method: "roots/list" })),
        async changeTools() {
          list.hasLate = true;
          await changes.tools();
        },
        async changeGreeting() {
          await changes.greeting();
        },
      });
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      return inputRequired({ inputRequests: { answer: error.request } });
    }
  });
  return server;
}
