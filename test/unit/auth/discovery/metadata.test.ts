import assert from "node:assert/strict";
import { test } from "node:test";
import { isCurrent } from "../../../../src/auth/discovery/discover.ts";
import { checkedIssuer, readIssuerMetadata } from "../../../../src/auth/discovery/issuer-metadata.ts";
import {
  checkResource,
  readResourceMetadata,
  wellKnownPlaces,
} from "../../../../src/auth/discovery/resource-metadata.ts";
import { EndpointPolicy } from "../../../../src/auth/protocol/endpoint-policy.ts";
import { issuerPlaces } from "../../../../src/auth/protocol/oauth-sdk.ts";
import { isFailure } from "../../../../src/core/failure/failure.ts";
import type { FailureCode } from "../../../../src/core/failure/failure-table.ts";
import { ownerOf } from "../../../../src/core/oauth/oauth-types.ts";
import { parseRemoteUrl } from "../../../../src/core/remote-url.ts";
import { DEFAULT_SETTINGS } from "../../../support/issuers/auth-rig.ts";

const REMOTE = parseRemoteUrl("https://remote.example/public/mcp", false);
const policy = new EndpointPolicy(REMOTE, DEFAULT_SETTINGS);

function refused(code: FailureCode, act: () => unknown, ...texts: string[]): void {
  assert.throws(act, (error) => {
    assert.ok(isFailure(error, code), String(error));
    for (const text of texts) assert.ok(error.message.includes(text), error.message);
    return true;
  });
}

test("[DISC-1] well-known places: for the path, then for the root", () => {
  const places = (url: string) => wellKnownPlaces(new URL(url)).map(({ href }) => href);
  const root = "https://a.example/.well-known/oauth-protected-resource";
  assert.deepEqual(places("https://a.example/x/mcp"), [`${root}/x/mcp`, root]);
  assert.deepEqual(places("https://a.example/x/"), [`${root}/x`, root]);
  assert.deepEqual(places("https://a.example/"), [root]);
  assert.deepEqual(places("https://a.example/mcp?tenant=1"), [`${root}/mcp?tenant=1`, root]);
});

test("[DISC-4] the resource is the remote or a parent of it, compared canonically", () => {
  for (const fits of [
    "https://remote.example/public/mcp",
    "https://REMOTE.example:443/public/mcp",
    "https://remote.example/public/mcp/",
    "https://remote.example/public",
    "https://remote.example",
    "https://remote.example/",
  ])
    checkResource(fits, REMOTE, undefined);
  for (const foreign of [
    "https://other.example/public/mcp",
    "http://remote.example/public/mcp",
    "https://remote.example:8443/public/mcp",
    "https://remote.example/pub",
    "https://remote.example/public/mcp/more",
    "https://remote.example/private",
    "https://remote.example/public?x=1",
    "https://remote.example/public#x",
    "https://user@remote.example/public",
    "urn:remote",
    "remote.example",
  ]) {
    refused(
      "AUTH_RESOURCE_MISMATCH",
      () => checkResource(foreign, REMOTE, undefined),
      foreign,
      REMOTE.canonical,
    );
    checkResource(foreign, REMOTE, foreign);
  }
});

test("[DIAG-1] a refusal does not tell what the query of the user's address holds", () => {
  const remote = parseRemoteUrl("https://remote.example/mcp?key=s3cret-canary", false);
  assert.throws(
    () => checkResource("https://other.example/mcp", remote, undefined),
    (error) => isFailure(error, "AUTH_RESOURCE_MISMATCH") && !error.message.includes("canary"),
  );
});

test("[DISC-5] issuer metadata is looked for at the specified places, in order", () => {
  const places = (issuer: string) => issuerPlaces(issuer).map(({ pathname }) => pathname);
  const [oauth, openid] = ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"];
  assert.deepEqual(places("https://i.example"), [oauth, openid]);
  assert.deepEqual(places("https://i.example/"), [oauth, openid]);
  for (const path of ["/t/1", "/t/1/"])
    assert.deepEqual(places(`https://i.example${path}`), [
      `${oauth}/t/1`,
      `${openid}/t/1`,
      `/t/1${openid}`,
      `/t/1${oauth}`,
      oauth,
      openid,
    ]);
});

test("[DISC-6] the issuer named is the issuer asked for, to the character, or the pinned one", () => {
  const asked = "https://i.example";
  const check = (issuer: string, trusted?: { asked: string; named: string }, known?: string) =>
    checkedIssuer({ issuer, token_endpoint: "https://i.example/t" }, asked, known, trusted);
  assert.equal(ownerOf(check(asked)), asked);
  for (const other of [
    "https://i.example/x",
    "https://I.example",
    "https://i.example:443",
    "https://j.example",
  ]) {
    refused("AUTH_ISSUER_MISMATCH", () => check(other), other);
    refused("AUTH_ISSUER_MISMATCH", () => check(other, { asked: other, named: other }), other);
    refused("AUTH_ISSUER_MISMATCH", () => check(other, { asked: "https://k.example", named: other }), other);
    refused("AUTH_ISSUER_MISMATCH", () => check(other, { asked, named: "https://k.example" }), other);
    const trusted = check(other, { asked, named: other });
    assert.deepEqual([trusted.issuer, ownerOf(trusted)], [other, asked]);
    assert.equal(ownerOf(check(other, undefined, other)), other);
  }
});

