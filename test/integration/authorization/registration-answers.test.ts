import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import type { PendingAuthorization } from "../../../src/core/oauth/vault-record.ts";
import { Secret } from "../../../src/core/text/secret.ts";
import { refuseToOpen, scriptedBrowser } from "../../support/browsers/browser.ts";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import { sharedVault } from "../../support/stores/memory-vault.ts";

test("[REG-7] a registration that the issuer forgot is replaced once, in the same tab; nothing else is lost", async (t) => {
  for (const where of ["redirect", "token"] as const)
    await t.test(where, async (t) => {
      const { issuer, rig } = await startScene(t);
      const browser = scriptedBrowser();
      const { call, shared } = rig({ browser });
      await call();
      const old = shared.record?.clients[0]?.clientId ?? assert.fail();
      const { grant: _, ...rest } = shared.record ?? assert.fail();
      const learned = { omitOfflineAccess: true } as const;
      const later = sharedVault({ ...rest, learned });
      if (where === "redirect") {
        issuer.server.script(
          "authorize",
          ({ url }) => {
            const back = new URL(url.searchParams.get("redirect_uri") ?? "");
            for (const name of ["state"]) back.searchParams.set(name, url.searchParams.get(name) ?? "");
            back.searchParams.set("iss", issuer.url);
            back.searchParams.set("error", "unauthorized_client");
            return { status: 302, headers: { location: back.href } };
          },
          1,
        );
      } else issuer.server.script("token", { status: 401, body: { error: "invalid_client" } }, 1);
      const again = scriptedBrowser();
      assert.equal(await rig({ shared: later, browser: again }).call(), 200);
      assert.equal(again.opened.length, 1);
      assert.equal((await again.pages()).at(-1)?.status, 200);
      assert.equal(issuer.server.to("register").length, 2);
      assert.notEqual(later.record?.clients[0]?.clientId, old);
      assert.equal(later.record?.clients.length, 1);
      assert.deepEqual(later.record?.learned, learned);
    });
});

test("[REG-7] a client that was registered for this very sign-in is not replaced again", async (t) => {
  const { issuer, rig } = await startScene(t);
  issuer.server.script("token", { status: 401, body: { error: "invalid_client" } });
  const browser = scriptedBrowser();
  await failing("AUTH_CLIENT_REJECTED", rig({ browser }).call(), issuer.endpoint("token"), "401");
  assert.equal(issuer.server.to("register").length, 1);
  assert.equal((await browser.pages()).at(-1)?.status, 400);
});

test("[REG-7] a refresh by a client that the issuer forgot leads to one new registration and sign-in", async (t) => {
  const { issuer, rig } = await startScene(t);
  const { call, shared } = rig();
  await call();
  issuer.state.clients.clear();
  issuer.expireAccessTokens();
  const again = rig({ shared });
  assert.equal(await again.call({ method: "tools/call", name: "echo" }).catch(String), 404);
  assert.equal(issuer.server.to("register").length, 2);
});

test("[REG-8] the issuer's answer counts: other redirects, methods, secrets; and what it garbles does not loop", async (t) => {
  const table: [string, Record<string, unknown>][] = [
    ["a rewritten redirect that cannot be served", { redirect_uris: ["https://proxy.example/callback"] }],
    ["no redirects", { redirect_uris: undefined }],
    ["redirects garbled", { redirect_uris: "http://localhost/x" }],
    [
      "a secret nobody asked for",
      { client_secret: "surprise", token_endpoint_auth_method: "client_secret_post" },
    ],
    ["a secret without a method", { client_secret: "surprise", token_endpoint_auth_method: undefined }],
    [
      "a secret that ended long ago",
      { client_secret: "s", client_secret_expires_at: 1, token_endpoint_auth_method: "client_secret_basic" },
    ],
    [
      "an expiry in words",
      {
        client_secret: "s",
        client_secret_expires_at: "never",
        token_endpoint_auth_method: "client_secret_basic",
      },
    ],
  ];
  for (const [name, answers] of table)
    await t.test(name, async (t) => {
      const { issuer, rig } = await startScene(t, { registration: { answers } });
      // What the issuer says and what it does differ here; it goes by what it does.
      issuer.server.script("register", async (exchange, normally) => {
        const answer = await normally();
        const body = answer.body as Record<string, unknown>;
        const asked = exchange.json as { redirect_uris: string[] };
        const clientId = String(body.client_id);
        const auth =
          body.client_secret === undefined
            ? "none"
            : ((body.token_endpoint_auth_method ?? "client_secret_basic") as "client_secret_basic");
        issuer.state.clients.set(clientId, {
          clientId,
          auth,
          secret: body.client_secret as string | undefined,
          redirectUris: asked.redirect_uris,
        });
        return answer;
      });
      const { call, shared } = rig();
      assert.equal(await call(), 200);
      issuer.expireAccessTokens();
      assert.equal(await rig({ shared, browser: refuseToOpen() }).call(), 200);
      issuer.revokeEverything();
      assert.equal(await rig({ shared }).call(), 200);
      assert.equal(issuer.server.to("register").length, 1);
      issuer.assertClean();
    });
});

