import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseMethod, readKey } from "../../../../src/auth/client/client-authentication.ts";
import { checkDocumentUrl, documentFaults } from "../../../../src/auth/client/client-id-document.ts";
import { registrationDocument } from "../../../../src/auth/client/register-client.ts";
import { selectClient, withClient, withoutClient } from "../../../../src/auth/client/select-client.ts";
import { isFailure } from "../../../../src/core/failure/failure.ts";
import type { ClientRegistration } from "../../../../src/core/oauth/oauth-types.ts";
import { emptyRecord } from "../../../../src/core/oauth/vault-record.ts";
import { Secret } from "../../../../src/core/text/secret.ts";
import { DEFAULT_SETTINGS } from "../../../support/issuers/auth-rig.ts";

const ISSUER = "https://i.example";
const METADATA = {
  issuer: ISSUER,
  token_endpoint: `${ISSUER}/t`,
  registration_endpoint: `${ISSUER}/r`,
  client_id_metadata_document_supported: true,
};
const DISCOVERY = { issuer: METADATA, issuerMetadataUrl: null, discoveredAtMs: 0 };
const RECORD = emptyRecord("https://remote.example");
const DOCUMENT = new URL("https://client.example/metadata.json");
const registered: ClientRegistration = {
  origin: "dynamic",
  issuer: ISSUER,
  clientId: "registered",
  tokenEndpointAuth: "none",
  redirectUris: [],
  scope: "a b",
};

function plan(settings = {}, record = RECORD, metadata: typeof METADATA | object = METADATA, scope?: string) {
  const discovery = { ...DISCOVERY, issuer: metadata as typeof METADATA };
  return selectClient({ ...DEFAULT_SETTINGS, ...settings }, record, discovery, scope, 1_000_000);
}

test("[REG-1] given, then metadata document, then registered, then registration, then ask", () => {
  const staticClient = { clientId: "given" };
  const given = plan({ staticClient, clientMetadataUrl: DOCUMENT });
  assert.equal(given.kind === "use" && given.client.clientId, "given");
  assert.deepEqual(plan({ clientMetadataUrl: DOCUMENT }), { kind: "document", url: DOCUMENT });
  const noDocuments = { ...METADATA, client_id_metadata_document_supported: false };
  assert.deepEqual(plan({ clientMetadataUrl: DOCUMENT }, RECORD, noDocuments), { kind: "register" });
  assert.deepEqual(plan(), { kind: "register" });
  const known = plan({}, withClient(RECORD, registered));
  assert.equal(known.kind === "use" && known.client.clientId, "registered");
  const { registration_endpoint: _, ...closed } = noDocuments;
  assert.throws(
    () => plan({ redirect: { ...DEFAULT_SETTINGS.redirect, port: 4711 } }, RECORD, closed),
    (error) =>
      isFailure(error, "AUTH_CLIENT_NEEDED") &&
      error.message.includes(ISSUER) &&
      error.hint.includes("http://localhost:4711/oauth/callback") &&
      error.hint.includes("--static-oauth-client-info"),
  );
});

test("[REG-2] a client is used with its own issuer only", () => {
  const elsewhere = { ...registered, issuer: "https://other.example" };
  assert.deepEqual(plan({}, withClient(RECORD, elsewhere)), { kind: "register" });
  const mismatch = (settings: object, record = RECORD) =>
    assert.throws(
      () => plan(settings, record),
      (error) =>
        isFailure(error, "AUTH_CLIENT_ISSUER_MISMATCH") &&
        error.message.includes(ISSUER) &&
        error.message.includes("https://other.example"),
    );
  mismatch({ staticClient: { clientId: "given", issuer: "https://other.example" } });
  mismatch(
    { staticClient: { clientId: "given" } },
    { ...RECORD, learned: { staticClientIssuer: "https://other.example" } },
  );
  const both = withClient(withClient(RECORD, elsewhere), registered);
  assert.equal(both.clients.length, 2);
  assert.equal(withClient(both, { ...registered, clientId: "new" }).clients.length, 2);
  assert.deepEqual(withoutClient(both, registered).clients, [elsewhere]);
});

