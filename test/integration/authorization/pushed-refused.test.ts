// Pushed authorization requests that the issuer does not take: what is said, and what is met once with another request.
import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseToOpen } from "../../support/browsers/browser.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import { recordOf } from "../../support/issuers/signed-in.ts";
import type { StrictIssuerOptions } from "../../support/issuers/strict-issuer.ts";
import { HTML } from "../../support/remotes/metadata-places.ts";
import type { Answer } from "../../support/remotes/scripted-server.ts";

const REQUIRED = { require_pushed_authorization_requests: true };

const FAULTS: readonly (readonly [
  name: string,
  answer: Answer,
  code: Parameters<typeof failing>[0],
  text: string,
])[] = [
  [
    "a refusal in its own words",
    { status: 400, body: { error: "invalid_request", error_description: "no such prompt" } },
    "AUTH_REFUSED_BY_ISSUER",
    'answered 400 with invalid_request, in its own words "no such prompt"',
  ],
  ["a refusal without words", { status: 403 }, "AUTH_REFUSED_BY_ISSUER", "answered 403 and did not say why"],
  [
    "an unknown client",
    { status: 401, body: { error: "invalid_client" } },
    "AUTH_CLIENT_REJECTED",
    "answered 401 with invalid_client",
  ],
  [
    "a client that may not",
    { status: 400, body: { error: "unauthorized_client" } },
    "AUTH_CLIENT_REJECTED",
    "answered 400 with unauthorized_client",
  ],
  ["too large a request", { status: 413 }, "AUTH_REFUSED_BY_ISSUER", "answered 413"],
  ["trouble", { ...HTML, status: 500 }, "AUTH_REFUSED_BY_ISSUER", "answered 500"],
  ["an outage", { status: 503, body: {} }, "AUTH_REFUSED_BY_ISSUER", "answered 503"],
  ["limits", { status: 429, body: {} }, "AUTH_REFUSED_BY_ISSUER", "answered 429"],
  [
    "a redirect elsewhere",
    { status: 307, headers: { location: "https://elsewhere.example/push" } },
    "AUTH_REFUSED_BY_ISSUER",
    "answered 307, a redirect",
  ],
  ["no name", { status: 201, body: { expires_in: 60 } }, "AUTH_REFUSED_BY_ISSUER", "without a request_uri"],
  [
    "an empty name",
    { status: 201, body: { request_uri: "" } },
    "AUTH_REFUSED_BY_ISSUER",
    "without a request_uri",
  ],
  ["a page", HTML, "AUTH_REFUSED_BY_ISSUER", "answered 200 without a request_uri"],
  ["a cut connection", { reset: true }, "NETWORK_RESET", "POST"],
];

for (const [name, answer, code, text] of FAULTS)
  test(`[AUTH-14] [DISC-11] the endpoint answers with ${name}: said with step and address, and no browser opens`, async (t) => {
    const { issuer, rig } = await startScene(t, { pushed: {} });
    issuer.server.script("push", answer);
    const made = rig({ browser: refuseToOpen(), settings: { staticClient: { clientId: "known-client" } } });
    await failing(
      code,
      made.call(),
      "Pushing the authorization request failed",
      issuer.endpoint("push"),
      text,
    );
    assert.equal(issuer.server.to("authorize").length, 0);
    assert.equal(recordOf(made).pending, undefined);
    // Nothing is left behind, the port included.
    issuer.server.unscript();
    const again = rig({ shared: made.shared, settings: made.options.settings });
    assert.equal(await again.call(), 200);
  });

test("[AUTH-14] [AUTH-7] an endpoint that is missing, or may not be asked, is asked nothing", async (t) => {
  for (const [metadata, code] of [
    [{ ...REQUIRED }, "AUTH_METADATA_INVALID"],
    [
      { ...REQUIRED, pushed_authorization_request_endpoint: "http://elsewhere.example/p" },
      "AUTH_INSECURE_ENDPOINT",
    ],
    [{ ...REQUIRED, pushed_authorization_request_endpoint: "/as/push-here" }, "AUTH_METADATA_INVALID"],
  ] as const) {
    const { rig } = await startScene(t, { metadata });
    await failing(code, rig({ browser: refuseToOpen() }).call());
  }
});

const REMEDIES: readonly (readonly [
  name: string,
  error: object,
  options: StrictIssuerOptions,
  different: (first: URLSearchParams, second: URLSearchParams) => boolean,
])[] = [
  [
    "offline_access",
    { error: "invalid_scope" },
    { metadata: { scopes_supported: ["read", "offline_access"] } },
    (first, second) => first.get("scope") === "read offline_access" && second.get("scope") === "read",
  ],
  [
    "the resource parameter",
    { error: "invalid_target", error_description: "AADSTS9010010: no resource" },
    {},
    (first, second) => first.has("resource") && !second.has("resource"),
  ],
];

for (const [name, body, options, isDifferent] of REMEDIES)
  test(`[AUTH-14] [AUTH-2] [AUTH-3] ${name} that the endpoint refuses is left out, once, and remembered`, async (t) => {
    const { issuer, rig } = await startScene(
      t,
      { pushed: {}, ...options },
      { metadata: { scopes_supported: ["read"] } },
    );
    issuer.server.script("push", { status: 400, body }, 1);
    const made = rig();
    assert.equal(await made.call(), 200);
    const [first, second, ...more] = issuer.server.to("push").map(({ form }) => form);
    assert.ok(first && second && more.length === 0 && isDifferent(first, second));
    issuer.revokeEverything();
    assert.equal(await rig({ shared: made.shared }).call(), 200);
    const third = issuer.server.to("push")[2]?.form ?? assert.fail();
    assert.ok(isDifferent(first, third));
  });

test("[AUTH-14] [REG-7] a registered client that the endpoint does not know any more is replaced, once", async (t) => {
  const { issuer, rig } = await startScene(t, { pushed: {} });
  const first = rig();
  assert.equal(await first.call(), 200);
  issuer.state.clients.clear();
  issuer.revokeEverything();
  const { shared } = first;
  assert.equal(await rig({ shared }).call(), 200);
  assert.equal(issuer.server.to("register").length, 2);
  issuer.server.script("push", { status: 401, body: { error: "invalid_client" } });
  issuer.revokeEverything();
  const refused = rig({ shared, browser: refuseToOpen() });
  await failing("AUTH_CLIENT_REJECTED", refused.call({ method: "tools/call", name: "echo" }));
  assert.equal(issuer.server.to("register").length, 3);
});
