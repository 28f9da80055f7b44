// The examples of vendors, word for word but for the path of the reader's own file, against a copy of what each vendor
// documents. What a copy does not like, it writes down.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { startHost } from "../support/hosts/stdio-host.ts";
import { type Vendor, type VendorWorld, vendorWorld } from "../support/issuers/vendor-world.ts";
import { PROJECT } from "../support/project/program.ts";
import { temporaryFolder } from "../support/project/temporary-folder.ts";
import type { Exchange, Override } from "../support/remotes/scripted-server.ts";

interface Entry {
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
}

/** An example's entry as the program gets it, and the client that stands in its file. */
function example(vendor: string, name: string) {
  const folder = path.join(PROJECT, "examples", vendor);
  const json = (file: string) => JSON.parse(readFileSync(path.join(folder, file), "utf8"));
  const { args, env } = json("claude_desktop_config.json").mcpServers[name] as Entry;
  assert.deepEqual(args.slice(0, 2), ["-y", "mcp-drawbridge"]);
  const info = `@${path.join(folder, "client-info.json")}`;
  const words = args.slice(2).map((word) => (word === "@/path/to/client-info.json" ? info : word));
  assert.ok(words.includes(info));
  return { args: words, env: env ?? {}, client: json("client-info.json") as Record<string, string> };
}

/** Signs in, calls a tool, ends; then once more with an access token that has expired: no second tab. */
async function signInAndRenew(t: TestContext, world: VendorWorld, { args, env }: Entry) {
  const { issuer, remote, browser } = world;
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  for (const round of [1, 2]) {
    const host = startHost({ args, configDir: folder.path, env: { ...env, ...world.env } });
    t.after(() => host.close());
    assert.ok((await host.initialize()).result, `${host.stderr}\n${browser.troubles().join("\n")}`);
    const called = await host.request("tools/call", { name: "echo", arguments: { round } });
    assert.ok(called.result, JSON.stringify(called));
    assert.equal((await host.endInput()).code, 0);
    assert.equal(browser.opened().length, 1, `round ${round}`);
    issuer.expireAccessTokens();
  }
  const grants = issuer.server.to("token").map(({ form }) => form.get("grant_type"));
  assert.deepEqual(grants, ["authorization_code", "refresh_token"]);
  assert.deepEqual(browser.troubles(), []);
  issuer.assertClean();
  remote.assertClean();
  return issuer.server.to("authorize")[0] ?? assert.fail("no authorization request");
}

/** The normal answer's body, changed. */
const changed =
  (change: (body: Record<string, unknown>, exchange: Exchange) => object): Override =>
  async (exchange, normally) => {
    const answer = await normally();
    return { ...answer, body: change(answer.body as Record<string, unknown>, exchange) };
  };

const API = "api://33333333-3333-3333-3333-333333333333";
const TENANT = "/11111111-1111-1111-1111-111111111111/v2.0";

/** https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc, and ...v2-oauth2-auth-code-flow. */
function entra(t: TestContext, issuerPath: string, named: string, clientId: string): Promise<VendorWorld> {
  const host = "https://login.microsoftonline.com";
  const vendor: Vendor = {
    issuerHosts: ["login.microsoftonline.com"],
    remoteHost: "mcp.example.com",
    issuer: {
      path: issuerPath,
      metadataAt: ["openid-behind"],
      registration: false,
      paths: { authorize: "/t/oauth2/v2.0/authorize", token: "/t/oauth2/v2.0/token" },
      metadata: {
        issuer: `${host}${named}`,
        // It supports S256.
        code_challenge_methods_supported: undefined,
        authorization_response_iss_parameter_supported: undefined,
        revocation_endpoint: undefined,
        grant_types_supported: undefined,
        token_endpoint_auth_methods_supported: [
          "client_secret_post",
          "private_key_jwt",
          "client_secret_basic",
        ],
        scopes_supported: ["openid", "profile", "email", "offline_access"],
      },
      // `localhost` with any port; AADSTS9010010 for a resource beside a scope.
      clients: [{ clientId, auth: "none", redirectUris: ["http://localhost/oauth/callback"], anyPort: true }],
      expect: { resource: null, scope: `${API}/.default offline_access` },
    },
    remote: {
      metadata: { authorization_servers: [`${host}${issuerPath}`], scopes_supported: [`${API}/use`] },
    },
  };
  return vendorWorld(t, vendor).then((world) => {
    world.issuer.consent = { decision: "approve", iss: null };
    return world;
  });
}

for (const [name, issuerPath, named] of [
  ["one-tenant", TENANT, TENANT],
  ["every-organization", "/common/v2.0", "/{tenantid}/v2.0"],
] as const)
  test(`[AUTH-1] [AUTH-2] [DISC-6] examples/entra, ${name}: signs in as written`, {
    timeout: 60_000,
  }, async (t) => {
    const entry = example("entra", name);
    const world = await entra(t, issuerPath, named, entry.client.client_id ?? "");
    const asked = await signInAndRenew(t, world, entry);
    assert.equal(asked.url.searchParams.get("code_challenge_method"), "S256");
  });

