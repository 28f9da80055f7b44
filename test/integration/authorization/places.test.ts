// Places of metadata: one that fails leaves the next, and what went wrong is told where nothing helps.
import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseToOpen } from "../../support/browsers/browser.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import type { ProtectedRemote, ProtectedRemoteOptions } from "../../support/remotes/protected-remote.ts";
import type { Answer } from "../../support/remotes/scripted-server.ts";

const JSON_TYPE = { "content-type": "application/json" };
const HTML: Answer = { headers: { "content-type": "text/html" }, body: "<!doctype html><p>Hello" };

/** What is not the document, whatever the document is. */
const SOMETHING_ELSE: readonly (readonly [name: string, answer: Answer])[] = [
  ["404", { status: 404 }],
  ["410", { status: 410 }],
  ["401", { status: 401, headers: { "www-authenticate": "Bearer" } }],
  ["405 with JSON", { status: 405, body: { error: "method" } }],
  ["a page", HTML],
  ["a page that calls itself JSON", { headers: JSON_TYPE, body: "<!doctype html>" }],
  ["JSON with a comma too many", { headers: JSON_TYPE, body: '{"resource":"x",}' }],
  ["a list", { body: [] }],
  ["null", { headers: JSON_TYPE, body: "null" }],
  ["other JSON", { body: { status: "ok" } }],
  ["an error in JSON", { body: { error: "not found" } }],
  ["the wrong types", { body: { resource: 1, issuer: [], token_endpoint: {} } }],
  ["nothing", { headers: JSON_TYPE, body: "" }],
  ["204", { status: 204 }],
  ["a redirect elsewhere", { status: 302, headers: { location: "https://elsewhere.example/login" } }],
  ["far too much", { headers: JSON_TYPE, body: "x".repeat(1_100_000) }],
];
const OF_A_MOMENT: readonly (readonly [name: string, answer: Answer])[] = [
  ["500", { status: 500 }],
  ["503 with a page", { ...HTML, status: 503 }],
  ["429", { status: 429 }],
  ["a cut connection", { reset: true }],
];
const EVERYTHING = [...SOMETHING_ELSE, ...OF_A_MOMENT];

const PATH_PLACE = "/.well-known/oauth-protected-resource/mcp";
const ROOT_PLACE = "/.well-known/oauth-protected-resource";

/** Answers by path; what is not named is 404. */
function serve(remote: ProtectedRemote, answers: Readonly<Record<string, Answer>>): void {
  remote.server.script("well-known", ({ url }) => answers[url.pathname] ?? { status: 404 });
}

for (const [name, answer] of EVERYTHING)
  test(`[DISC-7] the named place has ${name}: the well-known ones are asked`, async (t) => {
    for (const place of [PATH_PLACE, ROOT_PLACE]) {
      const { issuer, remote, rig } = await startScene(t);
      remote.server.script("resource-metadata", answer);
      serve(remote, { [place]: { body: remote.metadata() } });
      const made = rig();
      assert.equal(await made.call(), 200);
      assert.ok(made.shared.record?.discovery?.resourceMetadataUrl?.endsWith(place));
      issuer.assertClean();
    }
  });

for (const [name, answer] of EVERYTHING)
  test(`[DISC-7] a guessed place has ${name}: the next one is asked`, async (t) => {
    const { remote, rig } = await startScene(t, {}, { metadataAt: "none" });
    serve(remote, { [PATH_PLACE]: answer, [ROOT_PLACE]: { body: remote.metadata() } });
    assert.equal(await rig().call(), 200);
  });

const challenges = (challenge: ProtectedRemoteOptions["challenge"]): ProtectedRemoteOptions =>
  challenge === undefined ? {} : { challenge };

for (const named of [
  "not a url",
  "https://",
  "https://[bad",
  "https://a b.example/x",
  "http://elsewhere.example/x",
  "ftp://elsewhere.example/x",
  "javascript:alert(1)",
  "https://user:pass@elsewhere.example/x",
  "https://10.11.12.13/x",
  "/nowhere",
  "nowhere",
  "",
])
  test(`[DISC-7] [AUTH-7] the challenge names "${named}": that is not asked, or has nothing; the well-known places are asked`, async (t) => {
    const { remote, rig } = await startScene(
      t,
      {},
      challenges(() => `Bearer resource_metadata="${named}"`),
    );
    remote.server.script("unknown", { status: 404 });
    serve(remote, { [PATH_PLACE]: { body: remote.metadata() } });
    const made = rig();
    assert.equal(await made.call(), 200);
    for (const { fields } of made.events.filter((event) => event.name === "http.sent"))
      assert.doesNotMatch(String(fields.url), /elsewhere|javascript|ftp/);
  });

