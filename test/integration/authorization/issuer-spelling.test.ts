// A bare origin with and without its last slash is one issuer, whoever spells it how.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Secret } from "../../../src/core/text/secret.ts";
import { refuseToOpen } from "../../support/browsers/browser.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import { KNOWN_CLIENT } from "../../support/issuers/strict-issuer.ts";
import type { ProtectedRemote } from "../../support/remotes/protected-remote.ts";

const CALL = { method: "tools/call", name: "echo" };

/** The remote names the issuer with `offered` behind its origin, the issuer itself with `published`. */
async function spelled(t: TestContext, offered: string, published: string, path?: string) {
  const scene = await startScene(t, path === undefined ? {} : { path });
  const { issuer, remote } = scene;
  const { origin } = new URL(issuer.url);
  const name = origin + published;
  issuer.server.script("metadata", async (_, normally) => {
    const answer = await normally();
    return answer.status === 404 ? answer : { body: { ...issuer.metadata(), issuer: name } };
  });
  issuer.consent = { decision: "approve", iss: name };
  offer(remote, origin + offered);
  return { ...scene, name, origin };
}

function offer(remote: ProtectedRemote, issuer: string): void {
  remote.server.script("resource-metadata", () => ({
    body: { ...remote.metadata(), authorization_servers: [issuer] },
  }));
}

for (const [offered, published] of [
  ["/", ""],
  ["", "/"],
  ["/", "/"],
  ["", ""],
] as const)
  test(`[DISC-6] [AUTH-5] offered with "${offered}", published with "${published}": signed in, kept as published`, async (t) => {
    const { issuer, rig, name } = await spelled(t, offered, published);
    const made = rig();
    assert.equal(await made.call(), 200);
    assert.equal(made.shared.record?.grant?.issuer, name);
    assert.equal(made.shared.record?.discovery?.issuer.issuer, name);
    assert.equal(made.shared.record?.grant?.foundUnder, undefined);
    // A renewal, and a new sign-in with the client of the first.
    issuer.expireAccessTokens();
    assert.equal(await made.call(), 200);
    issuer.revokeEverything();
    assert.equal(await made.call(CALL), 200);
    assert.equal(issuer.server.to("register").length, 1);
    issuer.assertClean();
  });

for (const [offered, published, path] of [
  ["/tenant/", "/tenant", "/tenant"],
  ["/tenant", "/tenant/", "/tenant"],
  ["/tenant", "", "/tenant"],
  ["/tenant", "/Tenant", "/tenant"],
  ["", "//", ""],
  ["", "/?", ""],
  ["", "/#", ""],
] as const)
  test(`[DISC-6] offered with "${offered}", published with "${published}": two issuers`, async (t) => {
    const { rig, name } = await spelled(t, offered, published, path);
    const made = rig({ browser: refuseToOpen() });
    await failing("AUTH_ISSUER_MISMATCH", made.call(), name);
    assert.equal(made.shared.record?.discovery, undefined);
  });

test("[AUTH-5] the iss of the answer is compared with the published spelling alone", async (t) => {
  for (const [published, iss] of [
    ["/", ""],
    ["", "/"],
  ] as const) {
    const { issuer, rig, origin } = await spelled(t, "", published);
    issuer.consent = { decision: "approve", iss: origin + iss };
    await failing("AUTH_RESPONSE_INVALID", rig().call(), origin + iss);
    assert.equal(issuer.server.to("token").length, 0);
  }
});

test("[DISC-8] [REG-2] an issuer that spells itself anew is no new issuer: client and choice stay", async (t) => {
  const { issuer, remote, rig, origin } = await spelled(t, "", "");
  const made = rig();
  await made.call();
  issuer.server.unscript("metadata");
  issuer.server.script("metadata", { body: { ...issuer.metadata(), issuer: `${origin}/` } });
  issuer.consent = { decision: "approve", iss: `${origin}/` };
  remote.server.unscript("resource-metadata");
  remote.server.script("resource-metadata", () => ({
    body: { ...remote.metadata(), authorization_servers: ["https://first.example", `${origin}/`] },
  }));
  issuer.revokeEverything();
  assert.equal(await made.call(CALL), 200);
  assert.equal(made.shared.record?.grant?.issuer, `${origin}/`);
  assert.equal(issuer.server.to("register").length, 1);
});

test("[REG-2] --issuer and the given client's issuer may be spelled either way; another origin is refused", async (t) => {
  for (const [published, named] of [
    ["/", ""],
    ["", "/"],
  ] as const) {
    const { issuer, rig, origin } = await spelled(t, "", published);
    const staticClient = { clientId: KNOWN_CLIENT, issuer: origin + named };
    const made = rig({ settings: { issuer: origin + named, staticClient } });
    assert.equal(await made.call(), 200);
    issuer.expireAccessTokens();
    assert.equal(await made.call(), 200);
    assert.equal(issuer.server.to("authorize")[0]?.url.searchParams.get("client_id"), KNOWN_CLIENT);
    const foreign = {
      clientId: KNOWN_CLIENT,
      clientSecret: new Secret("s"),
      issuer: "https://other.example/",
    };
    await failing("AUTH_CLIENT_ISSUER_MISMATCH", rig({ settings: { staticClient: foreign } }).call());
  }
});

test("[DISC-6] --trust-issuer names both spellings of its two issuers", async (t) => {
  const { issuer, rig, origin } = await spelled(t, "", "");
  issuer.server.unscript("metadata");
  issuer.server.script("metadata", { body: { ...issuer.metadata(), issuer: "https://named.example/" } });
  issuer.consent = { decision: "approve", iss: "https://named.example/" };
  const trustIssuer = { asked: `${origin}/`, named: "https://named.example" };
  const made = rig({ settings: { trustIssuer } });
  assert.equal(await made.call(), 200);
  assert.equal(made.shared.record?.grant?.issuer, "https://named.example/");
});
