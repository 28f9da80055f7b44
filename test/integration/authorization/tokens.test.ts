import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { Failure } from "../../../src/core/failure.ts";
import type { VaultRecord } from "../../../src/core/record.ts";
import type { Rig } from "../../support/auth-rig.ts";
import { failing, type Scene, startScene } from "../../support/auth-scene.ts";
import { refuseToOpen, scriptedBrowser } from "../../support/browser.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { sharedVault } from "../../support/memory-vault.ts";

const CALL = { method: "tools/call", name: "echo" };
const never = new AbortController().signal;

/** Somebody is signed in; the clock is the test's. */
async function signedIn(t: Parameters<typeof startScene>[0], issuerOptions = {}, remoteOptions = {}) {
  const clock = manualClock(Date.now());
  const scene = await startScene(t, { nowMs: clock.nowMs, ...issuerOptions }, remoteOptions);
  const rig = scene.rig({ clock });
  assert.equal(await rig.call(), 200);
  const silent = (shared = rig.shared) => scene.rig({ clock, shared, browser: refuseToOpen() });
  return { ...scene, clock, rig, silent };
}

function ask({ authorizer }: Rig, { remote }: Pick<Scene, "remote">) {
  return authorizer.credentials({ method: "POST", url: new URL(remote.url) }, never);
}

function recordOf(rig: Rig): VaultRecord {
  return rig.shared.record ?? assert.fail("nothing is saved");
}

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

test("[TOK-5] 5xx and 429 keep the grant, are told, and are not repeated at once; later it works", async (t) => {
  for (const status of [500, 503, 429]) {
    const scene = await signedIn(t);
    const { issuer, rig, silent, clock } = scene;
    issuer.server.script("token", { status, body: { error: "server_error" } });
    issuer.expireAccessTokens();
    const other = silent();
    await failing("AUTH_REFRESH_FAILED", other.call(), issuer.endpoint("token"), `answered ${status}`);
    assert.equal(issuer.server.to("token").length, 2);
    await failing("AUTH_REFRESH_FAILED", other.call());
    assert.equal(issuer.server.to("token").length, 2);
    assert.equal(recordOf(rig).refreshIntent, undefined);
    assert.ok(recordOf(rig).grant?.refreshToken);
    await clock.advance(3_600_001);
    const asked = issuer.server.to("token").length;
    await failing("AUTH_REFRESH_FAILED", ask(other, scene));
    await failing("AUTH_REFRESH_FAILED", ask(other, scene));
    assert.equal(issuer.server.to("token").length, asked + 1);
    issuer.server.unscript();
    await clock.advance(300_000);
    assert.ok(await ask(other, scene));
    issuer.assertClean();
  }
});

test("[TOK-5] a renewal that fails early does not matter while the token is still good", async (t) => {
  const scene = await signedIn(t);
  scene.issuer.server.script("token", { status: 503 });
  await scene.clock.advance(3_545_000);
  assert.ok(await ask(scene.rig, scene));
  assert.equal(await scene.rig.call(CALL), 200);
});

test("[TOK-5] a lost answer leaves it in doubt: tried exactly once more, then a sign-in with the reason", async (t) => {
  const { issuer, rig, silent } = await signedIn(t);
  issuer.expireAccessTokens();
  issuer.server.script("token", { reset: true }, 2);
  await failing("AUTH_SIGN_IN_REQUIRED", silent().call({ cause: "background" }), "twice");
  assert.equal(issuer.server.to("token").length, 3);
  assert.equal(recordOf(rig).refreshIntent?.attempts, 2);
  // Not a third time, in no process.
  await failing("AUTH_SIGN_IN_REQUIRED", silent().call({ cause: "background" }));
  assert.equal(issuer.server.to("token").length, 3);
  assert.equal(await rig.call(CALL), 200);
  assert.equal(recordOf(rig).refreshIntent, undefined);
});

test("[TOK-5] one lost answer is met by the second try", async (t) => {
  const { issuer, rig, silent } = await signedIn(t);
  issuer.expireAccessTokens();
  issuer.server.script("token", { reset: true }, 1);
  assert.equal(await silent().call(), 200);
  assert.equal(recordOf(rig).refreshIntent, undefined);
  issuer.assertClean();
});

test("[TOK-5] what was certainly not sent is not counted as an attempt", async (t) => {
  const { issuer, rig, silent } = await signedIn(t);
  issuer.expireAccessTokens();
  // Nothing listens at port 1.
  const endpoint = "http://127.0.0.1:1/token";
  const record = recordOf(rig);
  const discovery = record.discovery ?? assert.fail();
  const moved = { ...discovery, issuer: { ...discovery.issuer, token_endpoint: endpoint } };
  const shared = sharedVault({ ...record, discovery: moved });
  for (let time = 0; time < 3; time++) await failing("NETWORK_REFUSED", silent(shared).call(), endpoint);
  assert.equal(shared.record?.refreshIntent, undefined);
  assert.ok(shared.record?.grant?.refreshToken);
});

