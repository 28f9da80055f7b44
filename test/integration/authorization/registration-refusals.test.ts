// Issuers that refuse a registration for something in it that can be left out, or for now; and what a person is told of
// the others.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../../src/core/text/secret.ts";
import { refuseToOpen } from "../../support/browsers/browser.ts";
import { idleClock } from "../../support/clocks/idle-clock.ts";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import type { Answer } from "../../support/remotes/scripted-server.ts";

const says = (status: number, error: string, error_description?: string): Answer => ({
  status,
  body: { error, error_description },
});
const PAGE = { "content-type": "text/html" };
const LIMITED = { scope: "read", metadata: { scopes_supported: ["read", "write"] } };

const SCOPE: readonly [name: string, refusal: Answer][] = [
  ["invalid_client_metadata", says(400, "invalid_client_metadata", "scope 'write' is not allowed")],
  ["invalid_scope", says(400, "invalid_scope")],
  ["a policy", says(403, "insufficient_scope", "Policy 'Allowed Client Scopes' rejected request")],
  ["a policy without its name", says(403, "access_denied", "Blocked by organization policies")],
  ["a message", { status: 422, body: { message: "Requested scopes exceed the default" } }],
  ["a list of errors", { status: 400, body: { errors: [{ message: "scope: unknown value write" }] } }],
  ["plain text", { status: 400, headers: { "content-type": "text/plain" }, body: "Bad scope" }],
];

for (const [name, refusal] of SCOPE)
  test(`[REG-4] a refusal because of the scope, said with ${name}: once more without, and the sign-in asks for it all the same`, async (t) => {
    const { issuer, rig } = await startScene(t, {}, LIMITED);
    issuer.server.script("register", ({ json }, normally) =>
      (json as { scope?: string }).scope === undefined ? normally() : refusal,
    );
    assert.equal(await rig().call(), 200);
    const [first, second] = issuer.server.to("register").map(({ json }) => json as Record<string, unknown>);
    const { scope, ...rest } = first ?? {};
    assert.equal(scope, "read write");
    assert.deepEqual(second, rest);
    assert.equal(issuer.server.to("register").length, 2);
    assert.equal(issuer.server.to("authorize")[0]?.url.searchParams.get("scope"), "read");
    issuer.assertClean();
  });

const MEMBER: readonly [name: string, refusal: Answer][] = [
  ["its name", says(400, "invalid_client_metadata", "application_type is not supported")],
  ["another spelling", { status: 400, body: { message: "property applicationType should not exist" } }],
  ["an unknown field", says(400, "invalid_request", "Unknown field in client metadata")],
  ["an unrecognized key", { status: 400, body: { error: { message: "Unrecognized key(s) in object" } } }],
  ["a schema", { status: 400, body: { detail: "must NOT have additional properties" } }],
  ["a validator's list", { status: 422, body: { detail: [{ msg: "Extra inputs are not permitted" }] } }],
];

for (const [name, refusal] of MEMBER)
  test(`[REG-4] an issuer that knows the members of RFC 7591 alone, and says so with ${name}, gets those alone`, async (t) => {
    const { issuer, rig } = await startScene(t, {}, LIMITED);
    issuer.server.script("register", ({ json }, normally) =>
      (json as object & { application_type?: string }).application_type === undefined ? normally() : refusal,
    );
    assert.equal(await rig().call(), 200);
    const [first, second] = issuer.server.to("register").map(({ json }) => json as Record<string, unknown>);
    const { application_type: type, ...rest } = first ?? {};
    assert.equal(type, "native");
    assert.deepEqual(second, rest);
  });

test("[REG-4] scope, member and redirect: each complaint is met once, in whatever order, and then it is enough", async (t) => {
  const { issuer, rig } = await startScene(t, {}, LIMITED);
  issuer.server.script("register", ({ json }, normally) => {
    const asked = json as { scope?: string; application_type?: string; redirect_uris: string[] };
    if (asked.redirect_uris[0]?.includes("localhost")) return says(400, "invalid_redirect_uri");
    if (asked.scope !== undefined) return says(400, "invalid_client_metadata", "scope");
    return asked.application_type === undefined ? normally() : says(400, "bad", "unknown member");
  });
  assert.equal(await rig().call(), 200);
  assert.equal(issuer.server.to("register").length, 4);
  issuer.server.unscript();
  issuer.server.script("register", says(400, "invalid_client_metadata", "scope and policy"));
  await failing("AUTH_REGISTRATION_REFUSED", rig({ browser: refuseToOpen() }).call(), "scope and policy");
  assert.equal(issuer.server.to("register").length, 6);
});

test("[REG-4] what the user gave stays in a registration", async (t) => {
  const { issuer, rig } = await startScene(t, {}, LIMITED);
  issuer.server.script("register", says(400, "invalid_client_metadata", "scope is not allowed"));
  const settings = { clientMetadata: { scope: "mine", "x-of-mine": 1 } };
  await failing("AUTH_REGISTRATION_REFUSED", rig({ settings, browser: refuseToOpen() }).call());
  const asked = issuer.server.to("register").map(({ json }) => json as Record<string, unknown>);
  assert.deepEqual(
    asked.map((one) => [one.scope, one["x-of-mine"]]),
    [["mine", 1]],
  );
});

const BUSY: readonly [name: string, headers: Record<string, string>, waitMs: number][] = [
  ["429 and seconds", { "retry-after": "7" }, 7_000],
  ["503 and a date", { "retry-after": "a date" }, 5_000],
  ["429 that does not say how long", {}, 1_000],
  ["503 that says no time at all", { "retry-after": "0" }, 200],
];

