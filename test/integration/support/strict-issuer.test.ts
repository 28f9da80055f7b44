// The strict issuer must be strict: for each fault it has to notice, one request that has it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { consent } from "../../support/browsers/person.ts";
import { s256 } from "../../support/issuers/strict/state.ts";
import { KNOWN_CLIENT, type StrictIssuer, startStrictIssuer } from "../../support/issuers/strict-issuer.ts";
import { startProtectedRemote } from "../../support/remotes/protected-remote.ts";

const VERIFIER = "a-verifier-that-is-long-enough-for-the-specification";
const REDIRECT = "http://localhost:4711/oauth/callback";
const RESOURCE = "https://example.com/mcp";

let issuer: StrictIssuer;
before(async () => {
  issuer = await startStrictIssuer({ path: "/tenant", expect: { scope: "read", resource: RESOURCE } });
});
after(() => issuer.close());

function authorizeUrl(changes: Record<string, string | undefined> = {}): URL {
  const url = new URL(issuer.endpoint("authorize"));
  const query = {
    response_type: "code",
    client_id: KNOWN_CLIENT,
    redirect_uri: REDIRECT,
    code_challenge: s256(VERIFIER),
    code_challenge_method: "S256",
    state: "0123456789abcdef",
    scope: "read",
    resource: RESOURCE,
    ...changes,
  };
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

async function redirectOf(url: URL): Promise<URL> {
  const response = await fetch(url, { redirect: "manual" });
  return new URL(response.headers.get("location") ?? assert.fail(await response.text()));
}

async function askToken(form: Record<string, string>, headers: Record<string, string> = {}) {
  const response = await fetch(issuer.endpoint("token"), {
    method: "POST",
    headers,
    body: new URLSearchParams({ client_id: KNOWN_CLIENT, ...form }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

async function signIn(changes: Record<string, string> = {}) {
  const code = (await redirectOf(authorizeUrl())).searchParams.get("code") ?? "";
  const form = { grant_type: "authorization_code", code, redirect_uri: REDIRECT, code_verifier: VERIFIER };
  return askToken({ ...form, resource: RESOURCE, ...changes });
}

/** Runs `act`, then expects exactly one fault about `text`, and takes it off the list. */
async function faulty(text: RegExp, act: () => Promise<unknown>): Promise<void> {
  await act();
  const found = issuer.state.violations.splice(0);
  assert.equal(found.length, 1, found.join("; "));
  assert.match(found[0] ?? "", text);
}

test("a correct sign-in and refresh leaves no fault", async () => {
  const tokens = await signIn();
  assert.equal(tokens.status, 200);
  assert.equal(typeof issuer.check(tokens.body.access_token ?? ""), "object");
  const renewed = await askToken({
    grant_type: "refresh_token",
    refresh_token: tokens.body.refresh_token ?? "",
    resource: RESOURCE,
  });
  assert.equal(renewed.status, 200);
  issuer.assertClean();
});

describe("faults at the authorization endpoint", () => {
  const table: [string, Record<string, string | undefined>, RegExp][] = [
    ["foreign client", { client_id: "who" }, /unknown client_id "who"/],
    ["other scope", { scope: "read write" }, /scope "read write" instead of "read"/],
    ["no resource", { resource: undefined }, /resource "null" instead/],
    ["other redirect", { redirect_uri: "http://localhost:4711/else" }, /redirect_uri/],
    ["plain challenge", { code_challenge_method: "plain" }, /code_challenge_method "plain"/],
    ["no state", { state: undefined }, /state/],
  ];
  for (const [name, changes, text] of table)
    test(name, () => faulty(text, () => fetch(authorizeUrl(changes), { redirect: "manual" })));
});

describe("faults at the token endpoint", () => {
  test("wrong verifier", () => faulty(/code_verifier/, () => signIn({ code_verifier: "x".repeat(43) })));
  test("other redirect", () => faulty(/redirect_uri/, () => signIn({ redirect_uri: `${REDIRECT}2` })));
  test("other resource", () => faulty(/resource "other"/, () => signIn({ resource: "other" })));
  test("a secret from a public client", () =>
    faulty(/client_secret_post instead of none/, () => signIn({ client_secret: "x" })));
  test("second use of a refresh token revokes the sign-in", async () => {
    const first = (await signIn()).body;
    const form = {
      grant_type: "refresh_token",
      refresh_token: first.refresh_token ?? "",
      resource: RESOURCE,
    };
    const second = (await askToken(form)).body;
    await faulty(/second use of a refresh token/, () => askToken(form));
    assert.equal(issuer.check(second.access_token ?? ""), "revoked");
  });
  test("a guessed endpoint", () => faulty(/guessed/, () => fetch(`${issuer.url}/token`, { method: "POST" })));
});

test("assertClean fails when there was a fault", async () => {
  await fetch(`${issuer.url}/authorize`);
  assert.throws(() => issuer.assertClean(), /guessed endpoint/);
  issuer.state.violations.splice(0);
});

test("answers can be scripted, a given number of times", async () => {
  issuer.server.script("metadata", { status: 503, headers: { "retry-after": "1" } }, 1);
  issuer.server.script("metadata", { reset: true }, 1);
  const url = `${new URL(issuer.url).origin}/.well-known/oauth-authorization-server/tenant`;
  assert.equal((await fetch(url)).status, 503);
  await assert.rejects(fetch(url));
  assert.equal(((await (await fetch(url)).json()) as { issuer: string }).issuer, issuer.url);
  assert.equal((await fetch(`${issuer.url}/.well-known/openid-configuration`)).status, 404);
});

test("a registered client is known, with the method it asked for", async () => {
  const response = await fetch(issuer.endpoint("register"), {
    method: "POST",
    body: JSON.stringify({ redirect_uris: [REDIRECT], token_endpoint_auth_method: "none" }),
  });
  const { client_id } = (await response.json()) as { client_id: string };
  assert.equal(response.status, 201);
  const back = await redirectOf(authorizeUrl({ client_id }));
  assert.equal(back.searchParams.get("iss"), issuer.url);
});

test("the person follows the redirect, and a denial comes back with state", async () => {
  const app = await startProtectedRemote({ path: "/oauth/callback" });
  issuer.consent = { decision: "deny" };
  const pages = await consent(authorizeUrl({ redirect_uri: `${app.url.replace("127.0.0.1", "localhost")}` }));
  issuer.consent = { decision: "approve" };
  assert.match(pages.at(-1)?.url.search ?? "", /error=access_denied&state=0123456789abcdef&iss=/);
  await app.close();
});

test("the protected remote takes a token of its issuer for itself, and no other", async () => {
  const remote = await startProtectedRemote({ issuer, scope: "read" });
  const ask = (token?: string) =>
    fetch(remote.url, {
      method: "POST",
      headers: {
        accept: "application/json, text/event-stream",
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: {} }),
    });
  const refused = await ask();
  assert.equal(refused.status, 401);
  assert.match(refused.headers.get("www-authenticate") ?? "", /resource_metadata="[^"]+where\/metadata-is"/);
  const good = issuer.issueTokens({ clientId: KNOWN_CLIENT, scope: "read", resource: remote.url });
  assert.equal((await ask(String(good.access_token))).status, 200);
  const weak = issuer.issueTokens({ clientId: KNOWN_CLIENT, resource: remote.url });
  assert.equal((await ask(String(weak.access_token))).status, 403);
  remote.assertClean();
  const foreign = issuer.issueTokens({ clientId: KNOWN_CLIENT, scope: "read", resource: RESOURCE });
  assert.equal((await ask(String(foreign.access_token))).status, 401);
  assert.throws(() => remote.assertClean(), /token for the resource/);
  await remote.close();
});
