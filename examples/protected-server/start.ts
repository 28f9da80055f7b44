// Puts issuer and MCP server on loopback, each at its own origin.
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { toNodeHandler } from "@modelcontextprotocol/node";
import type { ClientMetadata } from "oidc-provider";
import { createIssuer, type IssuerOptions } from "./issuer.ts";
import { createProtectedMcp } from "./mcp.ts";

export interface ProtectedServerOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  readonly issuerPort?: number;
  /** Path of the MCP endpoint. Default `/mcp`. */
  readonly path?: string;
  /** Default: `/.well-known/oauth-protected-resource` before the path, where clients look unasked. */
  readonly metadataPath?: string;
  /** Default `mcp:tools`. */
  readonly scopes?: readonly string[];
  /** `WWW-Authenticate` for requests without a token, instead of the usual one. */
  readonly challenge?: string;
  readonly clients?: readonly ClientMetadata[];
  /** Certificate of the issuer, PEM; without, it is plain http on loopback. */
  readonly issuerTls?: { readonly key: string; readonly cert: string };
  readonly issuer?: Pick<IssuerOptions, "fetch" | "accessTokenLifeS" | "more">;
  /** Sees every request to the issuer first; true: answered already. */
  readonly beforeIssuer?: (...request: Parameters<RequestListener>) => boolean;
}

export interface ProtectedServer {
  /** Address of the MCP endpoint. */
  readonly url: string;
  readonly issuerUrl: string;
  close(): Promise<void>;
}

export async function startProtectedServer(options: ProtectedServerOptions = {}): Promise<ProtectedServer> {
  const { path = "/mcp", scopes = ["mcp:tools"], issuerTls } = options;
  // Both need their own address before they exist, so the ports come first.
  let mcp: RequestListener = () => {};
  let issue: RequestListener = () => {};
  const remote = createServer((request, response) => mcp(request, response));
  const answer: RequestListener = (request, response) => {
    if (!options.beforeIssuer?.(request, response)) issue(request, response);
  };
  const issuer = issuerTls ? createTlsServer({ ...issuerTls }, answer) : createServer(answer);
  const url = `http://localhost:${await listen(remote, options.port)}${path}`;
  const issuerUrl = `${issuerTls ? "https" : "http"}://localhost:${await listen(issuer, options.issuerPort)}`;

  const { provider, verify } = createIssuer({
    url: issuerUrl,
    resources: { [url]: scopes.join(" ") },
    ...(options.clients ? { clients: options.clients } : {}),
    ...options.issuer,
  });
  issue = provider.callback();
  const metadataPath = options.metadataPath ?? `/.well-known/oauth-protected-resource${path}`;
  const { challenge } = options;
  const handler = toNodeHandler(
    createProtectedMcp({ url, issuer: issuerUrl, metadataPath, scopes, challenge, verify }),
  );
  mcp = (request, response) => {
    // The two packages describe the same Node objects a little differently.
    void handler(request as Parameters<typeof handler>[0], response as Parameters<typeof handler>[1]);
  };
  return {
    url,
    issuerUrl,
    async close() {
      await Promise.all([remote, issuer].map(close));
    },
  };
}

function listen(server: Server | ReturnType<typeof createTlsServer>, port = 0): Promise<number> {
  return new Promise((done, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", () => done((server.address() as AddressInfo).port));
  });
}

function close(server: Server | ReturnType<typeof createTlsServer>): Promise<unknown> {
  const closed = new Promise((done) => server.close(done));
  server.closeAllConnections();
  return closed;
}
