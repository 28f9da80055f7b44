// Pushed authorization requests (RFC 9126): used where issuer or client requires them, with the client's authentication, and
// nothing but a name for the browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { calculateJwkThumbprint, decodeProtectedHeader } from "jose";
import type { AuthSettings } from "../../../src/core/settings.ts";
import { Secret } from "../../../src/core/text/secret.ts";
import { refuseToOpen, scriptedBrowser } from "../../support/browsers/browser.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import { inFile } from "../../support/issuers/by-hand-worlds.ts";
import { recordOf } from "../../support/issuers/signed-in.ts";
import type { ClientAuth } from "../../support/issuers/strict/state.ts";
import type { StrictIssuer, StrictIssuerOptions } from "../../support/issuers/strict-issuer.ts";

const SECRET = "canary-of-the-client";
const client = (auth: ClientAuth) => ({
  clientId: "known-client",
  ...(auth === "none" ? {} : { secret: SECRET }),
  auth,
  redirectUris: ["http://localhost/oauth/callback"],
  anyPort: true,
});
const GIVEN = { clientId: "known-client", clientSecret: new Secret(SECRET) };
const REQUIRED = { require_pushed_authorization_requests: true };

const CLIENTS: readonly (readonly [
  name: string,
  options: StrictIssuerOptions,
  settings: (issuer: StrictIssuer) => Partial<AuthSettings>,
])[] = [
  ["a client that is registered", { pushed: {} }, () => ({})],
  ["a public client", { pushed: {} }, () => ({ staticClient: { clientId: "known-client" } })],
  [
    "a secret in the header",
    { pushed: {}, clients: [client("client_secret_basic")] },
    ({ url }) => ({ staticClient: GIVEN, issuer: url }),
  ],
  [
    "a secret in the form",
    { pushed: {}, clients: [client("client_secret_post")] },
    ({ url }) => ({ staticClient: { ...GIVEN, tokenEndpointAuth: "client_secret_post" }, issuer: url }),
  ],
  [
    "a secret in another place than announced",
    { pushed: {}, clients: [client("client_secret_post")] },
    ({ url }) => ({ staticClient: GIVEN, issuer: url }),
  ],
  [
    "a registration whose answer requires it",
    { pushed: { required: false }, registration: { answers: REQUIRED } },
    () => ({}),
  ],
  [
    "a client whose own file requires it",
    { pushed: { required: false } },
    () => ({ staticClient: { clientId: "known-client", requirePushed: true } }),
  ],
  [
    "metadata that was given by hand",
    { pushed: {}, metadataAt: [] },
    (issuer) => ({ givenIssuer: { metadata: inFile(issuer.metadata()) } }),
  ],
  [
    "parameters of the page's own address, and of the user",
    { pushed: {} },
    () => ({ authorizeParams: [["prompt", "login"]] }),
  ],
];

for (const [name, options, settings] of CLIENTS)
  test(`[AUTH-14] ${name}: the request is pushed, and the browser brings its name alone`, async (t) => {
    const { issuer, rig } = await startScene(t, options, { scope: "read" });
    const browser = scriptedBrowser();
    const made = rig({ settings: settings(issuer), browser });
    assert.equal(await made.call(), 200);
    const [pushed, ...more] = issuer.server.to("push").filter(({ status }) => status === 201);
    assert.equal(more.length, 0);
    const [opened] = browser.opened;
    assert.deepEqual([...(opened?.searchParams.keys() ?? [])].sort(), ["client_id", "request_uri"]);
    for (const each of ["state", "code_challenge", "redirect_uri", "response_type", "scope", "resource"])
      assert.ok(pushed?.form.has(each), each);
    assert.equal(pushed?.form.get("prompt") ?? undefined, settings(issuer).authorizeParams?.[0]?.[1]);
    // The same authentication as at the token endpoint.
    const [exchange] = issuer.server.to("token").filter(({ status }) => status === 200);
    assert.equal(pushed?.headers.authorization, exchange?.headers.authorization);
    assert.equal(pushed?.form.get("client_secret"), exchange?.form.get("client_secret"));
    if (!name.includes("another place")) issuer.assertClean();
    assert.equal(recordOf(made).pending, undefined);
  });

test("[AUTH-14] where they are offered and nobody requires them, no request is pushed", async (t) => {
  const { issuer, rig } = await startScene(t, { pushed: { required: false } });
  assert.equal(await rig().call(), 200);
  assert.equal(issuer.server.to("push").length, 0);
});

test("[AUTH-14] the query of the page's own address stays there", async (t) => {
  const { issuer, rig } = await startScene(t, { pushed: {} });
  const authorization_endpoint = `${issuer.endpoint("authorize")}?tenant=a%20b`;
  issuer.server.script("metadata", () => ({ body: { ...issuer.metadata(), authorization_endpoint } }));
  const opened: URL[] = [];
  const browser = { open: async (url: URL) => void opened.push(url) };
  void rig({ browser })
    .call()
    .catch(() => {});
  while (opened.length === 0) await new Promise((done) => setImmediate(done));
  assert.equal(opened[0]?.searchParams.get("tenant"), "a b");
  assert.equal(issuer.server.to("push")[0]?.form.has("tenant"), false);
});

test("[AUTH-14] [REG-2] a client's secret is pushed to no issuer that nobody named, nor to another than its own", async (t) => {
  const options = { pushed: {}, clients: [client("client_secret_basic")] };
  const { issuer, rig } = await startScene(t, options);
  const settings = { staticClient: GIVEN };
  await failing("AUTH_ISSUER_NEEDED", rig({ settings, browser: refuseToOpen() }).call(), issuer.url);
  assert.equal(issuer.server.to("push").length, 0);
  // A person at a terminal has looked at the address.
  const first = rig({ settings });
  assert.equal(await first.signIn(), "signed in");
  const impostor = await startScene(t, options);
  const later = { settings, shared: first.shared, remote: impostor.remote.url, browser: refuseToOpen() };
  await failing("AUTH_CLIENT_ISSUER_MISMATCH", rig(later).call());
  assert.equal(impostor.issuer.server.to("push").length, 0);
});

test("[AUTH-14] [AUTH-13] DPoP: the request names the key that the code's exchange proves", async (t) => {
  const dpop_bound_access_tokens_required = true;
  const { issuer, rig } = await startScene(
    t,
    { pushed: {} },
    { metadata: { dpop_bound_access_tokens_required } },
  );
  assert.equal(await rig().call(), 200);
  const [pushed] = issuer.server.to("push");
  const proof = String(issuer.server.to("token")[0]?.headers.dpop);
  const { jwk } = decodeProtectedHeader(proof);
  assert.equal(pushed?.form.get("dpop_jkt"), await calculateJwkThumbprint(jwk ?? assert.fail()));
});
