// What is given by hand and cannot be used: refused before anybody is sent anything.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthSettings } from "../../../src/core/settings.ts";
import { refuseToOpen } from "../../support/browsers/browser.ts";
import { failing, type Scene, startScene } from "../../support/issuers/auth-scene.ts";
import { at, CONFIDENTIAL, endpoints, GIVEN, inFile, OPENID } from "../../support/issuers/by-hand-worlds.ts";
import { HTML } from "../../support/remotes/metadata-places.ts";

const REFUSED: readonly (readonly [
  name: string,
  code: Parameters<typeof failing>[0],
  settings: (scene: Scene) => Partial<AuthSettings>,
  prepare?: (scene: Scene) => void,
])[] = [
  [
    "a file with a token endpoint that is plain http",
    "AUTH_INSECURE_ENDPOINT",
    ({ issuer }) => ({
      givenIssuer: { metadata: inFile({ ...issuer.metadata(), token_endpoint: "http://token.example/t" }) },
    }),
  ],
  [
    "a file with relative endpoints",
    "AUTH_METADATA_INVALID",
    ({ issuer }) => ({
      givenIssuer: { metadata: inFile({ ...issuer.metadata(), token_endpoint: "/as/tokens-here" }) },
    }),
  ],
  [
    "a file that announces no PKCE",
    "AUTH_NO_PKCE",
    ({ issuer }) => ({
      givenIssuer: {
        metadata: inFile({ ...issuer.metadata(), code_challenge_methods_supported: undefined }),
      },
    }),
  ],
  [
    "a file that names another issuer than --issuer",
    "AUTH_ISSUER_MISMATCH",
    ({ issuer }) => ({
      issuer: "https://named.example",
      givenIssuer: { metadata: inFile(issuer.metadata()) },
    }),
  ],
  [
    "an address whose document names another issuer than --issuer",
    "AUTH_ISSUER_MISMATCH",
    ({ issuer }) => ({ issuer: "https://named.example", givenIssuer: { metadata: at(issuer.url + OPENID) } }),
  ],
  [
    "an address that has nothing",
    "AUTH_DISCOVERY_FAILED",
    ({ issuer }) => ({ givenIssuer: { metadata: at(`${issuer.url}/.well-known/nothing`) } }),
  ],
  [
    "an address that has a page",
    "AUTH_METADATA_INVALID",
    ({ issuer }) => ({ givenIssuer: { metadata: at(issuer.url + OPENID) } }),
    ({ issuer }) => issuer.server.script("metadata", HTML),
  ],
  [
    "an address whose document names no token endpoint",
    "AUTH_METADATA_INVALID",
    ({ issuer }) => ({ givenIssuer: { metadata: at(issuer.url + OPENID) } }),
    ({ issuer }) => issuer.server.script("metadata", { body: { issuer: issuer.url } }),
  ],
  [
    "endpoints, and a remote whose metadata is about another resource",
    "AUTH_RESOURCE_MISMATCH",
    ({ issuer }) => ({ givenIssuer: endpoints(issuer) }),
    ({ remote }) =>
      remote.server.script("resource-metadata", {
        body: { ...remote.metadata(), resource: "https://other.example/mcp" },
      }),
  ],
  [
    "endpoints without a client and a place to register one",
    "AUTH_CLIENT_NEEDED",
    ({ issuer }) => ({ givenIssuer: endpoints(issuer) }),
  ],
  [
    "a client whose file names another issuer",
    "AUTH_CLIENT_ISSUER_MISMATCH",
    ({ issuer }) => ({
      givenIssuer: endpoints(issuer),
      issuer: issuer.url,
      staticClient: { ...GIVEN, issuer: "https://victim.example" },
    }),
  ],
  [
    // Who is talked into an address is not talked out of the client's issuer.
    "a client whose file names the issuer that the document at an address only claims to be",
    "AUTH_CLIENT_ISSUER_MISMATCH",
    ({ issuer }) => ({
      givenIssuer: { metadata: at(issuer.url + OPENID) },
      staticClient: { ...GIVEN, issuer: "https://victim.example" },
    }),
    ({ issuer }) =>
      issuer.server.script("metadata", { body: { ...issuer.metadata(), issuer: "https://victim.example" } }),
  ],
];

for (const [name, code, settings, prepare] of REFUSED)
  test(`[DISC-12] ${name}: refused, and nobody is sent anything`, async (t) => {
    const scene = await startScene(t, { clients: [CONFIDENTIAL], metadataAt: ["openid-before"] });
    prepare?.(scene);
    const { issuer, rig } = scene;
    const failure = await failing(code, rig({ settings: settings(scene), browser: refuseToOpen() }).call());
    if (code === "AUTH_CLIENT_ISSUER_MISMATCH") assert.match(failure.message, /, and you describe "http/);
    assert.deepEqual(
      issuer.server.ledger.filter(({ endpoint }) => endpoint !== "metadata"),
      [],
    );
  });
