// The ways in without a redirect, and out again, at a real issuer: device code, machine credentials, DPoP, revocation.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { exportJWK, exportPKCS8, generateKeyPair } from "jose";
import { browserProgram } from "../../support/browsers/browser.ts";
import { consent } from "../../support/browsers/person.ts";
import { type StdioHost, startHost } from "../../support/hosts/stdio-host.ts";
import { dpopFault } from "../../support/issuers/dpop-check.ts";
import {
  type OidcIssuer,
  type OidcIssuerOptions,
  SCOPE,
  startOidcIssuer,
} from "../../support/issuers/oidc-issuer.ts";
import { PROGRAM, programEnvironment } from "../../support/project/program.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { startProtectedRemote } from "../../support/remotes/protected-remote.ts";
import type { Exchange } from "../../support/remotes/scripted-server.ts";

type Accept = (exchange: Exchange, issuer: OidcIssuer) => Promise<string | undefined>;

const bearer: Accept = async ({ headers }, issuer) => {
  const token = /^Bearer (.+)$/.exec(String(headers.authorization))?.[1] ?? "";
  return (await issuer.verify(token)) ? undefined : "unknown or too old";
};

async function startAll(t: TestContext, options: Omit<OidcIssuerOptions, "resource">, accept = bearer) {
  const trusted: string[] = [];
  let issuer: OidcIssuer | undefined;
  const remote = await startProtectedRemote({
    metadata: { authorization_servers: trusted, scopes_supported: [SCOPE] },
    accept: (exchange) => (issuer ? accept(exchange, issuer) : Promise.resolve("no issuer")),
  });
  t.after(() => remote.close());
  issuer = await startOidcIssuer({ resource: remote.url, ...options });
  const started = issuer;
  t.after(() => started.close());
  trusted.push(started.url);
  const folder = temporaryFolder();
  const browser = browserProgram();
  const hosts: StdioHost[] = [];
  t.after(async () => {
    // The programs first: they write into the folder until they end.
    await Promise.all(hosts.map((host) => host.close()));
    folder.remove();
    browser.remove();
  });
  const file = (name: string, content: string): string => {
    writeFileSync(path.join(folder.path, name), content, { mode: 0o600 });
    return path.join(folder.path, name);
  };
  const configDir = path.join(folder.path, "state");
  const start = (args: readonly string[]): StdioHost => {
    const host = startHost({ args: [remote.url, ...args], configDir, env: browser.env });
    hosts.push(host);
    return host;
  };
  return { remote, issuer: started, browser, file, configDir, start };
}

const MACHINE = {
  client_id: "machine",
  grant_types: ["client_credentials"],
  response_types: [],
  redirect_uris: [],
  scope: SCOPE,
};
const MACHINES = { clientCredentials: { enabled: true } };

describe("grants without a redirect", { timeout: 90_000 }, () => {
  test("[AUTH-13] client credentials with a secret", async (t) => {
    const all = await startAll(t, {
      clients: [
        { ...MACHINE, client_secret: "s3cret/+", token_endpoint_auth_method: "client_secret_basic" } as never,
      ],
      more: { features: MACHINES },
    });
    const info = all.file("client.json", JSON.stringify({ client_id: "machine", client_secret: "s3cret/+" }));
    const refused = await all
      .start(["--no-provisional", "--client-credentials", "--static-oauth-client-info", `@${info}`])
      .initialize();
    assert.match(JSON.stringify(refused.error), /AUTH_ISSUER_NEEDED/);
    const named = ["--issuer", all.issuer.url];
    const host = all.start(["--client-credentials", "--static-oauth-client-info", `@${info}`, ...named]);
    assert.ok((await host.initialize()).result, host.stderr);
    await all.issuer.expireAccessTokens();
    assert.ok((await host.request("tools/list")).result, host.stderr);
    assert.deepEqual(all.issuer.granted, ["client_credentials", "client_credentials"]);
    assert.deepEqual(all.browser.opened(), []);
  });

  test("[AUTH-13] client credentials with a private key", async (t) => {
    const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), alg: "ES256", use: "sig", kid: "one" };
    const all = await startAll(t, {
      clients: [
        {
          ...MACHINE,
          token_endpoint_auth_method: "private_key_jwt",
          token_endpoint_auth_signing_alg: "ES256",
          jwks: { keys: [jwk] },
        } as never,
      ],
      more: { features: MACHINES },
    });
    const info = all.file("client.json", JSON.stringify({ client_id: "machine" }));
    const key = all.file("key.pem", await exportPKCS8(privateKey));
    const host = all.start([
      "--client-credentials",
      ...["--private-key", key],
      ...["--issuer", all.issuer.url],
      ...["--static-oauth-client-info", `@${info}`],
    ]);
    assert.ok((await host.initialize()).result, host.stderr);
    assert.deepEqual(all.issuer.granted, ["client_credentials"]);
  });

  test("[AUTH-12] --device-code: the address and the code are on stderr; no redirect", async (t) => {
    const all = await startAll(t, {
      clients: [
        {
          client_id: "tv",
          token_endpoint_auth_method: "none",
          application_type: "native",
          grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
          response_types: [],
          redirect_uris: [],
        } as never,
      ],
    });
    const info = all.file("client.json", JSON.stringify({ client_id: "tv" }));
    const host = all.start(["--no-provisional", "--device-code", "--static-oauth-client-info", `@${info}`]);
    const hello = host.initialize();
    const [address] = await host.stderrMatching(/http:\/\/localhost:\d+\/device\S*/, 15_000);
    const pages = await consent(new URL(address.replace(/[).,]+$/, "")));
    assert.equal(pages.at(-1)?.status, 200, pages.at(-1)?.html);
    assert.ok((await hello).result, host.stderr);
    assert.deepEqual(all.issuer.granted, ["urn:ietf:params:oauth:grant-type:device_code"]);
  });
});