for (const [name, values] of [
  ["second of two challenges", (place: string) => `Bearer realm="x", DPoP resource_metadata="${place}"`],
  ["second of two headers", (place: string) => ["Bearer", `Bearer resource_metadata="${place}"`]],
  [
    "second of two headers, the first of which names another",
    (place: string) => ['Bearer resource_metadata="/gone"', `Bearer resource_metadata="${place}"`],
  ],
  [
    "second of a repeated parameter",
    (place: string) => `Bearer resource_metadata="/gone", resource_metadata="${place}"`,
  ],
  [
    "second of a repeated parameter, the first of which is empty",
    (place: string) => `Bearer resource_metadata="", resource_metadata="${place}"`,
  ],
  ["unknown scheme's", (place: string) => `Custom resource_metadata=${place}`],
  ["path alone", () => 'Bearer resource_metadata="/mcp/where/metadata-is"'],
  ["relative", () => 'Bearer resource_metadata="mcp/where/metadata-is"'],
  ["relative with a dot", () => 'Bearer resource_metadata="./mcp/where/metadata-is"'],
  ["relative with two dots", () => 'Bearer resource_metadata="../mcp/where/metadata-is"'],
  ["without a scheme", (place: string) => `Bearer resource_metadata="${place.replace("http:", "")}"`],
] as const)
  test(`[DISC-1] [DISC-2] the place that counts is the ${name}`, async (t) => {
    const scene = await startScene(t, {}, {});
    const { remote, rig } = scene;
    remote.server.script("unknown", { status: 404 });
    remote.server.script("mcp", async (_, normally) => {
      const answer = await normally();
      return answer.status === 401
        ? { ...answer, headers: { "www-authenticate": values(remote.metadataUrl) } }
        : answer;
    });
    const made = rig();
    assert.equal(await made.call(), 200);
    assert.equal(remote.server.to("resource-metadata").length, 1);
  });

test("[DISC-5] [DISC-7] the issuer's places: one that has something else leaves the next, to the last", async (t) => {
  const [oauth, openid] = ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"];
  const places = [`${oauth}/t`, `${openid}/t`, `/t${openid}`, `/t${oauth}`, oauth, openid];
  for (const [at, place] of places.entries()) {
    const { issuer, rig } = await startScene(t, { path: "/t" });
    issuer.server.script("metadata", ({ url }) => {
      if (url.pathname === place) return { body: issuer.metadata() };
      const [, answer] = EVERYTHING[(at * 3 + places.indexOf(url.pathname)) % EVERYTHING.length] ?? [];
      return answer ?? { status: 404 };
    });
    const made = rig();
    assert.equal(await made.call(), 200, place);
    assert.ok(made.shared.record?.discovery?.issuerMetadataUrl?.endsWith(place));
  }
});

test("[DISC-6] [DISC-7] a place that names another issuer leaves the next; alone, it is refused", async (t) => {
  const { issuer, rig } = await startScene(t, { path: "/t" });
  const { origin } = new URL(issuer.url);
  const foreign = { body: { ...issuer.metadata(), issuer: origin } };
  const behind = "/t/.well-known/openid-configuration";
  issuer.server.script("metadata", ({ url }) =>
    url.pathname === behind ? { body: issuer.metadata() } : foreign,
  );
  const made = rig();
  assert.equal(await made.call(), 200);
  assert.equal(made.shared.record?.grant?.issuer, issuer.url);

  issuer.server.unscript();
  issuer.server.script("metadata", ({ url }) =>
    url.pathname === "/.well-known/oauth-authorization-server" ? foreign : { status: 404 },
  );
  const refused = rig({ browser: refuseToOpen() });
  const failure = await failing("AUTH_ISSUER_MISMATCH", refused.call(), `"${origin}"`, `"${issuer.url}"`);
  assert.match(failure.message, /openid-configuration\/t answered 404; /);
  assert.equal(refused.shared.record?.discovery, undefined);
});

test("[DISC-4] [DISC-7] metadata about another resource leaves the next place; alone, it is refused", async (t) => {
  const { issuer, remote, rig } = await startScene(t);
  const foreign = { body: { ...remote.metadata(), resource: "https://other.example/mcp" } };
  remote.server.script("resource-metadata", foreign);
  serve(remote, { [ROOT_PLACE]: { body: remote.metadata() } });
  assert.equal(await rig().call(), 200);

  // Neither is the remote its own issuer then.
  const own = { body: { ...issuer.metadata(), issuer: new URL(remote.url).origin } };
  for (const places of [
    { "/.well-known/oauth-authorization-server": own },
    { [ROOT_PLACE]: foreign, "/.well-known/oauth-authorization-server": own },
  ]) {
    remote.server.unscript("well-known");
    serve(remote, places);
    const made = rig({ browser: refuseToOpen() });
    await failing("AUTH_RESOURCE_MISMATCH", made.call(), "https://other.example/mcp", remote.url);
    assert.equal(made.shared.record?.discovery, undefined);
  }
});