test("[REG-8] where the issuer registered another loopback redirect, that one is used", async (t) => {
  const { issuer, rig } = await startScene(t);
  issuer.server.script("register", async ({ json }, normally) => {
    const answer = await normally();
    const { port } = new URL((json as { redirect_uris: string[] }).redirect_uris[0] ?? "");
    const stated = [`http://127.0.0.1:${port}/moved`];
    const body = { ...(answer.body as object), redirect_uris: stated } as Record<string, unknown>;
    const clientId = String(body.client_id);
    issuer.state.clients.set(clientId, { clientId, auth: "none", redirectUris: stated });
    return { ...answer, body };
  });
  assert.equal(await rig().call(), 200);
  assert.match(
    issuer.server.to("authorize")[0]?.url.searchParams.get("redirect_uri") ?? "",
    /127\.0\.0\.1:\d+\/moved$/,
  );
  issuer.assertClean();
});

test("[REG-8] an answer without client id is refused, with status and address; nothing is saved", async (t) => {
  const { issuer, rig } = await startScene(t);
  for (const body of [{}, { client_id: 7 }, "<html>"]) {
    issuer.server.script("register", { status: 201, body });
    const { call, shared } = rig({ browser: refuseToOpen() });
    await failing("AUTH_REGISTRATION_REFUSED", call(), issuer.endpoint("register"), "201");
    assert.deepEqual(shared.record?.clients ?? [], []);
    issuer.server.unscript();
  }
});

test("[REG-6] the redirects that a metadata document lists are kept to", async (t) => {
  const document = "https://client.example/metadata.json";
  const { issuer, rig } = await startScene(t, { metadata: { client_id_metadata_document_supported: true } });
  issuer.acceptDocument(document, { redirect_uris: ["http://127.0.0.1/listed"] });
  const served = { client_id: document, client_name: "x", redirect_uris: ["http://127.0.0.1/listed"] };
  const made = rig({
    settings: { clientMetadataUrl: new URL(document) },
    wrapHttp: (http) => ({
      dropConnections: () => http.dropConnections(),
      close: () => http.close(),
      async send(request) {
        if (request.url.href !== document) return http.send(request);
        return {
          status: 200,
          headers: {},
          headerValues: () => [],
          body: Readable.from([Buffer.from(JSON.stringify(served))]),
        };
      },
    }),
  });
  assert.equal(await made.call(), 200);
  assert.match(
    issuer.server.to("authorize")[0]?.url.searchParams.get("redirect_uri") ?? "",
    /^http:\/\/127\.0\.0\.1:\d+\/listed$/,
  );
  issuer.assertClean();
});

test("[REG-7] nobody came back with a registered client: the issuer may have forgotten it, so the next sign-in registers anew", async (t) => {
  const { issuer, rig } = await startScene(t);
  const { call, shared } = rig();
  await call();
  const { grant: _, ...rest } = shared.record ?? assert.fail();
  const pending = {
    state: new Secret("state"),
    codeVerifier: new Secret("verifier"),
    issuer: issuer.url,
    clientId: rest.clients[0]?.clientId ?? assert.fail(),
    redirectUri: rest.clients[0]?.redirectUris[0] ?? assert.fail(),
    authorizationUrl: new Secret(issuer.endpoint("authorize")),
    startedAtMs: Date.now() + 3_600_000,
    deadlineMs: Date.now() + 3_600_001,
  };
  const clock = manualClock(Date.now() + 7_200_000);
  const registrations = async (ended: Partial<PendingAuthorization>) => {
    const before = issuer.server.to("register").length;
    const later = sharedVault({ ...rest, pending: { ...pending, ...ended } });
    assert.equal(await rig({ shared: later, clock }).call(), 200);
    return issuer.server.to("register").length - before;
  };
  assert.equal(await registrations({}), 1);
  // A denial came back, so the issuer knows the client; one that was new in that sign-in was not forgotten.
  assert.equal(await registrations({ endedWithoutGrant: true }), 0);
  assert.equal(await registrations({ startedAtMs: Date.now() }), 0);
});
