// Issuers that want a client's secret in another place than they say, or say nothing (RFC 6749 2.3.1).
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Secret } from "../../../src/core/text/secret.ts";
import { refuseToOpen, scriptedBrowser } from "../../support/browsers/browser.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import { never, recordOf } from "../../support/issuers/signed-in.ts";
import { plainGrants } from "../../support/issuers/strict/plain-grants.ts";
import type { StrictIssuer } from "../../support/issuers/strict-issuer.ts";
import type { Answer, Exchange } from "../../support/remotes/scripted-server.ts";

type Place = "client_secret_basic" | "client_secret_post";

const SECRET = "s3cret/+ :%-of-the-client";
const GIVEN = { clientId: "given", clientSecret: new Secret(SECRET) };
const PLACES = [
  ["client_secret_basic", "client_secret_post"],
  ["client_secret_post", "client_secret_basic"],
] as const;
const REFUSED: Answer = { status: 401, body: { error: "invalid_client" } };

const placeOf = ({ headers, form }: Exchange): Place | "none" => {
  if (headers.authorization !== undefined) return "client_secret_basic";
  return form.has("client_secret") ? "client_secret_post" : "none";
};

/** From now on it refuses a secret in the other place, in its own way. */
function wantsIn(issuer: StrictIssuer, wanted: Place, refusal: Answer = REFUSED): void {
  issuer.server.unscript("token");
  issuer.server.script("token", (exchange, normally) =>
    placeOf(exchange) === wanted ? normally() : refusal,
  );
}

async function scene(t: TestContext, wanted: Place, said: readonly string[] | undefined) {
  const given = await startScene(t, {
    clients: [
      {
        clientId: "given",
        secret: SECRET,
        auth: wanted,
        redirectUris: ["http://localhost/oauth/callback"],
        anyPort: true,
      },
    ],
    metadata: { token_endpoint_auth_methods_supported: said },
  });
  const settings = { staticClient: { ...GIVEN, issuer: given.issuer.url } };
  return { ...given, settings, places: () => given.issuer.server.to("token").map(placeOf) };
}

for (const [said, wanted] of PLACES)
  test(`[AUTH-13] ${said} is announced and ${wanted} wanted: once more, and remembered for renewals, sign-ins and revocation`, async (t) => {
    const { issuer, rig, settings, places } = await scene(t, wanted, [said]);
    wantsIn(issuer, wanted);
    const first = rig({ settings });
    assert.equal(await first.call(), 200);
    assert.deepEqual(places(), [said, wanted]);
    issuer.expireAccessTokens();
    const { shared } = first;
    assert.equal(await rig({ settings, shared, browser: refuseToOpen() }).call(), 200);
    issuer.revokeEverything();
    const last = rig({ settings, shared, browser: scriptedBrowser() });
    assert.equal(await last.call(), 200);
    assert.deepEqual(places(), [said, wanted, wanted, wanted, wanted]);
    assert.equal((await last.authorizer.signOut(never)).revoked, "yes");
    assert.deepEqual(issuer.server.to("revoke").map(placeOf), [wanted, wanted]);
    issuer.assertClean();
  });

const REFUSALS: readonly [name: string, refusal: Answer][] = [
  ["400 invalid_client", { status: 400, body: { error: "invalid_client" } }],
  ["401 with a page", { status: 401, headers: { "content-type": "text/html" }, body: "<h1>401</h1>" }],
  ["401 with a message", { status: 401, body: { message: "Unauthorized" } }],
  ["401 with another error", { status: 401, body: { error: "Unauthorized", statusCode: 401 } }],
  [
    "400 that misses the client id",
    { status: 400, body: { error: "invalid_request", error_description: "client_id: Field required" } },
  ],
  [
    "422 that misses the secret",
    { status: 422, body: { detail: [{ loc: ["body", "client_secret"], msg: "client_secret is missing" }] } },
  ],
  [
    "unauthorized_client",
    {
      status: 400,
      body: { error: "unauthorized_client", error_description: "Client authentication failed" },
    },
  ],
  ["an error with status 200", { status: 200, body: { error: "invalid_client" } }],
  ["bad_client_secret", { status: 400, body: { ok: false, error: "bad_client_secret" } }],
];

for (const [name, refusal] of REFUSALS)
  test(`[AUTH-13] no method is announced, and the header is refused with ${name}: the form is tried`, async (t) => {
    const { issuer, rig, settings, places } = await scene(t, "client_secret_post", undefined);
    wantsIn(issuer, "client_secret_post", refusal);
    assert.equal(await rig({ settings }).call(), 200);
    assert.deepEqual(places(), ["client_secret_basic", "client_secret_post"]);
    issuer.assertClean();
  });

