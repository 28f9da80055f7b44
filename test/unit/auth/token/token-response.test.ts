import assert from "node:assert/strict";
import { test } from "node:test";
import { readAnswer } from "../../../../src/auth/protocol/issuer-http.ts";
import { QUIRKS, tokensIn } from "../../../../src/auth/protocol/issuer-quirks.ts";
import { refusalText } from "../../../../src/auth/protocol/oauth-error.ts";
import { grantFromTokens } from "../../../../src/auth/token/grant-from-tokens.ts";
import { readTokenResponse } from "../../../../src/auth/token/token-response.ts";
import { Secret } from "../../../../src/core/text/secret.ts";

function read(body: unknown, status = 200, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const url = new URL("https://issuer.example/token");
  return readTokenResponse(readAnswer(url, status, (name) => headers[name], text, {}));
}

function tokensOf(body: unknown, headers?: Record<string, string>) {
  const outcome = read(body, 200, headers);
  assert.equal(outcome.kind, "tokens", JSON.stringify(outcome));
  return outcome.kind === "tokens" ? outcome.tokens : assert.fail();
}

test("[TOK-8] odd answers that have one meaning are understood", () => {
  assert.deepEqual(tokensOf({ access_token: "a" }), { accessToken: "a", tokenType: "Bearer" });
  assert.equal(tokensOf({ access_token: "a", token_type: "bEARER", expires_in: "3600" }).expiresInS, 3600);
  assert.equal(tokensOf({ access_token: "a", token_type: "dpop" }).tokenType, "DPoP");
  for (const expires of [0, -5, "soon", null, {}, 1e20, "1e3"])
    assert.equal(tokensOf({ access_token: "a", expires_in: expires }).expiresInS, undefined, String(expires));
  assert.equal(tokensOf({ access_token: "a", scope: " x   y " }).scope, "x y");
  assert.equal(tokensOf({ access_token: "a", scope: "" }).scope, undefined);
  assert.equal(tokensOf({ access_token: "a", scope: ["x"] }).scope, undefined);
  assert.equal(tokensOf({ access_token: "a", refresh_token: null }).refreshToken, undefined);
  assert.equal(tokensOf(`\ufeff{"access_token":"a"}`).accessToken, "a");
  const form = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
  assert.equal(tokensOf("access_token=a&scope=x%20y&token_type=bearer", form).scope, "x y");
});

test("[TOK-8] a token is a bearer's, whatever its type is called, but where the type is a scheme of its own", () => {
  const typed = (token_type: unknown) => read({ access_token: "a", token_type });
  const bearers = [
    "user",
    "bot",
    "JWT",
    "Bearer ",
    "access_token",
    "api_key",
    "N_A",
    "token",
    "OAuth",
    "macaroon",
  ];
  for (const type of [...bearers, "urn:ietf:params:oauth:token-type:access_token", "", null, 7, ["Bearer"]]) {
    const outcome = typed(type);
    assert.equal(outcome.kind === "tokens" && outcome.tokens.tokenType, "Bearer", String(type));
  }
  for (const type of ["DPoP", "dpop", " DPoP"]) {
    const outcome = typed(type);
    assert.equal(outcome.kind === "tokens" && outcome.tokens.tokenType, "DPoP", type);
  }
  for (const type of ["mac", "MAC", "pop", "PoP", "pop+jwt", "Hawk", "GNAP", "Signature"])
    assert.equal(typed(type).kind, "senseless", type);
});

test("[TOK-8] tokens inside another member are taken where the issuer is known for it, and nowhere else", () => {
  const body = {
    ok: true,
    authed_user: { id: "U1", scope: "chat:write", access_token: "user-token", token_type: "user" },
  };
  const bot = { ...body, access_token: "bot-token", token_type: "bot" };
  const nested = (given: object, at?: string) => {
    const url = new URL("https://issuer.example/token");
    return readTokenResponse(
      readAnswer(url, 200, () => undefined, JSON.stringify(given), {}),
      at,
    );
  };
  const slack = tokensIn(QUIRKS, "https://slack.com");
  assert.equal(tokensIn(QUIRKS, "https://slack.com.evil.example"), undefined);
  const tokens = { accessToken: "user-token", tokenType: "Bearer", scope: "chat:write" };
  assert.deepEqual(nested(body, slack), { kind: "tokens", tokens });
  const outer = nested(bot, slack);
  assert.equal(outer.kind === "tokens" && outer.tokens.accessToken, "bot-token");
  assert.equal(nested(body, tokensIn(QUIRKS, "https://issuer.example")).kind, "senseless");
  for (const member of ["data", "token", "result", "tokens", "response"])
    assert.equal(nested({ [member]: { access_token: "a", token_type: "Bearer" } }).kind, "senseless", member);
  for (const odd of [{ authed_user: "x" }, { authed_user: null }, { authed_user: [] }])
    assert.equal(nested(odd, slack).kind, "senseless");
  assert.equal(nested({ ok: false, error: "invalid_code" }, slack).kind, "refused");
});

