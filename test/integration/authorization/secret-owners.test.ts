// Every secret has an owner: what an impostor, or one issuer in another's place, is sent of it. Nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../../src/core/text/secret.ts";
import { refuseToOpen, scriptedBrowser } from "../../support/browsers/browser.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import { nameIssuer, sentTo } from "../../support/issuers/impostor.ts";
import { never, recordOf, signedIn } from "../../support/issuers/signed-in.ts";
import { startStrictIssuer } from "../../support/issuers/strict-issuer.ts";

const SECRET = "canary-of-the-client";
const CLIENT = {
  clientId: "known-client",
  secret: SECRET,
  auth: "client_secret_basic" as const,
  redirectUris: ["http://localhost/oauth/callback"],
  anyPort: true,
};
const GIVEN = { clientId: CLIENT.clientId, clientSecret: new Secret(SECRET) };

test("[TOK-2] [REG-2] who only calls himself the trusted issuer gets no client, no code and no token", async (t) => {
  const named = "https://named.example";
  const scene = await startScene(t, { metadata: { issuer: named } });
  scene.issuer.consent = { decision: "approve", iss: named };
  const impostor = await startStrictIssuer({ metadata: { issuer: named } });
  t.after(() => impostor.close());
  const trustIssuer = { asked: scene.issuer.url, named };
  const rig = scene.rig({ settings: { trustIssuer } });
  assert.equal(await rig.call(), 200);
  const { remote } = scene;
  const body = { ...remote.metadata(), authorization_servers: [impostor.url] };
  remote.server.script("unknown", { body });
  const elsewhere = `resource_metadata="${remote.server.origin}/elsewhere"`;
  const challenge = `Bearer error="insufficient_scope", scope="more", ${elsewhere}`;
  remote.server.script("mcp", { status: 403, headers: { "www-authenticate": challenge } });
  await failing("AUTH_ISSUER_MISMATCH", rig.call(), impostor.url, named);
  assert.deepEqual([...new Set(impostor.server.ledger.map(({ endpoint }) => endpoint))], ["metadata"]);
  assert.notEqual(rig.shared.record?.discovery?.issuerMetadataUrl, null);
  assert.ok(rig.shared.record?.discovery?.issuerMetadataUrl?.startsWith(scene.issuer.url));
});

test("[DISC-6] [REG-2] --trust-issuer does not loosen what a client is bound to", async (t) => {
  const scene = await startScene(t, { clients: [CLIENT] });
  const { issuer, rig } = scene;
  const impostor = await startStrictIssuer({ clients: [CLIENT], metadata: { issuer: issuer.url } });
  t.after(() => impostor.close());
  impostor.consent = { decision: "approve", iss: issuer.url };
  nameIssuer(scene, impostor);
  // The user was talked into the very pair: the client is still the named issuer's own.
  const settings = {
    staticClient: { ...GIVEN, issuer: issuer.url },
    trustIssuer: { asked: impostor.url, named: issuer.url },
  };
  await failing(
    "AUTH_CLIENT_ISSUER_MISMATCH",
    rig({ settings, browser: refuseToOpen() }).call(),
    issuer.url,
    impostor.url,
  );
  const machine = { ...settings, grantType: { kind: "client_credentials" } } as const;
  await failing("AUTH_CLIENT_ISSUER_MISMATCH", rig({ settings: machine }).call());
  assert.deepEqual([...new Set(impostor.server.ledger.map(({ endpoint }) => endpoint))], ["metadata"]);
  // Bound to whom the user asked, it is used.
  const bound = { ...settings, staticClient: { ...GIVEN, issuer: impostor.url } };
  const made = rig({ settings: bound, browser: scriptedBrowser() });
  await made.call({ most: 1 }).catch(() => {});
  assert.equal(recordOf(made).grant?.foundUnder, impostor.url);
  assert.ok(!sentTo(issuer).includes(SECRET));
});

test("[REG-2] [TOK-2] what was made with an issuer is not used with who is trusted to call himself so", async (t) => {
  const { issuer, remote, rig } = await signedIn(t, {
    metadata: { token_endpoint_auth_methods_supported: ["client_secret_post"] },
  });
  const impostor = await startStrictIssuer({ metadata: { issuer: issuer.url } });
  t.after(() => impostor.close());
  impostor.consent = { decision: "approve", iss: issuer.url };
  const { shared } = rig;
  const secret = shared.record?.clients[0]?.clientSecret?.reveal() ?? assert.fail();
  const refresh = shared.record?.grant?.refreshToken?.reveal() ?? assert.fail();
  nameIssuer({ remote }, impostor);
  issuer.revokeEverything();
  const { call } = (await startScene(t)).rig({
    remote: remote.url,
    shared,
    settings: { trustIssuer: { asked: impostor.url, named: issuer.url } },
  });
  await call({ method: "tools/call", name: "echo", most: 2 }).catch(() => {});
  assert.equal(impostor.server.to("register").length, 1);
  const sent = sentTo(impostor);
  assert.ok(!sent.includes(secret) && !sent.includes(refresh));
  assert.equal(shared.record?.clients.length, 2);
});

test("[DISC-3] [TOK-2] a grant is renewed and revoked where it was made, whoever was named since", async (t) => {
  const { issuer, remote, clock, rig, silent } = await signedIn(t, { tokenLifeS: 100 });
  const other = await startStrictIssuer();
  t.after(() => other.close());
  nameIssuer({ remote }, other);
  const { issuer: _, ...found } = recordOf(rig).discovery ?? assert.fail();
  const { token_endpoint, issuer: named } = other.metadata();
  const replaced = { ...found, issuer: { issuer: String(named), token_endpoint: String(token_endpoint) } };
  // A sign-in at the other one began, and nobody finished it: metadata, client and all.
  rig.shared.record = { ...recordOf(rig), discovery: replaced, clients: [] };
  await clock.advance(100_000);
  assert.equal(await silent().call(), 200);
  assert.equal(issuer.server.to("token").at(-1)?.form.get("grant_type"), "refresh_token");
  const report = await silent().authorizer.signOut(never);
  assert.equal(report.revoked, "yes");
  assert.equal(issuer.server.to("revoke").length, 2);
  assert.equal(other.server.ledger.length, 0);
  issuer.assertClean();
});

test("[PROC-5] a grant of an earlier build, without its endpoints, is renewed by what discovery found", async (t) => {
  const { issuer, clock, rig, silent } = await signedIn(t, { tokenLifeS: 100 });
  const { source: _, ...grant } = recordOf(rig).grant ?? assert.fail();
  rig.shared.record = { ...recordOf(rig), grant };
  await clock.advance(100_000);
  assert.equal(await silent().call(), 200);
  assert.equal(recordOf(rig).grant?.source?.metadata.token_endpoint, issuer.endpoint("token"));
  assert.equal((await silent().authorizer.signOut(never)).revoked, "yes");
});