test("[AUTH-13] [TOK-5] an issuer that wants it elsewhere since: the renewal finds out, and a registered client is kept", async (t) => {
  const metadata = { token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"] };
  const { issuer, rig } = await startScene(t, { metadata });
  const first = rig();
  assert.equal(await first.call(), 200);
  const [client] = recordOf(first).clients;
  const known = issuer.state.clients.get(client?.clientId ?? "") ?? assert.fail();
  issuer.state.clients.set(known.clientId, { ...known, auth: "client_secret_post" });
  wantsIn(issuer, "client_secret_post");
  for (let time = 0; time < 2; time++) {
    issuer.expireAccessTokens();
    assert.equal(await rig({ shared: first.shared, browser: refuseToOpen() }).call(), 200);
  }
  const places = issuer.server.to("token").map(placeOf);
  assert.deepEqual(places, [
    "client_secret_basic",
    "client_secret_basic",
    ...Array(2).fill("client_secret_post"),
  ]);
  assert.equal(recordOf(first).clients[0]?.tokenEndpointAuth, "client_secret_post");
  assert.equal(issuer.server.to("register").length, 1);
});

test("[AUTH-13] an issuer that takes the code for spent after the first refusal: once more through the same tab", async (t) => {
  const { issuer, rig, settings, places } = await scene(t, "client_secret_post", undefined);
  issuer.server.script("token", async (exchange, normally) => {
    if (placeOf(exchange) === "client_secret_post") return normally();
    const code = issuer.state.codes.get(exchange.form.get("code") ?? "");
    if (code) code.used = true;
    return REFUSED;
  });
  const browser = scriptedBrowser();
  assert.equal(await rig({ settings, browser }).call(), 200);
  assert.equal(browser.opened.length, 1);
  assert.deepEqual(places(), ["client_secret_basic", "client_secret_post", "client_secret_post"]);
});

test("[AUTH-13] a public client that was given a secret shows it where it is refused without", async (t) => {
  const answers = { token_endpoint_auth_method: "none", client_secret: SECRET };
  const { issuer, rig } = await startScene(t, { registration: { answers } });
  wantsIn(issuer, "client_secret_post");
  issuer.server.script("register", async (_exchange, normally) => {
    const answer = await normally();
    const { client_id: clientId } = answer.body as { client_id: string };
    const known = issuer.state.clients.get(clientId) ?? assert.fail();
    issuer.state.clients.set(clientId, { ...known, auth: "client_secret_post" });
    return answer;
  });
  assert.equal(await rig().call(), 200);
});

for (const [said, wanted] of PLACES)
  test(`[AUTH-13] a machine, too: ${said} is announced and ${wanted} wanted`, async (t) => {
    let made: StrictIssuer | undefined;
    const { issuer, rig } = await startScene(t, {
      clients: [{ clientId: "given", secret: SECRET, auth: wanted, redirectUris: [] }],
      registration: false,
      grants: { client_credentials: plainGrants(() => made ?? assert.fail()) },
      metadata: { token_endpoint_auth_methods_supported: [said] },
    });
    made = issuer;
    wantsIn(issuer, wanted);
    const settings = {
      staticClient: { ...GIVEN, issuer: issuer.url },
      grantType: { kind: "client_credentials" } as const,
    };
    const first = rig({ settings });
    assert.equal(await first.call(), 200);
    issuer.expireAccessTokens();
    assert.equal(await rig({ settings, shared: first.shared }).call(), 200);
    assert.deepEqual(issuer.server.to("token").map(placeOf), [said, wanted, wanted]);
    issuer.assertClean();
  });

test("[AUTH-13] a secret that is wrong in both places: the first refusal is told, and no third is asked for", async (t) => {
  const { issuer, rig, settings, places } = await scene(t, "client_secret_basic", undefined);
  issuer.server.script("token", (exchange) => ({
    status: 401,
    body: { error: "invalid_client", error_description: `not in ${placeOf(exchange)}` },
  }));
  await failing("AUTH_CLIENT_REJECTED", rig({ settings }).call(), "not in client_secret_basic");
  assert.deepEqual(places(), ["client_secret_basic", "client_secret_post"]);
});

test("[AUTH-13] what is not about the client is not asked twice, and a client without a secret shows none", async (t) => {
  for (const answer of [
    { status: 400, body: { error: "invalid_grant", error_description: "client_id does not match" } },
    { status: 401, body: { error: "invalid_grant" } },
    { status: 400, body: { error: "invalid_request", error_description: "redirect_uri is wrong" } },
    { status: 403, body: { message: "Forbidden" } },
    { status: 500, body: { error: "invalid_request", error_description: "client_id" } },
  ]) {
    const { issuer, rig, settings, places } = await scene(t, "client_secret_basic", undefined);
    issuer.server.script("token", answer);
    await failing("AUTH_EXCHANGE_FAILED", rig({ settings }).call());
    assert.deepEqual(places(), ["client_secret_basic"], JSON.stringify(answer));
  }
  const { issuer, rig } = await startScene(t);
  issuer.server.script("token", REFUSED);
  await failing("AUTH_CLIENT_REJECTED", rig().call());
  assert.deepEqual(issuer.server.to("token").map(placeOf), ["none"]);
});

test("[AUTH-13] what was learned is of that client and its secret: another id begins as it is announced", async (t) => {
  const { issuer, rig, settings, places } = await scene(t, "client_secret_post", ["client_secret_basic"]);
  wantsIn(issuer, "client_secret_post");
  const first = rig({ settings });
  assert.equal(await first.call(), 200);
  const known = issuer.state.clients.get("given") ?? assert.fail();
  issuer.state.clients.set("other", { ...known, clientId: "other", auth: "client_secret_basic" });
  wantsIn(issuer, "client_secret_basic");
  const other = { staticClient: { ...settings.staticClient, clientId: "other" } };
  const second = rig({ settings: other, shared: first.shared });
  assert.equal(await second.signIn({ again: true }), "signed in");
  assert.deepEqual(places(), ["client_secret_basic", "client_secret_post", "client_secret_basic"]);
});
