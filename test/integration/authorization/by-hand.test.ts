// Issuers that publish nothing usable: endpoints and metadata that the user gives by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseToOpen } from "../../support/browsers/browser.ts";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import { endpoints, GIVEN, NOTHING, SILENT, WORLDS } from "../../support/issuers/by-hand-worlds.ts";
import { never } from "../../support/issuers/signed-in.ts";

for (const { name, issuer: options = {}, remote: remoteOptions = {}, prepare, settings, consent } of WORLDS)
  test(`[DISC-12] ${name}: signs in, renews where it signed in, also without the flags, and signs out there`, async (t) => {
    const clock = manualClock(Date.now());
    const scene = await startScene(t, { nowMs: clock.nowMs, tokenLifeS: 100, ...options }, remoteOptions);
    const { issuer, rig } = scene;
    issuer.consent = consent ?? SILENT;
    prepare?.(scene);
    const given = settings(scene);
    const first = rig({ clock, settings: given });
    assert.equal(await first.call(), 200);
    const { shared } = first;
    await clock.advance(100_000);
    assert.equal(await rig({ clock, shared, settings: given, browser: refuseToOpen() }).call(), 200);
    const { givenIssuer: _, ...rest } = given;
    const later = { clock, shared, settings: rest, browser: refuseToOpen() };
    await clock.advance(100_000);
    assert.equal(await rig(later).call(), 200);
    const kinds = issuer.server.to("token").map(({ form }) => form.get("grant_type"));
    assert.deepEqual(kinds, ["authorization_code", "refresh_token", "refresh_token"]);
    const hosts = new Set(issuer.server.to("token").map(({ headers }) => headers.host));
    assert.equal(hosts.size, 1);
    // The file and the address know where tokens are revoked, the flags do not.
    const { revoked } = await rig(later).authorizer.signOut(never);
    assert.equal(revoked, given.givenIssuer?.metadata ? "yes" : "not offered");
    issuer.assertClean();
  });

test("[AUTH-5] [DISC-12] an answer that names its issuer is compared with what is known, and nothing is sent before", async (t) => {
  const scene = await startScene(t, NOTHING);
  const { issuer, rig } = scene;
  const settings = { givenIssuer: endpoints(issuer), staticClient: GIVEN };
  const unnamed = await failing("AUTH_RESPONSE_INVALID", rig({ settings }).call(), `"${issuer.url}"`);
  assert.ok(unnamed.hint.includes(`--issuer "${issuer.url}"`), unnamed.hint);
  const other = { ...settings, issuer: "https://named.example" };
  await failing("AUTH_RESPONSE_INVALID", rig({ settings: other }).call(), '"https://named.example"');
  assert.equal(issuer.server.to("token").length, 0);
  assert.equal(await rig({ settings: { ...settings, issuer: issuer.url } }).call(), 200);
});

test("[DISC-12] a remote whose metadata has trouble of a moment needs none", async (t) => {
  const { issuer, remote, rig } = await startScene(t, NOTHING);
  issuer.consent = SILENT;
  remote.server.script("resource-metadata", { status: 503 });
  assert.equal(await rig({ settings: { givenIssuer: endpoints(issuer), staticClient: GIVEN } }).call(), 200);
});
