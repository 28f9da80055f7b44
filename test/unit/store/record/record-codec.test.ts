import assert from "node:assert/strict";
import test from "node:test";
import { isFailure } from "../../../../src/core/failure/failure.ts";
import { emptyRecord, type VaultRecord } from "../../../../src/core/oauth/vault-record.ts";
import { Secret } from "../../../../src/core/text/secret.ts";
import { decodeRecord, encodeRecord, NO_UNKNOWN_MEMBERS } from "../../../../src/store/record/record-codec.ts";

const key = { remote: "https://example.com/mcp", profile: "default" };

/** Every member that a record may have. */
const full: VaultRecord = {
  remote: key.remote,
  discovery: {
    resourceMetadata: {
      resource: "https://example.com/mcp",
      authorization_servers: ["https://issuer.example"],
      scopes_supported: ["read"],
    },
    resourceMetadataUrl: "https://example.com/.well-known/oauth-protected-resource/mcp",
    issuer: {
      issuer: "https://issuer.example",
      authorization_endpoint: "https://issuer.example/authorize",
      token_endpoint: "https://issuer.example/token",
      code_challenge_methods_supported: ["S256"],
      client_id_metadata_document_supported: false,
    },
    issuerMetadataUrl: null,
    discoveredAtMs: 1,
    doubted: true,
  },
  clients: [
    {
      origin: "dynamic",
      issuer: "https://issuer.example",
      clientId: "client",
      clientSecret: new Secret("the client secret"),
      secretExpiresAtMs: 2,
      tokenEndpointAuth: "client_secret_basic",
      redirectUris: ["http://localhost:1/oauth/callback"],
      scope: "read",
    },
  ],
  grant: {
    issuer: "https://issuer.example",
    clientId: "client",
    accessToken: new Secret("the access token"),
    tokenType: "DPoP",
    refreshToken: new Secret("the refresh token"),
    idToken: new Secret("the id token"),
    scope: "read",
    resource: "https://example.com/mcp",
    expiresAtMs: 3,
    obtainedAtMs: 4,
    dpopKey: new Secret("the key"),
    source: {
      metadata: {
        issuer: "https://issuer.example",
        foundUnder: "https://asked.example",
        token_endpoint: "https://issuer.example/t",
      },
      client: {
        origin: "dynamic",
        issuer: "https://issuer.example",
        foundUnder: "https://asked.example",
        clientId: "client",
        clientSecret: new Secret("the client secret of the grant"),
        tokenEndpointAuth: "client_secret_post",
        redirectUris: [],
      },
    },
  },
  refreshIntent: { refreshTokenHash: "hash", startedAtMs: 5, attempts: 1 },
  pending: {
    state: new Secret("the state"),
    codeVerifier: new Secret("the verifier"),
    issuer: "https://issuer.example",
    clientId: "client",
    redirectUri: "http://localhost:1/oauth/callback",
    deviceCode: true,
    scope: "read",
    resource: "https://example.com/mcp",
    authorizationUrl: new Secret("https://issuer.example/authorize?state=x"),
    startedAtMs: 6,
    deadlineMs: 7,
    browserOpenedAtMs: 7,
    endedWithoutGrant: true,
  },
  learned: { omitResource: true, omitOfflineAccess: true, staticClientIssuer: "https://issuer.example" },
};

/** Two records are the same when they encode to the same text: equality of secrets is not for `deepEqual`. */
const encoded = (record: VaultRecord) => encodeRecord(record, key, NO_UNKNOWN_MEMBERS);

test("[VAULT-2] a record comes back with every member, its secrets wrapped", () => {
  const back = decodeRecord(encoded(full), key).record;
  assert.equal(encoded(back), encoded(full));
  assert.ok(back.grant?.refreshToken instanceof Secret);
  assert.equal(back.grant.refreshToken.reveal(), "the refresh token");
  assert.equal(back.pending?.codeVerifier.reveal(), "the verifier");
  assert.equal(back.clients[0]?.clientSecret?.reveal(), "the client secret");
});

test("[VAULT-2] an absent member stays absent", () => {
  const back = decodeRecord(encoded(emptyRecord(key.remote)), key).record;
  assert.deepEqual(back, { remote: key.remote, clients: [], learned: {} });
});

test("[VAULT-2] a record of a newer version is refused", () => {
  const newer = JSON.stringify({ ...JSON.parse(encoded(full)), version: 2 });
  assert.throws(
    () => decodeRecord(newer, key),
    (error) => isFailure(error, "LOCAL_VAULT_NEWER"),
  );
});

test("[PROC-5] what 0.1.0 told by special values is read as what it meant", () => {
  const { doubted: _, ...discovery } = full.discovery ?? assert.fail();
  const { deviceCode: __, endedWithoutGrant: ___, ...pending } = full.pending ?? assert.fail();
  const read = (record: VaultRecord) => decodeRecord(encoded(record), key).record;
  const plain = read({ ...full, discovery, pending });
  assert.equal(encoded(plain), encoded({ ...full, discovery, pending }));
  const old = read({
    ...full,
    discovery: { ...discovery, discoveredAtMs: 0 },
    pending: { ...pending, redirectUri: "", deadlineMs: pending.startedAtMs },
  });
  assert.equal(old.discovery?.doubted, true);
  assert.equal(old.pending?.deviceCode, true);
  assert.equal(old.pending.endedWithoutGrant, true);
});

test("[PROC-5] what a later release added at the top or to what was learned survives our writing", () => {
  const raw = JSON.parse(encoded(full));
  const later = { ...raw, tools: ["a"], learned: { ...raw.learned, era: "modern" } };
  const { record, carried } = decodeRecord(JSON.stringify(later), key);
  const again = JSON.parse(encodeRecord({ ...record, learned: {} }, key, carried));
  assert.deepEqual(again.tools, ["a"]);
  assert.deepEqual(again.learned, { era: "modern" });
});

const BROKEN: readonly (readonly [string, (raw: Record<string, unknown>) => unknown])[] = [
  ["no version", ({ version: _, ...rest }) => rest],
  ["clients missing", ({ clients: _, ...rest }) => rest],
  ["a token that is no text", (raw) => ({ ...raw, grant: { ...(raw.grant as object), accessToken: 1 } })],
  ["a token type nobody knows", (raw) => ({ ...raw, grant: { ...(raw.grant as object), tokenType: "MAC" } })],
  ["a list for an object", (raw) => ({ ...raw, learned: [] })],
  ["null for an object", (raw) => ({ ...raw, discovery: null })],
  ["another remote", (raw) => ({ ...raw, remote: "https://evil.example/mcp" })],
  ["not an object", () => "text"],
];

for (const [what, change] of BROKEN) {
  test(`[VAULT-2] a record with ${what} is broken, and the message quotes no value`, () => {
    const text = JSON.stringify(change(JSON.parse(encoded(full))));
    assert.throws(
      () => decodeRecord(text, key),
      (error) => isFailure(error, "LOCAL_VAULT_BROKEN") && !error.message.includes("the access token"),
    );
  });
}
