import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyRecord } from "../../../src/core/oauth/vault-record.ts";
import { refuseToOpen, scriptedBrowser } from "../../support/browsers/browser.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import { startStrictIssuer } from "../../support/issuers/strict-issuer.ts";
import { sharedVault } from "../../support/stores/memory-vault.ts";

test("[DISC-7] [DISC-11] a fault of metadata is no absence: tried twice, then every address and status is told", async (t) => {
  const faults: [string, object, RegExp][] = [
    ["503", { status: 503 }, /answered 503/],
    [
      "not JSON",
      { status: 200, headers: { "content-type": "application/json" }, body: "{oops" },
      /not a JSON object/,
    ],
    [
      "a web page",
      { status: 200, headers: { "content-type": "text/html" }, body: "<p>Hello" },
      /not a JSON object/,
    ],
    ["too large", { status: 200, body: "x".repeat(1_100_000) }, /larger than 1 MiB|NETWORK_TOO_LARGE/],
    ["cut", { reset: true }, /NETWORK_/],
    [
      "redirect elsewhere",
      { status: 302, headers: { location: "https://elsewhere.example/x?y=z" } },
      /elsewhere\.example\/x/,
    ],
    ["too deep", { status: 200, body: `{"a":${"[".repeat(64)}${"]".repeat(64)}}` }, /not a JSON object/],
  ];
  for (const endpoint of ["resource-metadata", "metadata"])
    for (const [name, answer, told] of faults)
      await t.test(`${endpoint}: ${name}`, async (t) => {
        const { issuer, remote, rig } = await startScene(t);
        const server = endpoint === "metadata" ? issuer.server : remote.server;
        server.script(endpoint, answer);
        const browser = refuseToOpen();
        const { call, shared } = rig({ browser });
        const failure = await call().then(
          () => assert.fail("It signed in."),
          (error) => error,
        );
        if (endpoint === "metadata" && name === "a web page")
          assert.equal(failure.code, "AUTH_DISCOVERY_FAILED");
        assert.match(failure.message, told);
        const asked = server.to(endpoint)[0]?.url;
        assert.ok(failure.message.includes(`${asked?.origin}${asked?.pathname}`), failure.message);
        assert.deepEqual(browser.opened, []);
        assert.equal(shared.record?.discovery, undefined);
        if (name === "503") {
          const first = server.to(endpoint).filter(({ url }) => url.href === asked?.href);
          assert.equal(first.length, 2);
        }
        // And when it is mended, it works at once.
        server.unscript();
        assert.equal(await rig({ shared, browser: scriptedBrowser() }).call(), 200);
      });
});

test("[DISC-7] a fault of a moment is met by the second try", async (t) => {
  const { issuer, rig } = await startScene(t);
  issuer.server.script("metadata", { status: 502 }, 1);
  assert.equal(await rig().call(), 200);
});

test("[DISC-4] metadata about another resource: refused, with both names; nothing is asked, nothing saved", async (t) => {
  const { issuer, remote, rig } = await startScene(
    t,
    {},
    { metadata: { resource: "https://other.example/mcp" } },
  );
  const { call, shared } = rig({ browser: refuseToOpen() });
  const failure = await failing("AUTH_RESOURCE_MISMATCH", call(), "https://other.example/mcp", remote.url);
  assert.match(failure.hint, /--resource/);
  assert.equal(issuer.server.ledger.length, 0);
  assert.equal(shared.record?.grant ?? shared.record?.discovery, undefined);
});

test("[DISC-4] [AUTH-2] the resource goes to the issuer as published, without a slash added", async (t) => {
  const { issuer, remote, rig } = await startScene(t, {}, {});
  const published = new URL(remote.url).origin;
  remote.server.script("resource-metadata", { body: { ...remote.metadata(), resource: published } });
  issuer.state.expect.resource = published;
  const made = rig({ more: {} });
  await made.call({ most: 1 }).catch(() => {});
  issuer.assertClean();
  assert.equal(issuer.server.to("token")[0]?.form.get("resource"), published);
});

test("[DISC-6] [DISC-11] an issuer that names another is refused, until the user trusts that one", async (t) => {
  const { issuer, rig } = await startScene(t, { metadata: { issuer: "https://named.example" } });
  const { call } = rig({ browser: refuseToOpen() });
  const failure = await failing("AUTH_ISSUER_MISMATCH", call(), issuer.url, "https://named.example");
  assert.match(failure.hint, /--trust-issuer/);
  issuer.consent = { decision: "approve", iss: "https://named.example" };
  assert.ok(failure.hint.includes(`${issuer.url}=https://named.example`), failure.hint);
  const named = "https://named.example";
  const trusting = rig({ settings: { trustIssuer: { asked: issuer.url, named } } });
  assert.equal(await trusting.call(), 200);
  assert.equal(trusting.shared.record?.grant?.issuer, "https://named.example");
  for (const trustIssuer of [
    { asked: issuer.url, named: "https://third.example" },
    { asked: "https://third.example", named },
  ])
    await failing("AUTH_ISSUER_MISMATCH", rig({ settings: { trustIssuer } }).call());
});

