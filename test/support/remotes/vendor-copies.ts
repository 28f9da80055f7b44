// What vendors document of their servers and issuers, as far as a sign-in meets it; the examples of the same names run
// against these.
import type { TestContext } from "node:test";
import { serveIssuer } from "../issuers/own-issuer.ts";
import type { IssuerClient } from "../issuers/strict/state.ts";
import { type StrictIssuer, type StrictIssuerOptions, startStrictIssuer } from "../issuers/strict-issuer.ts";
import { serve } from "./metadata-places.ts";
import {
  type ProtectedRemote,
  type ProtectedRemoteOptions,
  startProtectedRemote,
} from "./protected-remote.ts";

export interface VendorCopy {
  /** Folder of the example. */
  readonly name: string;
  /** Of the example, and what stands in its place in the copy. */
  readonly origins: (issuer: StrictIssuer, remote: ProtectedRemote) => readonly (readonly [string, string])[];
  readonly start: (
    t: TestContext,
    redirect: string,
  ) => Promise<{ issuer: StrictIssuer; remote: ProtectedRemote }>;
}

/** Of the client's secret, where the vendor gives one. */
export const VENDOR_SECRET = "canary-of-the-vendor";

async function both(t: TestContext, options: StrictIssuerOptions, remoteOptions: ProtectedRemoteOptions) {
  const issuer = await startStrictIssuer({ registration: false, metadataAt: [], ...options });
  t.after(() => issuer.close());
  const remote = await startProtectedRemote({ issuer, ...remoteOptions });
  t.after(() => remote.close());
  // None of them names itself in its answers.
  issuer.consent = { decision: "approve", iss: null };
  return { issuer, remote };
}

const open = (clientId: string, redirect: string): IssuerClient => ({
  clientId,
  auth: "none",
  redirectUris: [redirect],
});

export const VENDORS: readonly VendorCopy[] = [
  {
    // docs.snowflake.com/en/user-guide/oauth-custom. Resource metadata is there, issuer metadata is not.
    name: "snowflake",
    origins: (_, remote) => [["https://myorg-myaccount.snowflakecomputing.com", remote.server.origin]],
    async start(t, redirect) {
      const client = {
        ...open("...", redirect),
        auth: "client_secret_basic" as const,
        secret: VENDOR_SECRET,
      };
      const scope = "refresh_token session:role:ANALYST";
      const paths = { authorize: "/oauth/authorize", token: "/oauth/token-request" };
      const path = "/api/v2/databases/SALES/schemas/PUBLIC/mcp-servers/ASSISTANT";
      const started = await both(t, { clients: [client], paths, expect: { scope } }, { path });
      const { issuer, remote } = started;
      serveIssuer(remote, issuer);
      remote.server.script("resource-metadata", () => ({
        body: { ...remote.metadata(), authorization_servers: [`${remote.server.origin}/oauth`] },
      }));
      return started;
    },
  },
  {
    // developers.home-assistant.io/docs/auth_api. Without an external address in its settings its document is relative.
    name: "home-assistant",
    origins: (_, remote) => [["https://homeassistant.example.com", remote.server.origin]],
    async start(t, redirect) {
      const paths = { authorize: "/auth/authorize", token: "/auth/token", revoke: "/auth/revoke" };
      const client = open(new URL(redirect).origin, redirect);
      const started = await both(
        t,
        { clients: [client], paths },
        { path: "/api/mcp", metadataAt: "none", challenge: () => [] },
      );
      const { issuer, remote } = started;
      serveIssuer(remote, issuer);
      const body = {
        authorization_endpoint: paths.authorize,
        token_endpoint: paths.token,
        revocation_endpoint: paths.revoke,
        client_id_metadata_document_supported: true,
        response_types_supported: ["code"],
        service_documentation: "https://developers.home-assistant.io/docs/auth_api",
      };
      serve(remote, { "/.well-known/oauth-authorization-server": { body } });
      return started;
    },
  },
  {
    // help.salesforce.com, "Query for the OpenID Connect Configuration". The servers name an issuer without a document.
    name: "salesforce",
    origins: (issuer, remote) => [
      ["https://api.salesforce.com", remote.server.origin],
      ["https://mydomain.my.salesforce.com", issuer.server.origin],
    ],
    async start(t, redirect) {
      const path = "/platform/mcp/v1/platform/sobject-reads";
      const metadata = {
        issuer: "https://login.salesforce.com",
        scopes_supported: ["mcp_api", "refresh_token"],
        code_challenge_methods_supported: undefined,
        authorization_response_iss_parameter_supported: undefined,
      };
      const oauth = "/services/oauth2";
      const paths = { authorize: `${oauth}/authorize`, token: `${oauth}/token`, revoke: `${oauth}/revoke` };
      const started = await both(
        t,
        {
          clients: [open("...", redirect)],
          metadataAt: ["openid-before"],
          metadata,
          paths,
          expect: { scope: "mcp_api refresh_token" },
        },
        { path, metadataAt: "path" },
      );
      const { remote } = started;
      remote.server.script("resource-metadata", () => ({
        body: { ...remote.metadata(), authorization_servers: [remote.server.origin] },
      }));
      return started;
    },
  },
];
