// `oidc-provider` in the test process, with what tests need to see and to do: count tokens, age them, revoke them.
import "../../../examples/protected-server/node20.ts";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import type { AccessToken, ClientMetadata, Configuration } from "oidc-provider";
import {
  createIssuer,
  type IssuerOptions,
  type VerifiedToken,
} from "../../../examples/protected-server/issuer.ts";

export interface OidcIssuerOptions {
  /** Resource identifier it makes tokens for. */
  readonly resource: string;
  /** Path of the issuer identifier. Default none. */
  readonly path?: string;
  readonly clients?: readonly ClientMetadata[];
  readonly fetch?: IssuerOptions["fetch"];
  readonly more?: Configuration;
}

export interface OidcIssuer {
  readonly url: string;
  /** Grant types that were granted, in order. */
  readonly granted: readonly string[];
  verify(token: string): Promise<VerifiedToken | undefined>;
  /** The token as the issuer holds it, with the thumbprint it is bound to (DPoP). */
  find(token: string): Promise<AccessToken | undefined>;
  /** Every access token so far is no longer good; refresh tokens are. */
  expireAccessTokens(): Promise<void>;
  /** Everything that was granted so far is void. */
  revokeGrants(): Promise<void>;
  close(): Promise<void>;
}

/** Scope of the resource. */
export const SCOPE = "mcp:tools";

/** Starts it on loopback. Close it in `after`. */
export async function startOidcIssuer(options: OidcIssuerOptions): Promise<OidcIssuer> {
  const app = express();
  const server: Server = createServer(app);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://localhost:${(server.address() as AddressInfo).port}${options.path ?? ""}`;
  const { provider, verify } = createIssuer({
    url,
    resources: { [options.resource]: SCOPE },
    ...(options.clients ? { clients: options.clients } : {}),
    ...(options.fetch ? { fetch: options.fetch } : {}),
    ...(options.more ? { more: options.more } : {}),
  });
  const { path } = options;
  if (path !== undefined) {
    // RFC 8414 puts the well-known part before the path, where the provider itself does not look.
    app.get(`/.well-known/oauth-authorization-server${path}`, (request, _response, next) => {
      request.url = `${path}/.well-known/oauth-authorization-server`;
      next();
    });
  }
  app.use(path ?? "/", provider.callback());

  const tokens: { destroy(): Promise<void> }[] = [];
  const grants = new Set<string>();
  const granted: string[] = [];
  provider.on("access_token.saved", (token) => void tokens.push(token));
  provider.on("client_credentials.saved", (token) => void tokens.push(token));
  provider.on("grant.saved", (grant) => void (grant.jti && grants.add(grant.jti)));
  provider.on("grant.success", (context) => void granted.push(String(context.oidc.params?.grant_type)));
  return {
    url,
    granted,
    verify,
    find: (token) => provider.AccessToken.find(token),
    async expireAccessTokens() {
      for (const token of tokens.splice(0)) await token.destroy();
    },
    async revokeGrants() {
      for (const id of grants) {
        await provider.AccessToken.revokeByGrantId(id);
        await provider.RefreshToken.revokeByGrantId(id);
        await (await provider.Grant.find(id))?.destroy();
      }
      grants.clear();
    },
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}
