// What may come back instead of new tokens: trouble of the issuer or of the network, which passes, and refusals, which a
// person has to meet.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { failing } from "../../support/issuers/auth-scene.ts";
import { ask, recordOf, signedIn } from "../../support/issuers/signed-in.ts";
import type { Answer } from "../../support/remotes/scripted-server.ts";
import { sharedVault } from "../../support/stores/memory-vault.ts";

const PAGE = { "content-type": "text/html" };
const UNAVAILABLE = { error: "temporarily_unavailable", error_description: "In a minute" };

const TROUBLES: readonly [name: string, answer: Answer, told: string, pauseMs?: number][] = [
  ["500", { status: 500 }, "answered 500"],
  ["503 with a body of OAuth", { status: 503, body: { error: "server_error" } }, "server_error"],
  ["502 with a page", { status: 502, headers: PAGE, body: "<h1>Bad gateway</h1>" }, "answered 502"],
  ["500 with invalid_grant", { status: 500, body: { error: "invalid_grant" } }, "answered 500"],
  ["429", { status: 429, body: { error: "slow_down" } }, "answered 429"],
  ["429 and seconds", { status: 429, headers: { "retry-after": "7" } }, "answered 429", 7_000],
  ["503 and more than is waited", { status: 503, headers: { "retry-after": "9999" } }, "503", 300_000],
  ["408", { status: 408 }, "answered 408"],
  ["425", { status: 425 }, "answered 425"],
  ["400 that says not now", { status: 400, body: UNAVAILABLE }, "In a minute"],
  ["a connection that breaks", { reset: true }, "POST"],
  ["a connection that breaks in the answer", { reset: "mid-body", body: { access_token: "a" } }, "POST"],
  ["200 with a page", { headers: PAGE, body: "<h1>Welcome to our network</h1>" }, "not a JSON object"],
  ["200 with nothing", { status: 200 }, "not a JSON object"],
  ["200 with half a document", { body: '{"access_token":"a","refr' }, "not a JSON object"],
  ["200 without tokens", { body: { ok: true } }, "no access token"],
  ["a redirect", { status: 307, headers: { location: "/as/elsewhere" } }, "307"],
];

for (const [name, answer, told, pauseMs = 500] of TROUBLES)
  test(`[TOK-5] ${name}: the grant is kept, no process asks again at once, later one does, and it works`, async (t) => {
    const scene = await signedIn(t);
    const { issuer, rig, silent, clock } = scene;
    const before = recordOf(rig).grant?.refreshToken?.reveal();
    issuer.expireAccessTokens();
    issuer.server.script("token", answer, 1);
    const one = silent();
    const failure = await failing("AUTH_REFRESH_FAILED", one.call(), issuer.endpoint("token"), told);
    assert.match(failure.hint, /kept/);
    assert.equal(recordOf(rig).grant?.refreshToken?.reveal(), before);

    // The token may be good for now, so the others are told the same, without a request.
    await clock.advance(pauseMs - 1);
    await failing("AUTH_REFRESH_FAILED", one.call());
    await failing("AUTH_REFRESH_FAILED", silent().call());
    assert.equal(issuer.server.to("token").length, 2);
    await clock.advance(1);
    assert.equal(await one.call(), 200);
    assert.equal(await silent().call(), 200);
    assert.equal(issuer.server.to("token").length, 3);
    assert.equal(recordOf(rig).refreshIntent, undefined);
    issuer.assertClean();
  });

test("[TOK-5] a token in doubt is tried with longer and longer pauses, until the issuer answers", async (t) => {
  const { issuer, rig, silent, clock } = await signedIn(t);
  issuer.expireAccessTokens();
  issuer.server.script("token", { reset: true }, 12);
  const pausesMs = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000, 60_000];
  for (const [index, pauseMs] of pausesMs.entries()) {
    // Another process each time.
    await failing("AUTH_REFRESH_FAILED", silent().call());
    assert.equal(recordOf(rig).refreshIntent?.attempts, index + 1);
    await clock.advance(pauseMs - 1);
    await failing("AUTH_REFRESH_FAILED", silent().call());
    assert.equal(issuer.server.to("token").length, 1 + index + 1);
    await clock.advance(1);
  }
  assert.equal(await silent().call(), 200);
  assert.equal(issuer.server.to("token").length, 1 + pausesMs.length + 1);
  issuer.assertClean();
});

