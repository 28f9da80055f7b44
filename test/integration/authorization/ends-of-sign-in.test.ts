// How a sign-in ends that a person took part in and that brought nothing: whose fault it is, and what to do, in the
// failure and on the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FailureCode } from "../../../src/core/failure/failure-table.ts";
import { scriptedBrowser } from "../../support/browsers/browser.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import type { Consent } from "../../support/issuers/strict/authorize.ts";
import type { Answer } from "../../support/remotes/scripted-server.ts";

const LAST = /whoever runs the issuer/;
const REDIRECTS: readonly [
  name: string,
  consent: Consent,
  code: FailureCode,
  told: string,
  hint: RegExp,
  announced?: boolean,
][] = [
  [
    "iss promised and absent",
    { decision: "approve", iss: null },
    "AUTH_RESPONSE_INVALID",
    "promises to name itself",
    LAST,
  ],
  [
    "iss promised and absent beside an error",
    { decision: "deny", iss: null },
    "AUTH_RESPONSE_INVALID",
    "promises to name itself",
    LAST,
  ],
  [
    "another issuer's answer",
    { decision: "approve", iss: "https://other.example" },
    "AUTH_RESPONSE_INVALID",
    'comes from the issuer "https://other.example"',
    /an account of "http.*one name/,
  ],
  [
    "another issuer's answer, where none was promised",
    { decision: "approve", iss: "https://other.example" },
    "AUTH_RESPONSE_INVALID",
    'comes from the issuer "https://other.example"',
    /an account of "http.*one name/,
    false,
  ],
  ["the person says no", { decision: "deny" }, "AUTH_DENIED", "access_denied", /next request/],
  [
    "trouble of the issuer",
    { decision: "deny", error: "temporarily_unavailable" },
    "AUTH_REFUSED_BY_ISSUER",
    "temporarily_unavailable",
    /trouble is the issuer's/,
  ],
  [
    "no scope, and the page refuses that",
    { decision: "deny", error: "invalid_scope", errorDescription: "scope is empty" },
    "AUTH_REFUSED_BY_ISSUER",
    "scope is empty",
    /No scope was asked for.*--scope/,
  ],
  [
    "a client that is refused",
    { decision: "deny", error: "invalid_client" },
    "AUTH_CLIENT_REJECTED",
    "invalid_client",
    /client id/,
  ],
];

for (const [name, consent, code, told, hint, announced = true] of REDIRECTS)
  test(`[AUTH-5] [AUTH-10] ${name}: the words help, in the failure and on the page`, async (t) => {
    const metadata = { authorization_response_iss_parameter_supported: announced };
    const { issuer, rig } = await startScene(t, { metadata });
    issuer.consent = consent;
    const browser = scriptedBrowser();
    const failure = await failing(code, rig({ browser }).call(), told);
    assert.match(failure.hint, hint);
    const page = (await browser.pages()).at(-1);
    assert.equal(page?.status, 400);
    const shown = (page?.html ?? "").replaceAll("&quot;", '"').replaceAll("&#39;", "'");
    assert.ok(shown.includes(told), shown);
    assert.deepEqual(issuer.server.to("token"), []);
  });

const TOKENS: readonly [name: string, answer: Answer, told: string, hint: RegExp, scope?: string][] = [
  [
    "refused, and no scope was asked for",
    { status: 400, body: { error: "invalid_grant" } },
    "invalid_grant",
    /--scope/,
  ],
  [
    "refused in other words, without a scope",
    { status: 400, body: { message: "scope missing" } },
    "scope missing",
    /--scope/,
  ],
  [
    "refused, with a scope",
    { status: 400, body: { error: "invalid_grant" } },
    "invalid_grant",
    /Start the sign-in again/,
    "read",
  ],
  [
    "403 and a page",
    { status: 403, headers: { "content-type": "text/html" }, body: "<p>" },
    "403 and did not say why",
    /again/,
    "read",
  ],
  [
    "an error that is an object",
    { status: 400, body: { error: { message: "Code expired" } } },
    "Code expired",
    /again/,
    "read",
  ],
  [
    "a list of errors",
    { status: 422, body: { errors: [{ detail: "Code expired" }] } },
    "Code expired",
    /again/,
    "read",
  ],
  [
    "plain text",
    { status: 400, headers: { "content-type": "text/plain" }, body: "Code expired" },
    "Code expired",
    /again/,
    "read",
  ],
  [
    "trouble",
    { status: 503, body: { message: "Back soon" } },
    "Back soon",
    /trouble is the issuer's/,
    "read",
  ],
];

for (const [name, answer, told, hint, scope] of TOKENS)
  test(`[DISC-11] a code that is answered with: ${name}`, async (t) => {
    const { issuer, rig } = await startScene(t, {}, scope === undefined ? {} : { scope });
    issuer.server.script("token", answer);
    const failure = await failing("AUTH_EXCHANGE_FAILED", rig().call(), issuer.endpoint("token"), told);
    assert.match(failure.hint, hint);
    assert.equal(failure.hint.includes("--scope"), scope === undefined);
  });