test("[REG-3] [REG-8] a registration that may not ask for the scope, or whose secret ends, is replaced", () => {
  const record = withClient(RECORD, registered);
  assert.equal(plan({}, record, METADATA, "b").kind, "use");
  assert.equal(plan({}, record, METADATA, "b c").kind, "register");
  const ending = { ...registered, clientSecret: new Secret("s"), secretExpiresAtMs: 1_030_000 };
  assert.equal(plan({}, withClient(RECORD, ending)).kind, "register");
  assert.equal(plan({}, withClient(RECORD, { ...ending, secretExpiresAtMs: 2_000_000 })).kind, "use");
});

test("[REG-3] what is registered is what a native program needs; the user's members win", () => {
  const metadata = { ...METADATA, token_endpoint_auth_methods_supported: ["none", "client_secret_basic"] };
  const request = { metadata, redirectUris: ["http://localhost:1/cb"], scope: "a" };
  assert.deepEqual(registrationDocument(request, { client_name: "mine" }, "authorization_code"), {
    client_name: "mine",
    redirect_uris: ["http://localhost:1/cb"],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    application_type: "native",
    token_endpoint_auth_method: "none",
    scope: "a",
  });
  const method = (supported?: string[]) =>
    registrationDocument(
      {
        ...request,
        metadata: { ...METADATA, ...(supported && { token_endpoint_auth_methods_supported: supported }) },
      },
      {},
      "authorization_code",
    ).token_endpoint_auth_method;
  assert.equal(method(["client_secret_post"]), "client_secret_post");
  assert.equal(method(["client_secret_post", "client_secret_basic"]), "client_secret_basic");
  assert.equal(method(), "client_secret_basic");
  assert.equal(chooseMethod(METADATA, false), "none");
});

test("[REG-6] a metadata document's address is https with a path, and the document names it", () => {
  checkDocumentUrl(DOCUMENT);
  for (const bad of [
    "https://client.example",
    "http://client.example/x",
    "https://a@client.example/x",
    "https://c.example/x#y",
  ])
    assert.throws(
      () => checkDocumentUrl(new URL(bad)),
      (error) => isFailure(error, "USAGE_BAD_ARGUMENT"),
      bad,
    );
  const document = {
    client_id: DOCUMENT.href,
    client_name: "ours",
    redirect_uris: ["http://localhost/oauth/callback"],
    token_endpoint_auth_method: "none",
  };
  assert.deepEqual(documentFaults(document, DOCUMENT), []);
  assert.equal(
    documentFaults({ ...document, client_id: "x", redirect_uris: [], client_name: "" }, DOCUMENT).length,
    3,
  );
});

test("[AUTH-13] keys are read as PEM and JWK, with an algorithm that the issuer takes too", async () => {
  const { generateKeyPairSync } = await import("node:crypto");
  const ec = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey;
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const sec1 = ec.export({ type: "sec1", format: "pem" }).toString();
  assert.equal(readKey(new Secret(sec1), undefined)?.alg, "ES384");
  const jwk = JSON.stringify(rsa.export({ format: "jwk" }));
  assert.equal(readKey(new Secret(jwk), ["PS512", "ES256"])?.alg, "PS512");
  assert.match(readKey(new Secret(jwk), undefined)?.privateKey ?? "", /BEGIN PRIVATE KEY/);
  assert.throws(
    () => readKey(new Secret("nonsense secret"), undefined),
    (error) => {
      return isFailure(error, "AUTH_CLIENT_REJECTED") && !error.message.includes("nonsense");
    },
  );
});

test("[REG-6] the project's own document is one that the program takes, and lists no port", async () => {
  const { readFile } = await import("node:fs/promises");
  const file = new URL("../../../../../examples/client-metadata.json", import.meta.url);
  const document = JSON.parse(await readFile(file, "utf8"));
  const url = new URL(document.client_id);
  checkDocumentUrl(url);
  // Issuers that follow RFC 8252 take any port then.
  assert.deepEqual(document.redirect_uris, [
    "http://localhost/oauth/callback",
    "http://127.0.0.1/oauth/callback",
  ]);
  assert.equal(document.token_endpoint_auth_method, "none");
  assert.deepEqual(documentFaults(document, url), []);
});