test("[TOK-5] a request that hangs holds nobody up: who waits is told, and who comes next gets the answer", async (t) => {
  const scene = await signedIn(t);
  const { issuer, silent, clock } = scene;
  issuer.expireAccessTokens();
  issuer.server.script("token", { hang: true }, 1);
  const one = silent();
  const told = failing("AUTH_REFRESH_FAILED", one.call(), "has not answered");
  await issuer.server.arrival("token", 2);
  await clock.advance(5_000);
  await told;
  while (recordOf(one).refreshIntent?.retryAtMs === undefined) await clock.advance(5_000);
  await clock.advance(500);
  assert.equal(await one.call(), 200);
  issuer.assertClean();
});

test("[TOK-5] the answer to a token in doubt may be that it was used up: then a person is told why", async (t) => {
  const { issuer, silent, clock } = await signedIn(t);
  issuer.expireAccessTokens();
  issuer.server.script(
    "token",
    async (_exchange, normally) => {
      await normally();
      return { reset: true };
    },
    1,
  );
  await failing("AUTH_REFRESH_FAILED", silent().call());
  await clock.advance(500);
  const call = silent().call({ cause: "background" });
  await failing("AUTH_SIGN_IN_REQUIRED", call, "invalid_grant", "got no answer, and may have used up");
});

test("[TOK-5] after the issuer's own trouble nobody says that the token may be used up", async (t) => {
  const { issuer, silent, clock } = await signedIn(t);
  issuer.expireAccessTokens();
  issuer.server.script("token", { status: 500 }, 1);
  issuer.server.script("token", { status: 400, body: { error: "invalid_grant" } }, 1);
  await failing("AUTH_REFRESH_FAILED", silent().call());
  await clock.advance(500);
  const failure = await failing("AUTH_SIGN_IN_REQUIRED", silent().call({ cause: "background" }));
  assert.doesNotMatch(failure.message, /used up/);
});

test("[TOK-4] a dead process left an intent: whoever comes next tries at once, however often that happened", async (t) => {
  for (const attempts of [1, 2, 7]) {
    const { issuer, rig, silent } = await signedIn(t);
    issuer.expireAccessTokens();
    const token = recordOf(rig).grant?.refreshToken?.reveal() ?? assert.fail();
    const refreshTokenHash = createHash("sha256").update(token).digest("base64url");
    const refreshIntent = { refreshTokenHash, startedAtMs: 0, attempts };
    assert.equal(await silent(sharedVault({ ...recordOf(rig), refreshIntent })).call(), 200);
    assert.equal(issuer.server.to("token").length, 2);
    issuer.assertClean();
  }
});

test("[TOK-4] a pause holds for the token that it was made for, and for no longer than any pause is", async (t) => {
  for (const [isOwn, pauseMs, isAsked] of [
    [true, 60_000, false],
    [false, 60_000, true],
    // The clock was set back since.
    [true, 86_400_000, true],
  ] as const) {
    const { issuer, rig, silent, clock } = await signedIn(t);
    issuer.expireAccessTokens();
    const token = recordOf(rig).grant?.refreshToken?.reveal() ?? assert.fail();
    const hash = createHash("sha256").update(token).digest("base64url");
    const refreshTokenHash = isOwn ? hash : "of another";
    const refreshIntent = {
      refreshTokenHash,
      startedAtMs: 0,
      attempts: 2,
      retryAtMs: clock.nowMs() + pauseMs,
    };
    const { call } = silent(sharedVault({ ...recordOf(rig), refreshIntent }));
    if (isAsked) assert.equal(await call(), 200);
    else await failing("AUTH_REFRESH_FAILED", call());
    assert.equal(issuer.server.to("token").length, isAsked ? 2 : 1);
  }
});