test("[TOK-4] a dead process left an intent: whoever comes next tries exactly once more", async (t) => {
  const { issuer, rig, silent } = await signedIn(t);
  issuer.expireAccessTokens();
  const token = recordOf(rig).grant?.refreshToken?.reveal() ?? assert.fail();
  const refreshTokenHash = createHash("sha256").update(token).digest("base64url");
  const intent = (attempts: number) =>
    sharedVault({ ...recordOf(rig), refreshIntent: { refreshTokenHash, startedAtMs: 0, attempts } });
  assert.equal(await silent(intent(1)).call(), 200);
  assert.equal(issuer.server.to("token").length, 2);
  await failing("AUTH_SIGN_IN_REQUIRED", silent(intent(2)).call({ cause: "background" }));
  assert.equal(issuer.server.to("token").length, 2);
  const other = { refreshTokenHash: "of another token", startedAtMs: 0, attempts: 2 };
  assert.equal(recordOf(rig).refreshIntent, undefined);
  await failing(
    "AUTH_SIGN_IN_REQUIRED",
    silent(sharedVault({ ...recordOf(rig), refreshIntent: other })).call({ cause: "background" }),
    "invalid_grant",
  );
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

test("[TOK-8] a senseless answer to the code is refused, with address and status; nothing is saved", async (t) => {
  const table: [unknown, RegExp][] = [
    [{ access_token: "a\r\nb" }, /characters/],
    [{ access_token: "a", token_type: "mac" }, /"mac"/],
    ["<html>", /not a JSON object/],
    [{ access_token: "a", token_type: "DPoP" }, /key that nobody has/],
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

test("[AUTH-4] 403 insufficient_scope: one sign-in for the union, then the call works; at most two widenings", async (t) => {
  const { issuer, remote, rig } = await startScene(
    t,
    {},
    {
      scope: "read",
      toolScopes: { delete: "write", never: "forbidden" },
      metadata: { scopes_supported: ["read"] },
    },
  );
  const browser = scriptedBrowser();
  const made = rig({ browser });
  assert.equal(await made.call(), 200);
  issuer.state.expect.scope = "read write";
  assert.equal(await made.call({ method: "tools/call", name: "delete" }), 200);
  assert.equal(browser.opened.length, 2);
  assert.equal(made.shared.record?.grant?.scope, "read write");
  // The first registration did not have it; the issuer holds clients to what they registered.
  assert.equal(issuer.server.to("register").length, 2);
  issuer.assertClean();

  issuer.state.expect.scope = undefined;
  let asked = 0;
  const wanting = (scope: string) => ({
    status: 403,
    headers: { "www-authenticate": `Bearer error="insufficient_scope", scope="${scope}"` },
  });
  remote.server.script("mcp", () => wanting(`more-${++asked}`));
  await failing(
    "AUTH_INSUFFICIENT_SCOPE",
    made.call({ method: "tools/call", name: "never", most: 9 }),
    "more-3",
  );
  assert.equal(browser.opened.length, 4);
  // What is granted already is not asked for again.
  remote.server.unscript();
  remote.server.script("mcp", wanting("write"));
  await failing(
    "AUTH_INSUFFICIENT_SCOPE",
    made.call({ method: "tools/call", name: "other", most: 9 }),
    "write",
  );
  assert.equal(browser.opened.length, 4);
  remote.assertClean();
});

test("[AUTH-4] a background request does not step up; with --scope the user is told", async (t) => {
  const { rig } = await startScene(t, {}, { scope: "read", toolScopes: { delete: "write" } });
  const made = rig();
  await made.call();
  const quiet = rig({ shared: made.shared, browser: refuseToOpen() });
  await quiet.call();
  await failing(
    "AUTH_SIGN_IN_REQUIRED",
    quiet.call({ method: "tools/call", name: "delete", cause: "background" }),
    "write",
  );
  const fixed = rig({ settings: { scope: "read" } });
  await fixed.call();
  const failure = await failing(
    "AUTH_INSUFFICIENT_SCOPE",
    fixed.call({ method: "tools/call", name: "delete" }),
    "write",
  );
  assert.match(failure.hint, /--scope/);
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
  const shown = JSON.stringify([failure.message, failure.hint, rig.notices, rig.events]);
  assert.ok(!shown.includes(access) && !shown.includes(refresh), shown);
});