for (const [name, headers, waitMs] of BUSY)
  test(`[REG-4] ${name}: waited for`, async (t) => {
    const clock = idleClock();
    t.after(() => clock.stop());
    const { issuer, rig } = await startScene(t);
    const at: number[] = [];
    issuer.server.script("register", async (_exchange, normally) => {
      at.push(clock.nowMs());
      if (at.length > 1) return normally();
      const date = new Date(clock.nowMs() + 5_999).toUTCString();
      const given = headers["retry-after"] === "a date" ? { "retry-after": date } : headers;
      return { status: name.startsWith("429") ? 429 : 503, headers: given };
    });
    assert.equal(await rig({ clock }).call(), 200);
    const [first = 0, second = 0] = at;
    assert.ok(second - first >= waitMs && second - first < waitMs + 1_500, `${second - first} ms`);
  });

test("[REG-4] an issuer that stays busy, or asks for more than anybody waits, is told of with when to try again", async (t) => {
  const clock = idleClock();
  t.after(() => clock.stop());
  const { issuer, rig } = await startScene(t);
  for (const [seconds, requests] of [
    ["120", 1],
    ["25", 3],
    ["1", 4],
  ] as const) {
    const before = issuer.server.to("register").length;
    issuer.server.script("register", { status: 503, headers: { "retry-after": seconds } });
    const call = rig({ clock, browser: refuseToOpen() }).call();
    const { hint } = await failing("AUTH_REGISTRATION_REFUSED", call, "503");
    assert.match(hint, new RegExp(`issuer's. Try again in ${seconds} s`));
    assert.equal(issuer.server.to("register").length - before, requests);
    issuer.server.unscript();
  }
});

const HINTS: readonly [name: string, answer: Answer, hint: RegExp, said?: string][] = [
  ["a bare 401", { status: 401 }, /--registration-token/],
  [
    "401 that wants a token",
    says(401, "invalid_token", "initial access token needed"),
    /--registration-token/,
  ],
  [
    "403 with a challenge",
    { status: 403, headers: { "www-authenticate": "Bearer" } },
    /--registration-token/,
  ],
  ["403 about a token", { status: 403, body: { message: "Missing bearer token" } }, /--registration-token/],
  [
    "401 of a list",
    says(401, "access_denied", "Client is not on the allowlist"),
    /only clients that it knows/,
  ],
  [
    "401 of a list, with another word",
    says(401, "unauthorized", "Not an approved client"),
    /only clients that/,
  ],
  [
    "403 that wants to know who asks",
    { status: 403, body: { message: "Unauthorized" } },
    /--registration-token/,
  ],
  ["403 of a list", says(403, "unapproved_software_statement"), /only clients that it knows/],
  ["a bare 403", { status: 403 }, /only clients that it knows/],
  ["403 with a page", { status: 403, headers: PAGE, body: "<h1>No</h1>" }, /only clients that it knows/],
  [
    "400 of a list",
    says(400, "invalid_request", "Only pre-registered clients"),
    /only clients that it knows/,
  ],
  [
    "a policy",
    says(403, "x", "Policy 'Trusted Hosts' rejected request"),
    /only clients that it knows/,
    "Trusted Hosts",
  ],
  ["404", { status: 404, body: { detail: "Not Found" } }, /by hand/, "Not Found"],
  ["501", { status: 501 }, /by hand/],
  ["500", { status: 500, body: { message: "boom" } }, /trouble is the issuer's/, "boom"],
  ["a redirect", says(400, "invalid_redirect_uri", "https only"), /which redirect addresses/, "https only"],
];

for (const [name, answer, hint, said] of HINTS)
  test(`[REG-4] the hint fits ${name}`, async (t) => {
    const { issuer, rig } = await startScene(t);
    issuer.server.script("register", answer);
    const clock = manualClock(Date.now());
    const failure = await failing(
      "AUTH_REGISTRATION_REFUSED",
      rig({ browser: refuseToOpen(), clock }).call(),
      `answered ${answer.status}`,
      ...(said === undefined ? [] : [said]),
    );
    assert.match(failure.hint, hint);
    assert.equal(failure.hint.includes("initial access token"), /registration-token/.test(hint.source));
  });

for (const [given, sent] of [
  ["initial-token", "Bearer initial-token"],
  ["Bearer initial-token", "Bearer initial-token"],
  ["SSWS 00abcdef", "SSWS 00abcdef"],
  ["Basic dXNlcjpwYXNz", "Basic dXNlcjpwYXNz"],
  ["a.b=c/d+e==", "Bearer a.b=c/d+e=="],
] as const)
  test(`[REG-5] --registration-token "${given}" is sent as "${sent}"`, async (t) => {
    const { issuer, rig } = await startScene(t, {
      registration: { initialToken: sent.replace("Bearer ", "") },
    });
    issuer.server.script("register", async (exchange, normally) => {
      assert.equal(exchange.headers.authorization, sent);
      exchange.headers.authorization = `Bearer ${sent.replace("Bearer ", "")}`;
      return normally();
    });
    const settings = { registrationToken: new Secret(given), issuer: issuer.url };
    assert.equal(await rig({ settings }).call(), 200);
    issuer.server.unscript();
    issuer.server.script("register", { status: 401 });
    const { hint } = await failing(
      "AUTH_REGISTRATION_REFUSED",
      rig({ settings, browser: refuseToOpen() }).call(),
    );
    assert.match(hint, /does not take the token of --registration-token.*scheme/);
  });
