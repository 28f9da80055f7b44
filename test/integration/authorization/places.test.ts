// Places of metadata: one that fails leaves the next, and what went wrong is told where nothing helps.
import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseToOpen } from "../../support/browsers/browser.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import { EVERYTHING, PATH_PLACE, ROOT_PLACE, serve } from "../../support/remotes/metadata-places.ts";
import type { ProtectedRemoteOptions } from "../../support/remotes/protected-remote.ts";

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