test("[DISC-7] [LIM-1] issuer metadata: what is needed must be there; what is garbled is as if it were not", () => {
  const read = (json: Record<string, unknown>) => readIssuerMetadata(json, policy);
  const least = { issuer: "https://i.example", token_endpoint: "https://i.example/t" };
  assert.deepEqual(read({ ...least, scopes_supported: "x", registration_endpoint: 5, other: {} }), least);
  assert.deepEqual(read({ ...least, scopes_supported: ["x", 1, null] }).scopes_supported, ["x"]);
  refused("AUTH_METADATA_INVALID", () => read({ issuer: "https://i.example" }), "token endpoint");
  refused("AUTH_METADATA_INVALID", () => read({ token_endpoint: "https://i.example/t" }), "issuer");
  refused("AUTH_METADATA_INVALID", () =>
    read(JSON.parse('{"__proto__":{"issuer":"x","token_endpoint":"y"}}')),
  );
});

test("[AUTH-7] endpoints are https; http on loopback only where the user's own URL is", () => {
  const loopback = new EndpointPolicy(parseRemoteUrl("http://localhost:5253/bot", false), DEFAULT_SETTINGS);
  assert.equal(policy.endpoint("https://i.example/t", "x").href, "https://i.example/t");
  assert.equal(loopback.endpoint("http://127.0.0.1:5001/t", "x").port, "5001");
  refused(
    "AUTH_INSECURE_ENDPOINT",
    () => policy.endpoint("http://i.example/t", "token endpoint"),
    "http://i.example/t",
  );
  refused("AUTH_INSECURE_ENDPOINT", () => policy.endpoint("http://localhost/t", "token endpoint"));
  refused("AUTH_INSECURE_ENDPOINT", () => loopback.endpoint("http://i.example/t", "token endpoint"));
  for (const evil of ["javascript:alert(1)", "file:///etc/passwd", "custom:x", "ftp://i.example"])
    refused("AUTH_INSECURE_ENDPOINT", () => loopback.endpoint(evil, "authorization endpoint"));
  for (const evil of [
    "https://a:b@i.example",
    "https://i.example/\nx",
    "https://i.example/ x",
    "nothing",
    "",
  ])
    refused("AUTH_METADATA_INVALID", () => loopback.endpoint(evil, "authorization endpoint"));
});

test("[LIM-1] only addresses that the user named, and loopback beside a loopback remote, may be private", () => {
  const on = (url: string, remote = REMOTE, more = {}) =>
    new EndpointPolicy(remote, { ...DEFAULT_SETTINGS, ...more }).addresses(new URL(url));
  const loopback = parseRemoteUrl("http://localhost:5253/bot", false);
  assert.equal(on("https://i.example"), "public");
  assert.equal(on("https://remote.example/x"), "any");
  assert.equal(on("https://localhost:5001"), "public");
  assert.equal(on("https://localhost:5001", loopback), "any");
  assert.equal(on("https://10.0.0.1", loopback), "public");
  assert.equal(on("https://10.0.0.1", loopback, { allowPrivateNetwork: true }), "any");
  assert.equal(on("https://sso.corp", REMOTE, { issuer: "https://sso.corp/x" }), "any");
});

test("[DISC-10] remembered metadata is good for a day, unless a challenge names another place", () => {
  const discovery = {
    issuer: { issuer: "https://i.example", token_endpoint: "https://i.example/t" },
    issuerMetadataUrl: null,
    resourceMetadataUrl: "https://r.example/m",
    discoveredAtMs: 1_000,
  };
  const hints = { dpop: false };
  assert.ok(isCurrent(discovery, hints, 1_000 + 86_400_000));
  assert.ok(!isCurrent(discovery, hints, 1_001 + 86_400_000));
  assert.ok(!isCurrent(discovery, hints, 999));
  assert.ok(
    isCurrent(
      discovery,
      { ...hints, resourceMetadata: ["https://r.example/n", "https://r.example/m"] },
      2_000,
    ),
  );
  assert.ok(!isCurrent(discovery, { ...hints, resourceMetadata: ["https://r.example/n"] }, 2_000));
});

test("[DISC-4] resource metadata is taken as published, to the slash", () => {
  const json = {
    resource: "https://r.example",
    scopes_supported: ["a", "b c", 'd"'],
    authorization_servers: ["x"],
  };
  assert.deepEqual(readResourceMetadata(json), {
    resource: "https://r.example",
    authorization_servers: ["x"],
    scopes_supported: ["a"],
  });
  refused("AUTH_METADATA_INVALID", () => readResourceMetadata({}), "no resource");
});