test("[TOK-8] answers that make no sense are refused, with why", () => {
  const table: [unknown, RegExp][] = [
    [{}, /no access token/],
    [{ access_token: "" }, /no access token/],
    [{ access_token: 5 }, /no access token/],
    [{ access_token: "a\r\nX-Evil: b" }, /characters/],
    [{ access_token: "a", refresh_token: "b\nc" }, /characters/],
    [{ access_token: "a b" }, /characters/],
    [{ access_token: "a", token_type: "mac" }, /"mac"/],
    ["<html>", /not a JSON object/],
    ["[]", /not a JSON object/],
    [`${"[".repeat(100)}${"]".repeat(100)}`, /not a JSON object/],
    ['{"__proto__":{"access_token":"a"}}', /no access token/],
  ];
  for (const [body, reason] of table) {
    const outcome = read(body);
    assert.equal(outcome.kind, "senseless", JSON.stringify(body));
    if (outcome.kind === "senseless") assert.match(outcome.reason, reason);
  }
  assert.equal(read("", 307).kind, "senseless");
});

test("[TOK-8] an error is one with status 200 too", () => {
  const refused = { kind: "refused", error: "bad_verification_code", description: "The code is old." };
  const body = { error: "bad_verification_code", error_description: "The code is old." };
  assert.deepEqual(read(body), { ...refused, status: 200 });
  assert.deepEqual(read(body, 400), { ...refused, status: 400 });
  const form = { "content-type": "application/x-www-form-urlencoded" };
  assert.deepEqual(read("error=bad_verification_code&error_description=The+code+is+old.", 200, form), {
    ...refused,
    status: 200,
  });
  const evil = read({ error: "a\u001b[31m\nb", error_description: "x".repeat(1_000) }, 400);
  assert.ok(
    evil.kind === "refused" && refusalText(evil).length < 450 && !/[\n\u001b]/.test(refusalText(evil)),
  );
});

test("[TOK-5] the issuer's own trouble is told from its refusal", () => {
  const table: [status: number, body: unknown, kind: string][] = [
    [500, "", "unavailable"],
    [502, "<html>Bad gateway</html>", "unavailable"],
    [503, { error: "invalid_grant" }, "unavailable"],
    [429, { error: "slow_down" }, "unavailable"],
    [408, "", "unavailable"],
    [425, "", "unavailable"],
    [400, { error: "temporarily_unavailable" }, "unavailable"],
    [400, { error: "server_error" }, "unavailable"],
    [200, { error: "server_error" }, "unavailable"],
    [400, { error: "invalid_grant" }, "refused"],
    [400, "", "refused"],
    [401, "Unauthorized", "refused"],
    [403, "<html>Forbidden</html>", "refused"],
    [404, { message: "no such token" }, "refused"],
    [422, { detail: [{ msg: "field required" }] }, "refused"],
    [200, { error: "bad_refresh_token" }, "refused"],
    [200, { access_token: "a", error: "" }, "tokens"],
    [200, { access_token: "a", error: "server_error" }, "tokens"],
    [302, "", "senseless"],
    [200, "", "senseless"],
  ];
  for (const [status, body, kind] of table)
    assert.equal(read(body, status).kind, kind, `${status} ${JSON.stringify(body)}`);
  const busy = read("", 429, { "retry-after": "7" });
  assert.equal(busy.kind === "unavailable" && busy.retryAfter, "7");
});

test("[TOK-7] [TOK-9] a grant keeps what a renewal leaves out, and ends with its ID token where that is used", () => {
  const issuer = "https://issuer.example";
  const origin = {
    metadata: {
      issuer,
      token_endpoint: `${issuer}/t`,
      revocation_endpoint: `${issuer}/r`,
      scopes_supported: ["s"],
    },
    client: {
      origin: "dynamic" as const,
      issuer,
      clientId: "c",
      tokenEndpointAuth: "none" as const,
      redirectUris: [],
    },
    scope: "asked",
    resource: "https://remote.example",
    dpopKey: undefined,
    useIdToken: false,
    nowMs: 1_000_000,
  };
  const first = grantFromTokens(
    { accessToken: "a1", tokenType: "Bearer", refreshToken: "r1", expiresInS: 60 },
    origin,
  );
  assert.equal(first.scope, "asked");
  // What a renewal needs stays with it, and nothing else.
  const { scopes_supported: _, ...needed } = origin.metadata;
  assert.deepEqual(first.source, { metadata: needed, client: origin.client });
  assert.deepEqual([first.issuer, first.clientId], [issuer, "c"]);
  assert.equal(first.expiresAtMs, 1_060_000);
  const second = grantFromTokens({ accessToken: "a2", tokenType: "Bearer" }, { ...origin, previous: first });
  assert.equal(second.refreshToken?.reveal(), "r1");
  assert.equal(second.expiresAtMs, undefined);
  const payload = Buffer.from(JSON.stringify({ exp: 1_030 })).toString("base64url");
  const idToken = `x.${payload}.y`;
  const third = grantFromTokens(
    { accessToken: "a3", tokenType: "Bearer", idToken, expiresInS: 60 },
    { ...origin, useIdToken: true },
  );
  assert.equal(third.expiresAtMs, 1_030_000);
  assert.ok(third.idToken?.equals(new Secret(idToken)));
  // Its ID token ends and a renewal gives no other: that way leads nowhere, so it is not tried again.
  const over = grantFromTokens(
    { accessToken: "a4", tokenType: "Bearer", refreshToken: "r4" },
    { ...origin, useIdToken: true, nowMs: 1_030_000, previous: third },
  );
  assert.equal(over.refreshToken, undefined);
});
