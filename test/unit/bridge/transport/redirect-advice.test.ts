import assert from "node:assert/strict";
import { test } from "node:test";
import { redirectAdvice } from "../../../../src/bridge/transport/redirect-advice.ts";

const advice = (from: string, to: string) => redirectAdvice(new URL(from), new URL(to, from)) ?? "";

test("[NET-11] https to http of the same host: the https address, and the header that the proxy leaves out", () => {
  for (const [from, to, offered] of [
    ["https://a.example/mcp", "http://a.example/mcp/", "https://a.example/mcp/"],
    ["https://a.example/mcp/", "http://a.example/mcp", "https://a.example/mcp"],
    ["https://a.example/mcp", "http://a.example:8000/mcp/", "https://a.example/mcp/"],
    ["https://a.example:8443/mcp", "http://a.example/mcp/", "https://a.example:8443/mcp/"],
    ["https://a.example/mcp", "http://A.example/new/mcp", "https://a.example/new/mcp"],
    ["https://a.example/mcp?key=s3cret", "http://a.example/mcp/?key=s3cret", "https://a.example/mcp/?…"],
    ["https://a.example/mcp", "http://a.example/login", "https://a.example/login"],
    ["https://[2001:db8::1]/mcp", "http://[2001:db8::1]/mcp/", "https://[2001:db8::1]/mcp/"],
  ] as const) {
    const told = advice(from, to);
    assert.ok(told.startsWith(`Put ${offered} into`), told);
    assert.match(told, /X-Forwarded-Proto: https/);
    assert.doesNotMatch(told, /s3cret/);
  }
  const same = advice("https://a.example/mcp", "http://a.example/mcp");
  assert.match(same, /X-Forwarded-Proto: https/);
  assert.doesNotMatch(same, /Put /);
});

test("[NET-11] to a sign-in page: it is for people", () => {
  for (const to of [
    "/login",
    "/login?next=/mcp",
    "/users/sign_in",
    "/Account/LogOn?ReturnUrl=%2Fmcp",
    "/oauth2/start?rd=https%3A%2F%2Fa.example%2Fmcp",
    "/saml/SSO",
    "https://team.cloudflareaccess.com/cdn-cgi/access/login/a.example?kid=1",
    "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=1",
    "https://dev-1.okta.com/app/x",
    "https://accounts.google.com/o/oauth2/v2/auth?x=1",
    "https://sso.corp.example/",
    "https://idp.corp.example/realms/x/protocol/openid-connect/auth",
    "https://portal.corp.example/?SAMLRequest=x&RelayState=y",
    "https://portal.corp.example/start?redirect_uri=https%3A%2F%2Fa.example",
    "http://other.example/adfs/ls/?wa=wsignin1.0",
  ])
    assert.match(advice("https://a.example/mcp", to), /page where people sign in/, to);
});

test("[NET-11] any other redirect: the server moved, as the failure's usual hint says", () => {
  for (const [from, to] of [
    ["https://a.example/mcp", "https://b.example/mcp"],
    ["https://a.example/mcp", "https://auth.example/mcp/"],
    ["https://a.example/mcp", "https://b.example/auth/mcp"],
    ["https://a.example/login", "https://b.example/login"],
    ["https://a.example/mcp", "http://b.example/mcp"],
    ["http://a.example/mcp", "https://a.example/mcp"],
    ["http://a.example/mcp", "http://b.example/"],
    ["https://a.example/mcp", "https://a.example/blog/authors"],
    ["https://a.example/mcp", "https://a.example/v2/streamable"],
    ["https://a.example/mcp", "https://insight.example/obsession"],
    ["https://a.example/mcp", "https://a.example/"],
  ] as const)
    assert.equal(advice(from, to), "", to);
});
