import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../../src/core/text/secret.ts";
import { refuseToOpen } from "../../support/browsers/browser.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import { quietPort } from "../../support/remotes/quiet-port.ts";

test("[REG-3] a registration asks for what a native program needs, and for every scope that may be wanted", async (t) => {
  const { issuer, remote, rig } = await startScene(
    t,
    {},
    { scope: "read", metadata: { scopes_supported: ["read", "write"] } },
  );
  const { call, shared } = rig();
  assert.equal(await call(), 200);
  assert.deepEqual(issuer.server.to("register")[0]?.json, {
    client_name: "mcp-drawbridge",
    redirect_uris: [shared.record?.clients[0]?.redirectUris[0]],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    application_type: "native",
    token_endpoint_auth_method: "none",
    scope: "read write",
  });
  assert.equal(issuer.server.to("authorize")[0]?.url.searchParams.get("scope"), "read");
  remote.assertClean();
});

test("[REG-4] [DISC-11] a refused registration shows the issuer's words, address and status; no browser", async (t) => {
  const { issuer, rig } = await startScene(t);
  issuer.server.script("register", {
    status: 400,
    body: { error: "invalid_client_metadata", error_description: "No\u001b[31m robots <b>" },
  });
  const { call, shared } = rig({ browser: refuseToOpen() });
  const failure = await failing(
    "AUTH_REGISTRATION_REFUSED",
    call(),
    `${issuer.endpoint("register")} answered 400`,
    "invalid_client_metadata",
    "No [31m robots <b>",
  );
  assert.doesNotMatch(failure.message, /\u001b/);
  assert.equal(issuer.server.to("register").length, 1);
  assert.deepEqual(shared.record?.clients ?? [], []);
});

test("[REG-4] a complaint about the redirect is met once with the other loopback name", async (t) => {
  const { issuer, rig } = await startScene(t);
  const complaint = { status: 400, body: { error: "invalid_redirect_uri" } };
  issuer.server.script("register", complaint, 1);
  assert.equal(await rig().call(), 200);
  const asked = issuer.server
    .to("register")
    .map(({ json }) => (json as { redirect_uris: string[] }).redirect_uris[0]);
  assert.deepEqual(
    asked.map((uri) => new URL(uri ?? "").hostname),
    ["localhost", "127.0.0.1"],
  );
  issuer.assertClean();
  issuer.server.script("register", complaint);
  await failing("AUTH_REGISTRATION_REFUSED", rig({ browser: refuseToOpen() }).call(), "invalid_redirect_uri");
  assert.equal(issuer.server.to("register").length, 4);
});

test("[REG-5] a registration follows 307 and 308 at its own origin, and nowhere else", async (t) => {
  const { issuer, rig } = await startScene(t);
  for (const status of [307, 308]) {
    issuer.server.script("register", { status, headers: { location: "/as/clients-here?moved" } }, 1);
    assert.equal(await rig().call(), 200);
    const [first, second] = issuer.server.to("register").slice(-2);
    assert.equal(second?.url.search, "?moved");
    assert.equal(second?.body, first?.body);
  }
  for (const [status, location] of [
    [302, "/as/clients-here"],
    [307, "https://elsewhere.example/r"],
  ] as const) {
    issuer.server.script("register", { status, headers: { location } });
    await failing(
      "AUTH_REGISTRATION_REFUSED",
      rig({ browser: refuseToOpen() }).call(),
      `answered ${status}`,
      location,
    );
    issuer.server.unscript();
  }
});

test("[REG-5] an initial access token goes to the registration endpoint, and nowhere else", async (t) => {
  const { issuer, remote, rig } = await startScene(t, { registration: { initialToken: "initial-token" } });
  const failure = await failing("AUTH_REGISTRATION_REFUSED", rig({ browser: refuseToOpen() }).call(), "401");
  assert.match(failure.hint, /--registration-token/);
  const settings = { registrationToken: new Secret("initial-token"), issuer: issuer.url };
  const { call } = rig({ settings });
  assert.equal(await call(), 200);
  for (const { endpoint, headers } of [...issuer.server.ledger, ...remote.server.ledger])
    assert.equal(
      JSON.stringify(headers).includes("initial-token"),
      endpoint === "register" && headers.authorization !== undefined,
    );
});

test("[REG-1] no way to get a client: the error names issuer, redirect URI and flag; no browser", async (t) => {
  const { issuer, rig } = await startScene(t, { registration: false });
  const { call } = rig({
    browser: refuseToOpen(),
    settings: { redirect: { host: "localhost", path: "/oauth/callback", port: 4711 } },
  });
  const failure = await failing("AUTH_CLIENT_NEEDED", call(), issuer.url);
  assert.match(failure.hint, /http:\/\/localhost:4711\/oauth\/callback.*--static-oauth-client-info/);
});

test("[REG-2] a given client that belongs to another issuer goes nowhere", async (t) => {
  const { issuer, rig } = await startScene(t);
  const staticClient = {
    clientId: "known-client",
    clientSecret: new Secret("s"),
    issuer: "https://other.example",
  };
  await failing(
    "AUTH_CLIENT_ISSUER_MISMATCH",
    rig({ browser: refuseToOpen(), settings: { staticClient } }).call(),
    "https://other.example",
    issuer.url,
  );
  assert.deepEqual(issuer.server.to("token"), []);
});

test("[REG-2] a given client without issuer belongs to the first one that it signed in with", async (t) => {
  const { issuer, remote, rig } = await startScene(t);
  const settings = { staticClient: { clientId: "known-client" } };
  const { call, shared } = rig({ settings });
  assert.equal(await call(), 200);
  assert.equal(await shared.owners.of("client"), issuer.url);
  const other = await startScene(t);
  remote.server.script("resource-metadata", () => ({
    body: { ...remote.metadata(), authorization_servers: [other.issuer.url] },
  }));
  issuer.revokeEverything();
  await failing(
    "AUTH_CLIENT_ISSUER_MISMATCH",
    rig({ settings, shared, browser: refuseToOpen() }).call({ method: "tools/call", name: "x" }),
    issuer.url,
    other.issuer.url,
  );
});

test("[REG-1] in a terminal the client's id is asked for, saved, and used from then on", async (t) => {
  const { issuer, rig } = await startScene(t, { registration: false });
  // It is listened at again later, so nobody else may be given it meanwhile.
  const redirect = { host: "localhost", path: "/oauth/callback", port: await quietPort() };
  const made = rig({ settings: { redirect } });
  const { signal } = new AbortController();
  await failing("AUTH_CLIENT_NEEDED", made.signIn({ askClient: async () => " " }, signal), issuer.url);
  const asked: unknown[] = [];
  const outcome = await made.signIn(
    {
      askClient: async (needed) => {
        asked.push(needed);
        const { redirectUri } = needed;
        issuer.state.clients.set("by-hand", {
          clientId: "by-hand",
          auth: "none",
          redirectUris: [redirectUri],
        });
        return "by-hand\n";
      },
    },
    signal,
  );
  assert.equal(outcome, "signed in");
  const redirectUri = issuer.server.to("authorize")[0]?.url.searchParams.get("redirect_uri");
  assert.deepEqual(asked, [{ issuer: issuer.url, redirectUri }]);
  issuer.expireAccessTokens();
  assert.equal(
    await rig({ shared: made.shared, browser: refuseToOpen(), settings: { redirect } }).call(),
    200,
  );
  issuer.revokeEverything();
  assert.equal(await made.call({ method: "tools/call", name: "echo" }), 404);
  issuer.assertClean();
});
