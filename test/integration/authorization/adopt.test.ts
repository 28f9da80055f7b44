// Which parts of a sign-in that another program made are taken over, and what becomes of them.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { adoptGrant, type FoundGrant } from "../../../src/auth/adopt/adopt-grant.ts";
import { Secret } from "../../../src/core/text/secret.ts";
import { refuseToOpen } from "../../support/browsers/browser.ts";
import { startScene } from "../../support/issuers/auth-scene.ts";
import { KNOWN_CLIENT } from "../../support/issuers/strict-issuer.ts";

const never = new AbortController().signal;

async function scene(t: TestContext) {
  const { issuer, remote, rig } = await startScene(t);
  const made = rig({ browser: refuseToOpen() });
  const issued = issuer.issueTokens({ clientId: KNOWN_CLIENT, resource: remote.url });
  const found: FoundGrant = {
    accessToken: new Secret(String(issued.access_token)),
    refreshToken: new Secret(String(issued.refresh_token)),
    expiresAtMs: Date.now() + 3_600_000,
    issuer: issuer.url,
    client: { clientId: KNOWN_CLIENT, redirectUris: [], issuer: issuer.url },
  };
  const adopt = (more: Partial<Record<keyof FoundGrant, unknown>> = {}) =>
    adoptGrant({ ...made.options, probe: made.probe }, { ...found, ...more } as FoundGrant, never);
  return { issuer, made, found, adopt };
}

test("[TOK-2] what its issuer is written down for is taken over, used and renewed, without a browser", async (t) => {
  const { issuer, made, adopt } = await scene(t);
  assert.deepEqual(await adopt(), { taken: "all" });
  assert.equal(await made.call(), 200);
  issuer.expireAccessTokens();
  assert.equal(await made.call(), 200);
  assert.equal(issuer.server.to("token").length, 1);
  issuer.assertClean();
});

test("[TOK-2] nobody who is signed in is signed in as somebody else", async (t) => {
  const { made, adopt } = await scene(t);
  await adopt();
  const before = made.shared.record;
  assert.equal((await adopt({ accessToken: new Secret("another") })).taken, "nothing");
  assert.equal(made.shared.record, before);
});

for (const [what, more] of [
  ["no issuer is written down with the tokens", { issuer: undefined }],
  [
    "the server names another issuer now",
    {
      issuer: "https://other.example",
      client: { clientId: KNOWN_CLIENT, redirectUris: [], issuer: "https://other.example" },
    },
  ],
  ["no issuer is written down with the client", { client: { clientId: KNOWN_CLIENT, redirectUris: [] } }],
  [
    "the client is another issuer's",
    { client: { clientId: KNOWN_CLIENT, redirectUris: [], issuer: "https://other.example" } },
  ],
  ["nothing is known of the client", { client: undefined }],
] as const)
  test(`[TOK-2] the access token alone is taken over where ${what}`, async (t) => {
    const { issuer, made, adopt } = await scene(t);
    const adopted = await adopt(more);
    assert.equal(adopted.taken, "access token");
    assert.equal(made.shared.record?.grant?.refreshToken, undefined);
    assert.deepEqual(made.shared.record?.clients, []);
    assert.equal(await made.call(), 200);
    // Signing out asks nobody to revoke it: nobody knows whom.
    await made.authorizer.signOut(never);
    assert.deepEqual([issuer.server.to("token"), issuer.server.to("revoke")], [[], []]);
  });

test("[TOK-2] an access token that is over is not taken over alone", async (t) => {
  const { made, adopt } = await scene(t);
  assert.equal((await adopt({ issuer: undefined, expiresAtMs: 1 })).taken, "nothing");
  assert.equal(made.shared.record, undefined);
});
