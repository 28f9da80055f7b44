// An MCP server on the official SDK that lets nobody in without a token made for it (RFC 9728, RFC 6750).
import { createMcpHandler, OAuthError, requireBearerAuth, Server } from "@modelcontextprotocol/server";
import type { VerifiedToken } from "./issuer.ts";

export interface ProtectedMcpOptions {
  /** Address of the MCP endpoint, such as `http://localhost:5253/bot`. It is the resource identifier, too. */
  readonly url: string;
  /** Issuer identifier. */
  readonly issuer: string;
  /** Where the metadata of the resource is served; the challenge names it. */
  readonly metadataPath: string;
  /** Scopes a token must have, and that the metadata lists. */
  readonly scopes: readonly string[];
  /** `WWW-Authenticate` for requests without a token. Default: the SDK's, which names metadata and scopes. */
  readonly challenge?: string | undefined;
  readonly verify: (token: string) => Promise<VerifiedToken | undefined>;
}

/** The server as a function from request to response; `toNodeHandler` puts it behind `node:http`. */
export function createProtectedMcp(options: ProtectedMcpOptions): {
  fetch(request: Request): Promise<Response>;
} {
  const endpoint = new URL(options.url);
  const metadataUrl = new URL(options.metadataPath, endpoint).href;
  const handler = createMcpHandler(() => createServer());
  const gate = requireBearerAuth({
    requiredScopes: [...options.scopes],
    resourceMetadataUrl: metadataUrl,
    expectedResource: endpoint,
    verifier: {
      async verifyAccessToken(token) {
        const found = await options.verify(token);
        if (!found) throw new OAuthError("invalid_token", "The token is unknown or too old.");
        const { clientId, scopes, expiresAt, audience } = found;
        return { token, clientId, scopes: [...scopes], expiresAt, resource: new URL(audience) };
      },
    },
  });
  return {
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === options.metadataPath)
        return Response.json({
          resource: options.url,
          authorization_servers: [options.issuer],
          scopes_supported: options.scopes,
          bearer_methods_supported: ["header"],
        });
      if (pathname !== endpoint.pathname) return new Response("Not here.", { status: 404 });
      if (options.challenge !== undefined && !request.headers.has("authorization"))
        return new Response("Sign in.", { status: 401, headers: { "www-authenticate": options.challenge } });
      const auth = await gate(request);
      return auth instanceof Response ? auth : handler.fetch(request, { authInfo: auth });
    },
  };
}

function createServer(): Server {
  const server = new Server({ name: "protected-server", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", () => ({
    tools: [
      {
        name: "greet",
        description: "Greets somebody, and says for which client.",
        inputSchema: { type: "object" as const, properties: { name: { type: "string" } } },
        annotations: { readOnlyHint: true },
      },
    ],
  }));
  server.setRequestHandler("tools/call", ({ params }, context) => {
    if (params.name !== "greet")
      return { content: [{ type: "text" as const, text: `No tool ${params.name}` }], isError: true };
    const client = context.http?.authInfo?.clientId;
    const text = `Hello ${String(params.arguments?.name ?? "you")}, welcome through client ${client}.`;
    return { content: [{ type: "text" as const, text }] };
  });
  return server;
}
