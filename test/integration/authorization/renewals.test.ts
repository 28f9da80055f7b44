// The life of a grant: when it is renewed, where, how often, and what ends it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseToOpen } from "../../support/browsers/browser.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import { ask, recordOf, signedIn } from "../../support/issuers/signed-in.ts";

const CALL = { method: "tools/call", name: "echo" };

test("[TOK-3] a token is renewed a little before it ends: 60 s, or a fifth of a short life", async (t) => {
  for (const [lifeS, stillMs, dueMs] of [
    [3_600, 3_539_000, 3_541_000],
    [100, 79_000, 81_000],
  ] as const) {
    const scene = await signedIn(t, { tokenLifeS: lifeS });
    const { clock, issuer, rig } = scene;
    await clock.advance(stillMs);
    await ask(rig, scene);
    assert.equal(issuer.server.to("token").length, 1);
    await clock.advance(dueMs - stillMs);
    const [one, other] = await Promise.all([ask(rig, scene), ask(rig, scene)]);
    assert.equal(one?.fingerprint, other?.fingerprint);
    assert.equal(issuer.server.to("token").length, 2);
    issuer.assertClean();
  }
});

test("[TOK-2] a refresh goes to the recorded endpoint with the recorded client, whatever metadata says now", async (t) => {
  const { issuer, remote, silent } = await signedIn(t);
  const other = await startScene(t);
  remote.server.script("resource-metadata", {
    body: { ...remote.metadata(), authorization_servers: [other.issuer.url] },
  });
  issuer.server.script("metadata", {
    body: { ...issuer.metadata(), token_endpoint: `${other.issuer.url}/as/tokens-here` },
  });
  issuer.expireAccessTokens();
  assert.equal(await silent().call(), 200);
  assert.equal(issuer.server.to("token").length, 2);
  assert.deepEqual(other.issuer.server.ledger, []);
  issuer.assertClean();
});

test("[TOK-2] a redirect of a token endpoint is not followed", async (t) => {
  const { issuer, silent, rig } = await signedIn(t);
  issuer.expireAccessTokens();
  issuer.server.script("token", { status: 307, headers: { location: "/as/elsewhere" } });
  await failing("AUTH_REFRESH_FAILED", silent().call(), issuer.endpoint("token"), "307");
  assert.equal(issuer.server.to("unknown").length, 0);
  assert.ok(recordOf(rig).grant?.refreshToken);
});

test("[TOK-5] only invalid_grant forgets the grant; then a person signs in", async (t) => {
  const { issuer, rig, silent } = await signedIn(t);
  issuer.expireAccessTokens();
  issuer.server.script(
    "token",
    { status: 400, body: { error: "invalid_grant", error_description: "gone" } },
    1,
  );
  const failure = await failing(
    "AUTH_SIGN_IN_REQUIRED",
    silent().call({ cause: "background" }),
    "invalid_grant",
    "gone",
  );
  assert.equal(failure.url, undefined);
  assert.equal(recordOf(rig).grant, undefined);
  assert.equal(recordOf(rig).clients.length, 1);
  assert.ok(recordOf(rig).discovery);
  assert.equal(await rig.call(CALL), 200);
  assert.equal(issuer.server.to("register").length, 1);
});

test("[TOK-5] a renewal that fails early does not matter while the token is still good", async (t) => {
  const scene = await signedIn(t);
  scene.issuer.server.script("token", { status: 503 });
  await scene.clock.advance(3_545_000);
  assert.ok(await ask(scene.rig, scene));
  assert.equal(await scene.rig.call(CALL), 200);
});

test("[TOK-7] scope and resource are repeated; without a new refresh token the old one stays", async (t) => {
  const { issuer, remote, rig, silent } = await signedIn(t, { rotate: false }, { scope: "read" });
  const before = recordOf(rig).grant?.refreshToken?.reveal();
  issuer.expireAccessTokens();
  assert.equal(await silent().call(), 200);
  const form = issuer.server.to("token").at(-1)?.form;
  assert.deepEqual([form?.get("scope"), form?.get("resource")], ["read", remote.url]);
  assert.equal(recordOf(rig).grant?.refreshToken?.reveal(), before);
  issuer.expireAccessTokens();
  assert.equal(await silent().call(), 200);
  issuer.assertClean();
});

test("[TOK-3] an issuer that grants less than the challenge names: an old token is renewed, not asked for again", async (t) => {
  const { issuer, remote, rig } = await startScene(
    t,
    {},
    { metadata: { scopes_supported: ["read", "more"] } },
  );
  // Whatever is asked for, it gives `read`, and the remote is content with that but names both.
  issuer.server.script("token", async ({ form }, normally) => {
    if (form.get("grant_type") === "refresh_token") form.delete("scope");
    const answer = await normally();
    return { ...answer, body: { ...(answer.body as object), scope: "read" } };
  });
  const challenge = `Bearer resource_metadata="${remote.metadataUrl}", scope="read more"`;
  remote.server.script("mcp", async (_exchange, normally) => {
    const answer = await normally();
    return answer.status === 401 ? { ...answer, headers: { "www-authenticate": challenge } } : answer;
  });
  const made = rig();
  assert.equal(await made.call(), 200);
  issuer.expireAccessTokens();
  assert.equal(await rig({ shared: made.shared, browser: refuseToOpen() }).call(), 200);
});
