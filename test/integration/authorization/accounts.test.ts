// Whose sign-in the record is of: what is remembered of an account is served to that one alone.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Secret } from "../../../src/core/text/secret.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import { recordOf, signedIn } from "../../support/issuers/signed-in.ts";
import { plainGrants } from "../../support/issuers/strict/plain-grants.ts";
import type { StrictIssuer } from "../../support/issuers/strict-issuer.ts";
import type { Override } from "../../support/remotes/scripted-server.ts";

/** The next answer of the token endpoint says who it is about. */
function asPerson(issuer: StrictIssuer, sub: string): void {
  const claims = Buffer.from(JSON.stringify({ sub })).toString("base64url");
  const named: Override = async (_exchange, normally) => {
    const answer = await normally();
    return { ...answer, body: { ...(answer.body as object), id_token: `x.${claims}.y` } };
  };
  issuer.server.script("token", named, 1);
}

async function accountAfter(t: TestContext, ...subjects: readonly (string | undefined)[]) {
  const { issuer, rig } = await startScene(t);
  const accounts: (string | undefined)[] = [];
  for (const subject of subjects) {
    if (subject !== undefined) asPerson(issuer, subject);
    const made = rig();
    assert.equal(await made.call(), 200);
    accounts.push(recordOf(made).account);
  }
  return accounts;
}

test("[VAULT-1] a sign-in has an account, which renewals and the end of the grant leave", async (t) => {
  const { issuer, rig, silent } = await signedIn(t);
  const { account } = recordOf(rig);
  assert.ok(account);
  issuer.expireAccessTokens();
  assert.equal(await silent().call(), 200);
  assert.equal(recordOf(rig).account, account);
  issuer.expireAccessTokens();
  issuer.server.script("token", { status: 400, body: { error: "invalid_grant" } }, 1);
  await failing("AUTH_SIGN_IN_REQUIRED", silent().call({ cause: "background" }));
  assert.equal(recordOf(rig).grant, undefined);
  assert.equal(recordOf(rig).account, account);
  assert.equal(await rig.call({ method: "tools/call", name: "echo" }), 200);
  assert.notEqual(recordOf(rig).account, account, "who signs in then may be anybody");
});

test("[VAULT-1] where the issuer says who it is, the same person is known again, and nobody else", async (t) => {
  const [first, other, again, unknown] = await accountAfter(t, "ann", "bob", "ann", undefined);
  assert.equal(again, first);
  assert.equal(new Set([first, other, unknown]).size, 3);
  assert.doesNotMatch(String([first, other]), /ann|bob/);
  const [elsewhere] = await accountAfter(t, "ann");
  assert.notEqual(elsewhere, first, "another issuer's word");
});

test("[VAULT-1] a service keeps its account with each token", async (t) => {
  let issuer: StrictIssuer | undefined;
  const scene = await startScene(t, {
    clients: [{ clientId: "machine", secret: "s3cret", auth: "client_secret_basic", redirectUris: [] }],
    registration: false,
    grants: { client_credentials: plainGrants(() => issuer ?? assert.fail()) },
  });
  issuer = scene.issuer;
  const staticClient = { clientId: "machine", clientSecret: new Secret("s3cret"), issuer: issuer.url };
  const rig = scene.rig({ settings: { staticClient, grantType: { kind: "client_credentials" } } });
  assert.equal(await rig.call(), 200);
  const { account } = recordOf(rig);
  issuer.expireAccessTokens();
  assert.equal(await rig.call(), 200);
  assert.ok(account);
  assert.equal(recordOf(rig).account, account);
});
