// Where tokens go, which are taken, and how a sign-in ends.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../../../src/core/failure/failure.ts";
import { Redactor } from "../../../src/core/text/redaction.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import { ask, never, recordOf, signedIn } from "../../support/issuers/signed-in.ts";

const CALL = { method: "tools/call", name: "echo" };

test("[TOK-1] the token goes to the remote's origin as a header, and to no other", async (t) => {
  const { rig, remote, issuer } = await signedIn(t);
  const token = recordOf(rig).grant?.accessToken.reveal() ?? assert.fail();
  for (const url of ["https://elsewhere.example/mcp", issuer.url, remote.url.replace("http:", "https:")])
    assert.equal(await rig.authorizer.credentials({ method: "POST", url: new URL(url) }, never), undefined);
  assert.ok(issuer.server.ledger.every((exchange) => !JSON.stringify(exchange.headers).includes(token)));
  for (const { url, body } of remote.server.ledger)
    assert.ok(!url.href.includes(token) && !body.includes(token));
  remote.assertClean();
});

test("[TOK-6] a new token that the remote refuses too is explained; no loop, no browser", async (t) => {
  const { issuer, remote, silent } = await signedIn(t, {}, { scope: "read" });
  remote.server.script("mcp", {
    status: 401,
    headers: { "www-authenticate": 'Bearer error="invalid_token", error_description="wrong audience"' },
  });
  const failure = await failing(
    "AUTH_TOKEN_REJECTED",
    silent().call(),
    "wrong audience",
    remote.url,
    "read",
    issuer.url,
  );
  assert.match(failure.hint, /--resource/);
  assert.equal(issuer.server.to("token").length, 2);
});

test("[TOK-6] a token that the remote took before is merely old when it is refused", async (t) => {
  const { issuer, silent } = await signedIn(t);
  const other = silent();
  for (let round = 0; round < 3; round++) {
    issuer.expireAccessTokens();
    assert.equal(await other.call(), 200);
  }
  issuer.assertClean();
});

test("[TOK-8] a senseless answer to the code is refused, with address and status; nothing is saved", async (t) => {
  const table: [unknown, RegExp][] = [
    [{ access_token: "a\r\nb" }, /characters/],
    [{ access_token: "a", token_type: "mac" }, /"mac"/],
    ["<html>", /not a JSON object/],
    [{ access_token: "a", token_type: "DPoP" }, /no DPoP key was sent/],
  ];
  for (const [body, told] of table) {
    const { issuer, rig } = await startScene(t);
    issuer.server.script("token", { body: body as object });
    const made = rig();
    const failure = await failing("AUTH_TOKEN_RESPONSE_INVALID", made.call());
    assert.match(failure.message, told);
    assert.equal(made.shared.record?.grant, undefined);
  }
});

test("[TOK-8] an error with status 200 is an error", async (t) => {
  const { issuer, rig } = await startScene(t);
  issuer.server.script("token", { body: { error: "bad_verification_code", error_description: "too old" } });
  await failing("AUTH_EXCHANGE_FAILED", rig().call(), "bad_verification_code", "too old");
});

test("[TOK-9] --use-id-token sends the ID token; without one it says so", async (t) => {
  const { issuer, rig } = await startScene(
    t,
    {},
    { accept: async ({ headers }) => (headers.authorization === "Bearer x.e30.y" ? undefined : "no") },
  );
  const settings = { useIdToken: true };
  const failure = await failing("AUTH_TOKEN_RESPONSE_INVALID", rig({ settings }).call(), "ID token");
  assert.match(failure.hint, /openid/);
  issuer.server.script("token", async (_exchange, normally) => {
    const answer = await normally();
    return { ...answer, body: { ...(answer.body as object), id_token: "x.e30.y" } };
  });
  assert.equal(await rig({ settings }).call(), 200);
});

test("[TOK-9] --authorize-param goes to the authorization request, but not in place of what binds the answer", async (t) => {
  const { issuer, rig } = await startScene(t);
  const authorizeParams = [
    ["audience", "x y"],
    ["state", "mine"],
    ["redirect_uri", "https://evil.example"],
  ] as const;
  assert.equal(await rig({ settings: { authorizeParams } }).call(), 200);
  const query = issuer.server.to("authorize")[0]?.url.searchParams;
  assert.equal(query?.get("audience"), "x y");
  issuer.assertClean();
});

test("[TOK-10] signing out revokes at the issuer with both tokens, forgets, and every process goes on without", async (t) => {
  const scene = await signedIn(t);
  const { issuer, rig, silent } = scene;
  const other = silent();
  assert.ok(await ask(other, scene));
  const { grant } = recordOf(rig);
  assert.deepEqual(await rig.authorizer.signOut(never), { wasSignedIn: true, revoked: "yes" });
  assert.deepEqual(
    issuer.server.to("revoke").map(({ form }) => [form.get("token"), form.get("token_type_hint")]),
    [
      [grant?.refreshToken?.reveal(), "refresh_token"],
      [grant?.accessToken.reveal(), "access_token"],
    ],
  );
  assert.equal(rig.shared.record, undefined);
  assert.equal(await ask(other, scene), undefined);
  assert.deepEqual(await rig.authorizer.signOut(never), { wasSignedIn: false, revoked: "not offered" });
  issuer.assertClean();
});

test("[TOK-10] an issuer that cannot revoke, or fails to, is told of; the sign-in is forgotten all the same", async (t) => {
  const failing = await signedIn(t);
  failing.issuer.server.script("revoke", { status: 503 });
  const report = await failing.rig.authorizer.signOut(never);
  assert.equal(report.revoked, "failed");
  assert.match(report.reason ?? "", /503/);
  assert.equal(failing.rig.shared.record, undefined);
  const without = await signedIn(t, { metadata: { revocation_endpoint: undefined } });
  assert.equal((await without.rig.authorizer.signOut(never)).revoked, "not offered");
  assert.equal(without.rig.shared.record, undefined);
});

test("[DIAG-1] what issuer and remote quote of secrets is not shown", async (t) => {
  const scene = await signedIn(t);
  const { rig, issuer, remote, clock } = scene;
  const { grant } = recordOf(rig);
  const access = grant?.accessToken.reveal() ?? assert.fail();
  const refresh = grant?.refreshToken?.reveal() ?? assert.fail();
  issuer.server.script("token", ({ form }) => ({
    status: 400,
    body: { error: "invalid_request", error_description: `What is ${form.get("refresh_token")}?` },
  }));
  const described = `Bearer error="invalid_token", error_description="What is ${access}?"`;
  remote.server.script("mcp", { status: 401, headers: { "www-authenticate": described } });
  await clock.advance(3_600_000);
  const failure = await rig.call({ ...CALL, cause: "background" }).catch((error: unknown) => error);
  assert.ok(failure instanceof Failure);
  assert.match(failure.message, /What is \[secret\]\?/);
  const redactor = new Redactor();
  const logged = rig.events.map(({ fields }) =>
    Object.entries(fields).map(([name, value]) => redactor.field(name, value)),
  );
  const shown = JSON.stringify([failure.message, failure.hint, rig.notices, logged]);
  assert.ok(!shown.includes(access) && !shown.includes(refresh), shown);
});