test("[DISC-7] [DISC-9] a named place that is down is no absence: the remote is not taken for its own issuer", async (t) => {
  for (const [name, answer] of OF_A_MOMENT) {
    const { issuer, remote, rig } = await startScene(t);
    remote.server.script("resource-metadata", answer);
    const own = { ...issuer.metadata(), issuer: new URL(remote.url).origin };
    serve(remote, { "/.well-known/oauth-authorization-server": { body: own } });
    const made = rig({ browser: refuseToOpen() });
    const failure = await made.call().then(
      () => assert.fail(name),
      (error) => error,
    );
    assert.ok(failure.message.includes(remote.metadataUrl), failure.message);
    assert.match(failure.message, /oauth-protected-resource\/mcp answered 404; /);
    assert.equal(made.shared.record?.discovery, undefined);
  }
});

test("[DISC-7] [DISC-9] a named place that has something else leaves the remote as its own issuer, if it says so", async (t) => {
  const { issuer, remote, rig } = await startScene(t);
  const { origin } = new URL(remote.url);
  for (const [place, name] of [
    ["/.well-known/oauth-authorization-server", origin],
    ["/.well-known/oauth-authorization-server", `${origin}/`],
    ["/.well-known/oauth-authorization-server/mcp", origin],
    ["/.well-known/oauth-authorization-server/mcp", remote.url],
    ["/.well-known/openid-configuration/mcp", remote.url],
  ] as const) {
    remote.server.unscript();
    remote.server.script("resource-metadata", HTML);
    serve(remote, { [place]: { body: { ...issuer.metadata(), issuer: name } } });
    issuer.consent = { decision: "approve", iss: name };
    const made = rig();
    assert.equal(await made.call(), 200, place);
    assert.equal(made.shared.record?.grant?.issuer, name);
  }
  for (const name of ["https://other.example", `${origin}/other`, `${remote.url}/deeper`]) {
    remote.server.unscript();
    remote.server.script("resource-metadata", HTML);
    const own = { body: { ...issuer.metadata(), issuer: name } };
    serve(remote, { "/.well-known/oauth-authorization-server": own });
    const made = rig({ browser: refuseToOpen() });
    const failure = await failing("AUTH_METADATA_INVALID", made.call(), name);
    assert.match(failure.message, /text\/html/);
  }
});

test("[DISC-7] [DISC-11] where nothing helps, every place is told with its status and reason", async (t) => {
  const { issuer, remote, rig } = await startScene(t, { path: "/t" });
  const answers = EVERYTHING.filter(([name]) => !name.startsWith("far"));
  issuer.server.script("metadata", ({ url }) => answers[url.pathname.length % answers.length]?.[1] ?? {});
  const made = rig({ browser: refuseToOpen() });
  const failure = await made.call().then(
    () => assert.fail("It signed in."),
    (error) => error,
  );
  const asked = new Set(issuer.server.to("metadata").map(({ url }) => url.href));
  assert.equal(asked.size, 6);
  for (const href of asked) assert.match(failure.message, new RegExp(`${href} (answered \\d|failed: )`));

  // The defaults of 2025-03-26 are the last thing to try, and that failure tells the rest, too.
  remote.server.script("mcp", { status: 401 });
  remote.server.script("resource-metadata", { status: 404 });
  remote.server.script("unknown", { status: 404 });
  const last = await failing("AUTH_DISCOVERY_FAILED", rig({ browser: refuseToOpen() }).call(), "/register");
  for (const { url } of remote.server.to("well-known"))
    assert.ok(last.message.includes(`${url.href} answered 404`), last.message);
});

test("[DISC-8] of several issuers those that can be none are passed over", async (t) => {
  const { issuer, remote, rig } = await startScene(t);
  const offers = (servers: unknown): void => {
    remote.server.unscript("resource-metadata");
    remote.server.script("resource-metadata", {
      body: { ...remote.metadata(), authorization_servers: servers },
    });
  };
  for (const servers of [
    ["", issuer.url],
    ["not a url", issuer.url],
    ["http://plain.example", issuer.url],
    ["https://query.example/?x=1", issuer.url],
    ["https://u:p@issuer.example", issuer.url],
    [null, { url: "https://x.example" }, issuer.url],
    issuer.url,
  ]) {
    offers(servers);
    assert.equal(await rig().call(), 200, JSON.stringify(servers));
  }
  offers(["http://plain.example", "not a url"]);
  await failing("AUTH_INSECURE_ENDPOINT", rig({ browser: refuseToOpen() }).call(), "http://plain.example");
});