test("[TOK-5] what was certainly not sent is no attempt", async (t) => {
  const { issuer, rig, silent } = await signedIn(t);
  issuer.expireAccessTokens();
  // Nothing listens at port 1.
  const endpoint = "http://127.0.0.1:1/token";
  const record = recordOf(rig);
  const grant = record.grant ?? assert.fail();
  const source = grant.source ?? assert.fail();
  const moved = { ...source, metadata: { ...source.metadata, token_endpoint: endpoint } };
  const shared = sharedVault({ ...record, grant: { ...grant, source: moved } });
  for (let time = 0; time < 3; time++) {
    const failure = await failing("AUTH_REFRESH_FAILED", silent(shared).call(), endpoint);
    assert.match(failure.hint, /server is running.*kept/);
  }
  assert.equal(shared.record?.refreshIntent, undefined);
  assert.ok(shared.record?.grant?.refreshToken);
});

test("[TOK-5] a request that had to wait for a token was not sent, whatever became of the token's request", async (t) => {
  const scene = await signedIn(t);
  const { issuer, silent, clock } = scene;
  issuer.server.script("token", { reset: true }, 1);
  await clock.advance(3_600_001);
  assert.equal((await failing("AUTH_REFRESH_FAILED", ask(silent(), scene))).received, "no");
});

const REFUSALS: readonly [name: string, answer: Answer, ...told: string[]][] = [
  ["invalid_request", { status: 400, body: { error: "invalid_request", error_description: "no" } }, "no"],
  ["unauthorized_client", { status: 400, body: { error: "unauthorized_client" } }, "unauthorized_client"],
  ["invalid_target", { status: 400, body: { error: "invalid_target" } }, "invalid_target"],
  ["invalid_scope where none was sent", { status: 400, body: { error: "invalid_scope" } }, "invalid_scope"],
  ["400 with nothing", { status: 400 }, "400 and did not say why"],
  ["400 with a page", { status: 400, headers: PAGE, body: "<h1>Bad request</h1>" }, "answered 400"],
  ["400 with an error that is an object", { status: 400, body: { error: { message: "Gone" } } }, "Gone"],
  ["400 with a message", { status: 400, body: { message: "Session not found" } }, "Session not found"],
  ["401 in plain text", { status: 401, headers: { "content-type": "text/plain" }, body: "Who?" }, "Who?"],
  ["403 with a page", { status: 403, headers: PAGE, body: "<h1>Forbidden</h1>" }, "answered 403"],
  ["404", { status: 404, body: { title: "Not Found", status: 404 } }, "Not Found"],
  ["410", { status: 410 }, "answered 410"],
  ["422", { status: 422, body: { detail: [{ msg: "field required" }] } }, "field required"],
  ["an error with status 200", { body: { error: "bad_refresh_token" } }, "bad_refresh_token"],
];

for (const [name, answer, ...told] of REFUSALS)
  test(`[TOK-5] ${name} is a refusal: a person signs in, and the grant is kept until then`, async (t) => {
    const { issuer, rig, silent } = await signedIn(t);
    const before = recordOf(rig).grant?.refreshToken?.reveal();
    issuer.expireAccessTokens();
    issuer.server.script("token", answer, 1);
    await failing("AUTH_SIGN_IN_REQUIRED", silent().call({ cause: "background" }), ...told);
    assert.equal(issuer.server.to("token").length, 2);
    assert.equal(recordOf(rig).grant?.refreshToken?.reveal(), before);
    assert.equal(recordOf(rig).refreshIntent, undefined);
    issuer.server.unscript();
    assert.equal(await rig.call({ method: "tools/call", name: "echo" }), 200);
  });

test("[TOK-5] answers with neither tokens nor an error end it after the third: nothing else is to be expected", async (t) => {
  const { issuer, silent, clock } = await signedIn(t);
  issuer.expireAccessTokens();
  issuer.server.script("token", { body: { success: false } });
  for (let time = 0; time < 2; time++) {
    await failing("AUTH_REFRESH_FAILED", silent().call());
    await clock.advance(1_000);
  }
  await failing("AUTH_SIGN_IN_REQUIRED", silent().call({ cause: "background" }), "no access token");
});