test("[DISC-8] several issuers: the known one, else the first, else the user's choice", async (t) => {
  const second = await startStrictIssuer({});
  t.after(() => second.close());
  const { issuer, remote, rig } = await startScene(t);
  remote.server.script("resource-metadata", () => ({
    body: { ...remote.metadata(), authorization_servers: [issuer.url, second.url] },
  }));
  const chosen = async (shared: ReturnType<typeof sharedVault>, settings = {}) => {
    const browser = scriptedBrowser();
    await rig({ shared, settings, browser })
      .call({ most: 1 })
      .catch(() => {});
    return browser.opened[0]?.origin;
  };
  assert.equal(await chosen(sharedVault()), issuer.url);
  assert.equal(await chosen(sharedVault(), { issuer: second.url }), second.url);
  const client = {
    origin: "dynamic" as const,
    issuer: second.url,
    clientId: "known-client",
    tokenEndpointAuth: "none" as const,
    redirectUris: ["http://localhost/oauth/callback"],
  };
  const known = { ...emptyRecord(remote.url), clients: [client] };
  assert.equal(await chosen(sharedVault(known)), second.url);
  assert.equal(second.server.to("register").length, 1);
});

test("[DISC-9] a remote of 2025-03-26 is its own issuer: metadata at its origin, else the default endpoints", async (t) => {
  const { issuer, remote, rig } = await startScene(t, {}, { metadataAt: "none" });
  const { origin } = new URL(remote.url);
  remote.server.script("well-known", ({ url }) =>
    url.pathname === "/.well-known/oauth-authorization-server"
      ? { body: { ...issuer.metadata(), issuer: origin } }
      : { status: 404 },
  );
  issuer.consent = { decision: "approve", iss: origin };
  const { call, shared } = rig();
  assert.equal(await call(), 200);
  assert.equal(shared.record?.discovery?.issuer.issuer, origin);
  assert.deepEqual(
    remote.server.to("well-known").map(({ url }) => url.pathname),
    [
      "/.well-known/oauth-protected-resource/mcp",
      "/.well-known/oauth-protected-resource",
      "/.well-known/oauth-authorization-server",
    ],
  );

  remote.server.unscript();
  remote.violations.splice(0);
  await failing(
    "AUTH_DISCOVERY_FAILED",
    rig({ browser: refuseToOpen() }).call(),
    `${origin}/register`,
    "404",
  );
});

test("[DISC-10] a later sign-in uses the remembered metadata; a refused token makes it look again", async (t) => {
  const { issuer, remote, rig } = await startScene(t);
  const browser = scriptedBrowser();
  const { call, shared } = rig({ browser });
  await call();
  const looks = () => issuer.server.to("metadata").length;
  assert.equal(looks(), 1);
  const { grant: _, ...signedOut } = shared.record ?? assert.fail();
  const fresh = sharedVault(signedOut);
  assert.equal(await rig({ shared: fresh }).call(), 200);
  assert.equal(looks(), 1);
  const old = sharedVault({
    ...signedOut,
    discovery: { ...(signedOut.discovery ?? assert.fail()), discoveredAtMs: Date.now() - 86_500_000 },
  });
  assert.equal(await rig({ shared: old }).call(), 200);
  assert.equal(looks(), 2);
  issuer.revokeEverything();
  assert.equal(await call({ method: "tools/call", name: "echo" }), 200);
  assert.equal(looks(), 3);
  remote.assertClean();
});

test("[DISC-3] [REG-2] the issuer changes: a new registration there, and no old secret or token is sent to it", async (t) => {
  const other = await startStrictIssuer({});
  t.after(() => other.close());
  const { issuer, remote, rig } = await startScene(t, {
    metadata: { token_endpoint_auth_methods_supported: ["client_secret_post"] },
  });
  const { call, shared } = rig();
  await call();
  const secret = shared.record?.clients[0]?.clientSecret?.reveal() ?? assert.fail();
  const refresh = shared.record?.grant?.refreshToken?.reveal() ?? assert.fail();
  remote.server.script("resource-metadata", () => ({
    body: { ...remote.metadata(), authorization_servers: [other.url] },
  }));
  issuer.revokeEverything();
  await call({ method: "tools/call", name: "echo", most: 2 }).catch(() => {});
  assert.equal(other.server.to("register").length, 1);
  assert.equal(shared.record?.grant?.issuer, other.url);
  for (const { body, headers } of other.server.ledger) {
    const all = body + JSON.stringify(headers);
    assert.ok(!all.includes(secret) && !all.includes(refresh));
  }
});

test("[LIM-1] metadata at a private address that nobody named is not asked for; the flag is", async (t) => {
  const { remote, rig } = await startScene(t, {}, {});
  remote.server.script("resource-metadata", () => ({
    body: { ...remote.metadata(), authorization_servers: ["https://10.11.12.13"] },
  }));
  const failure = await failing("NETWORK_BLOCKED_ADDRESS", rig().call(), "https://10.11.12.13/.well-known");
  assert.match(failure.hint, /--allow-private-network/);
});

test("[DISC-10] after a sign-in that failed the metadata is looked at again: somebody may have mended it", async (t) => {
  const { issuer, rig } = await startScene(t);
  const { registration_endpoint: _, ...closed } = issuer.metadata();
  issuer.server.script("metadata", { body: closed }, 1);
  const made = rig({ browser: scriptedBrowser() });
  await failing("AUTH_CLIENT_NEEDED", made.call());
  issuer.server.script(
    "metadata",
    { body: { ...issuer.metadata(), token_endpoint: `${issuer.url}/moved` } },
    1,
  );
  await failing("AUTH_EXCHANGE_FAILED", made.call(), `${issuer.url}/moved`, "404");
  issuer.state.violations.splice(0);
  assert.equal(await made.call({ method: "tools/call", name: "echo" }), 404);
  assert.equal(issuer.server.to("metadata").length, 3);
  issuer.assertClean();
});