describe("tokens bound to a key", { timeout: 90_000 }, () => {
  const pushedAuthorizationRequests = { enabled: true, requirePushedAuthorizationRequests: true };
  for (const [how, features] of [
    ["", {}],
    [", the code bound by a pushed request [AUTH-14]", { pushedAuthorizationRequests }],
  ] as const)
    test(`[AUTH-13] DPoP with nonces where the remote asks for it${how}`, async (t) => {
      const seen = new Set<string>();
      let nonce = "first-nonce";
      let faults: string[] = [];
      const all = await startAll(
        t,
        { more: { features: { dPoP: { enabled: true }, ...features } } },
        async (exchange, issuer) => {
          const token = /^DPoP (.+)$/.exec(String(exchange.headers.authorization))?.[1] ?? "";
          const found = await issuer.find(token);
          const fault = await dpopFault(exchange, { thumbprint: found?.jkt, nonce, seen });
          if (fault !== undefined) faults.push(fault);
          return fault;
        },
      );
      all.remote.server.script("mcp", async (exchange, normally) => {
        const answer = await normally();
        const challenged = answer.status === 401;
        const reason = faults.at(-1) === "nonce" ? 'error="use_dpop_nonce"' : 'error="invalid_token"';
        const challenge = `DPoP ${exchange.headers.authorization ? `${reason}, ` : ""}algs="ES256", resource_metadata="${all.remote.metadataUrl}"`;
        const headers = { ...answer.headers, "dpop-nonce": nonce };
        return { ...answer, headers: challenged ? { ...headers, "www-authenticate": challenge } : headers };
      });
      all.remote.server.script("resource-metadata", {
        body: {
          ...all.remote.metadata(),
          dpop_bound_access_tokens_required: true,
          dpop_signing_alg_values_supported: ["ES256"],
        },
      });
      const host = all.start(["--no-provisional"]);
      assert.ok((await host.initialize()).result, host.stderr);
      assert.ok((await host.request("tools/list")).result, host.stderr);
      assert.ok(
        faults.every((fault) => fault === "nonce"),
        faults.join(),
      );
      faults = [];
      nonce = "second-nonce";
      assert.ok((await host.request("tools/list")).result, host.stderr);
      assert.deepEqual(faults, ["nonce"], "the old nonce once, then the new one");
      assert.equal(all.browser.opened().length, 1);
    });
});

describe("signing out", { timeout: 60_000 }, () => {
  test("[TOK-10] logout revokes at the issuer, then forgets", async (t) => {
    const all = await startAll(t, {});
    // A host that is answered before there is a sign-in could be gone before there is a token.
    const host = all.start(["--no-provisional"]);
    assert.ok((await host.initialize()).result, host.stderr);
    const sent = String(all.remote.server.to("mcp").at(-1)?.headers.authorization).replace("Bearer ", "");
    assert.ok(await all.issuer.verify(sent));
    await host.endInput();
    const child = spawn(
      process.execPath,
      [PROGRAM, "logout", all.remote.url, "--config-dir", all.configDir, "--store", "file"],
      { env: programEnvironment(all.configDir), stdio: "pipe" },
    );
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        text += chunk.toString("utf8");
      });
    const [code] = await once(child, "close");
    assert.equal(code, 0, text);
    assert.equal(await all.issuer.verify(sent), undefined, "the access token still works");
    const again = all.start(["--no-provisional"]);
    assert.ok((await again.initialize()).result, again.stderr);
    assert.equal(all.browser.opened().length, 2);
  });
});
