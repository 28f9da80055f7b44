// How much of a document is taken: one text, one list, one record.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withClient } from "../../../../src/auth/client/select-client.ts";
import { readIssuerMetadata } from "../../../../src/auth/discovery/issuer-metadata.ts";
import { readResourceMetadata } from "../../../../src/auth/discovery/resource-metadata.ts";
import { EndpointPolicy } from "../../../../src/auth/protocol/endpoint-policy.ts";
import { readAnswer } from "../../../../src/auth/protocol/issuer-http.ts";
import { readHints } from "../../../../src/auth/protocol/www-authenticate.ts";
import { readTokenResponse } from "../../../../src/auth/token/token-response.ts";
import type { ClientRegistration } from "../../../../src/core/oauth/oauth-types.ts";
import { emptyRecord } from "../../../../src/core/oauth/vault-record.ts";
import { parseRemoteUrl } from "../../../../src/core/remote-url.ts";
import { DEFAULT_SETTINGS } from "../../../support/issuers/auth-rig.ts";

const REMOTE = parseRemoteUrl("https://remote.example/mcp", false);
const policy = new EndpointPolicy(REMOTE, DEFAULT_SETTINGS);
const endpoint = (length: number) => "https://issuer.example/".padEnd(length, "a");

test("[LIM-1] an endpoint of more than 2,048 characters counts as not there", () => {
  const read = (length: number) =>
    readIssuerMetadata(
      {
        issuer: "https://issuer.example",
        token_endpoint: "https://issuer.example/token",
        authorization_endpoint: endpoint(length),
      },
      policy,
    ).authorization_endpoint?.length;
  assert.equal(read(2_048), 2_048);
  assert.equal(read(2_049), undefined);
  assert.throws(
    () => readIssuerMetadata({ issuer: "https://issuer.example", token_endpoint: endpoint(900_000) }, policy),
    /names no token endpoint/,
  );
});

test("[LIM-1] of a list 200 entries are taken, and none of more than 2,048 characters", () => {
  const scopes = [..."x".repeat(300)].map((letter, at) => (at === 0 ? letter.repeat(2_049) : letter));
  const { scopes_supported } = readResourceMetadata({ resource: REMOTE.canonical, scopes_supported: scopes });
  assert.equal(scopes_supported?.length, 199);
});

test("[LIM-1] a challenge names an address and a scope of a usable length, or none", () => {
  const hints = (metadata: number, scope: number) =>
    readHints([`Bearer resource_metadata="${"m".repeat(metadata)}", scope="${"s".repeat(scope)}"`]);
  assert.equal(hints(2_048, 8_192).resourceMetadata?.[0]?.length, 2_048);
  assert.equal(hints(2_048, 8_192).scope?.length, 8_192);
  assert.equal(hints(2_049, 8_192).resourceMetadata, undefined);
  assert.equal(hints(2_048, 8_193).scope, undefined);
});

test("[LIM-1] a token may have 65,536 characters", () => {
  const read = (length: number) => {
    const text = JSON.stringify({ access_token: "t".repeat(length), refresh_token: "r".repeat(length) });
    const url = new URL("https://issuer.example/token");
    return readTokenResponse(readAnswer(url, 200, () => undefined, text, {}));
  };
  const longest = read(65_536);
  assert.equal(longest.kind === "tokens" && longest.tokens.refreshToken?.length, 65_536);
  assert.equal(read(65_537).kind, "senseless");
});

test("[LIM-1] a record keeps the last eight clients", () => {
  let record = emptyRecord(REMOTE.canonical);
  for (let at = 0; at < 20; at += 1) {
    const client: ClientRegistration = {
      origin: "dynamic",
      issuer: `https://issuer-${at}.example`,
      clientId: "c",
      tokenEndpointAuth: "none",
      redirectUris: [],
    };
    record = withClient(record, client);
  }
  assert.deepEqual(
    record.clients.map(({ issuer }) => issuer),
    [12, 13, 14, 15, 16, 17, 18, 19].map((at) => `https://issuer-${at}.example`),
  );
});