test("[DISC-6] examples/entra: without --trust-issuer the name of `common` is refused, as another issuer's would be", {
  timeout: 30_000,
}, async (t) => {
  const { args, client } = example("entra", "every-organization");
  const world = await entra(t, "/common/v2.0", "/{tenantid}/v2.0", client.client_id ?? "");
  const at = args.indexOf("--trust-issuer");
  const host = startHost({ args: [...args.slice(0, at), ...args.slice(at + 2)], env: world.env });
  t.after(() => host.close());
  assert.equal((await host.initialize()).error?.data?.code, "AUTH_ISSUER_MISMATCH");
  assert.deepEqual(world.browser.opened(), []);
});

test("[AUTH-1] [TOK-7] [REG-2] examples/google: signs in as written, with a refresh token", {
  timeout: 60_000,
}, async (t) => {
  const entry = example("google", "bigquery");
  const { client_id: clientId = "", issuer = "" } = entry.client;
  const secret = entry.env.GOOGLE_CLIENT_SECRET;
  assert.equal(issuer, "https://accounts.google.com");
  // https://accounts.google.com/.well-known/openid-configuration, https://developers.google.com/identity/protocols/oauth2/native-app
  const world = await vendorWorld(t, {
    issuerHosts: ["accounts.google.com", "oauth2.googleapis.com"],
    remoteHost: "bigquery.googleapis.com",
    issuer: {
      metadataAt: ["openid-before"],
      registration: false,
      rotate: false,
      paths: { authorize: "/o/oauth2/v2/auth", token: "/token", revoke: "/revoke" },
      metadata: {
        token_endpoint: "https://oauth2.googleapis.com/token",
        revocation_endpoint: "https://oauth2.googleapis.com/revoke",
        code_challenge_methods_supported: ["plain", "S256"],
        token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
        authorization_response_iss_parameter_supported: undefined,
      },
      clients: [
        {
          clientId,
          secret,
          auth: "client_secret_basic",
          redirectUris: ["http://localhost/oauth/callback"],
          anyPort: true,
        },
      ],
      expect: { scope: "https://www.googleapis.com/auth/bigquery" },
    },
    // With a slash behind the bare origin.
    remote: { metadata: { authorization_servers: ["https://accounts.google.com/"] } },
  });
  const { server } = world.issuer;
  server.script(
    "token",
    changed((body, { form }) => {
      const query = server.to("authorize")[0]?.url.searchParams;
      const asked = query?.get("access_type") === "offline" && query.get("prompt") === "consent";
      if (form.get("grant_type") === "authorization_code" && !asked) delete body.refresh_token;
      return body;
    }),
  );
  await signInAndRenew(t, world, entry);
});

for (const nested of [false, true])
  test(`[TOK-8] [AUTH-9] examples/slack: signs in as written, the token ${nested ? "in authed_user" : "of type user"}`, {
    timeout: 60_000,
  }, async (t) => {
    const entry = example("slack", "slack");
    const { client_id: clientId = "" } = entry.client;
    // https://docs.slack.dev/ai/slack-mcp-server/developing, https://docs.slack.dev/authentication/using-pkce
    const world = await vendorWorld(t, {
      issuerHosts: ["mcp.slack.com", "slack.com"],
      remoteHost: "mcp.slack.com",
      issuer: {
        registration: false,
        paths: { authorize: "/oauth/v2_user/authorize", token: "/api/oauth.v2.user.access" },
        metadata: {
          authorization_endpoint: "https://slack.com/oauth/v2_user/authorize",
          token_endpoint: "https://slack.com/api/oauth.v2.user.access",
          revocation_endpoint: undefined,
          authorization_response_iss_parameter_supported: undefined,
        },
        // To the character.
        clients: [{ clientId, auth: "none", redirectUris: ["http://localhost:3118/oauth/callback"] }],
        // A sign-in without scopes is refused.
        expect: { scope: "search:read.public chat:write" },
      },
      remote: {
        metadataPath: "/.well-known/oauth-protected-resource",
        metadata: {
          resource: "https://mcp.slack.com",
          scopes_supported: ["search:read.public", "chat:write"],
        },
      },
    });
    // The server is its own issuer.
    world.remote.server.script("well-known", ({ url }) =>
      url.pathname === "/.well-known/oauth-authorization-server"
        ? { body: world.issuer.metadata() }
        : {
            status: 302,
            headers: { location: "https://mcp.slack.com/.well-known/oauth-protected-resource" },
          },
    );
    world.issuer.server.script(
      "token",
      changed((body) => {
        const tokens = { ...body, token_type: "user" };
        return nested
          ? { ok: true, app_id: "A1", authed_user: { id: "U1", ...tokens } }
          : { ok: true, ...tokens };
      }),
    );
    await signInAndRenew(t, world, entry);
  });

test("every vendor's README says what its configuration has", () => {
  for (const [vendor, words] of [
    ["entra", ["http://localhost/oauth/callback", API, "--trust-issuer", "--scope"]],
    ["google", ["https://bigquery.googleapis.com/mcp", "--scope", "Desktop app"]],
    ["slack", ["http://localhost:3118/oauth/callback", "https://mcp.slack.com/mcp"]],
  ] as const) {
    const text = readFileSync(path.join(PROJECT, "examples", vendor, "README.md"), "utf8");
    for (const word of words) assert.ok(text.includes(word), `${vendor}: ${word}`);
  }
});
