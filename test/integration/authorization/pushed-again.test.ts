// The address of a pushed request does not live long: whoever is asked again later gets one that is good.
import assert from "node:assert/strict";
import { test } from "node:test";
import { idleBrowser, refuseToOpen, scriptedBrowser } from "../../support/browsers/browser.ts";
import { consent } from "../../support/browsers/person.ts";
import { type ManualClock, manualClock } from "../../support/clocks/manual-clock.ts";
import type { Rig } from "../../support/issuers/auth-rig.ts";
import { type Scene, startScene } from "../../support/issuers/auth-scene.ts";
import { recordOf } from "../../support/issuers/signed-in.ts";
import { sharedVault } from "../../support/stores/memory-vault.ts";

const turn = () => new Promise((done) => setImmediate(done));

function shown({ authorizer }: Rig): string {
  return authorizer.inProgress()?.authorizationUrl ?? "";
}

/** Lets time pass, and waits for push number `count` to be what is shown. */
async function pushedAgain(clock: ManualClock, ms: number, { issuer }: Scene, rig: Rig, count: number) {
  const before = shown(rig);
  await clock.advance(ms);
  await issuer.server.arrival("push", count);
  while (shown(rig) === before) await turn();
}

async function waiting(t: Parameters<typeof startScene>[0], lifeS: number, openBrowser = true) {
  const clock = manualClock(Date.now());
  const scene = await startScene(t, { pushed: { lifeS }, nowMs: clock.nowMs });
  const browser = idleBrowser();
  const rig = scene.rig({ clock, browser, settings: { openBrowser } });
  const calling = rig.call();
  calling.catch(() => {});
  while (shown(rig) === "") await turn();
  return { clock, scene, rig, browser, calling };
}

for (const which of ["first", "last"] as const)
  test(`[AUTH-14] [AUTH-11] an address that ends is pushed anew with the same state, without another tab; the ${which} one leads back`, async (t) => {
    const { clock, scene, rig, browser, calling } = await waiting(t, 60);
    const first = shown(rig);
    // The page is open before the address ends; the person takes their time.
    const state = recordOf(rig).pending?.state.reveal();
    await pushedAgain(clock, 48_000, scene, rig, 2);
    await pushedAgain(clock, 48_000, scene, rig, 3);
    assert.equal(recordOf(rig).pending?.authorizationUrl.reveal(), shown(rig));
    assert.equal(recordOf(rig).pending?.state.reveal(), state);
    assert.deepEqual(
      scene.issuer.server.to("push").map(({ form }) => form.get("state")),
      [state, state, state],
    );
    const chosen = which === "last" ? shown(rig) : first;
    if (which === "first")
      for (const entry of scene.issuer.state.pushed.values())
        Object.assign(entry, { expiresAtMs: Number.POSITIVE_INFINITY });
    await consent(chosen);
    assert.equal(await calling, 200);
    assert.equal(browser.opened.length, 1);
    await clock.advance(600_000);
    assert.equal(scene.issuer.server.to("push").length, 3);
    scene.issuer.assertClean();
  });

test("[AUTH-14] an issuer whose addresses hardly live is asked four times a minute at most", async (t) => {
  const { clock, scene, rig } = await waiting(t, 1);
  await clock.advance(14_000);
  await turn();
  assert.equal(scene.issuer.server.to("push").length, 1);
  await pushedAgain(clock, 1_000, scene, rig, 2);
});

test("[AUTH-14] a push that fails meanwhile ends nothing, and is tried again", async (t) => {
  const { clock, scene, rig, calling } = await waiting(t, 60);
  const before = shown(rig);
  scene.issuer.server.script("push", { status: 503 }, 1);
  scene.issuer.server.script("push", { reset: true }, 1);
  for (const count of [2, 3]) {
    await clock.advance(48_000);
    await scene.issuer.server.arrival("push", count);
    // The next is due only after the answer to this one.
    for (let turns = 0; turns < 50; turns++) await turn();
    assert.equal(shown(rig), before);
  }
  await pushedAgain(clock, 48_000, scene, rig, 4);
  await consent(shown(rig));
  assert.equal(await calling, 200);
});

test("[AUTH-14] [AUTH-12] without a browser the new address is said, for whoever looks at the one before", async (t) => {
  const { clock, scene, rig, browser } = await waiting(t, 60, false);
  await pushedAgain(clock, 48_000, scene, rig, 2);
  assert.equal(browser.opened.length, 0);
  assert.ok(rig.notices.at(-1)?.endsWith(`expired. Sign in at: ${shown(rig)}`), rig.notices.at(-1));
});

test("[AUTH-14] [PROC-1] another process that waits shows the new address, too, and opens nothing", async (t) => {
  const { clock, scene, rig, calling } = await waiting(t, 60);
  const other = scene.rig({ shared: rig.shared, browser: refuseToOpen() });
  const also = other.call();
  while (shown(other) === "") await turn();
  let told = 0;
  other.authorizer.onSignIn((signIn) => {
    if (signIn !== undefined && signIn.authorizationUrl !== shown(rig)) told += 1;
  });
  await pushedAgain(clock, 48_000, scene, rig, 2);
  while (shown(other) !== shown(rig)) await turn();
  assert.equal(told, 0);
  await consent(shown(other));
  assert.deepEqual(await Promise.all([calling, also]), [200, 200]);
  scene.issuer.assertClean();
});

for (const isRefused of [false, true])
  test(`[AUTH-14] [PROC-3] whoever takes over pushes anew${isRefused ? "; where that is refused, it begins from the start" : ", with the same state"}`, async (t) => {
    const { issuer, rig } = await startScene(t, { pushed: {} });
    const shared = sharedVault();
    const vault = shared.process();
    const idle = idleBrowser();
    const owner = rig({ shared, vault, browser: idle });
    void owner.call().catch(() => {});
    while (idle.opened.length === 0) await turn();
    if (isRefused) issuer.server.script("push", { status: 400, body: { error: "invalid_request" } }, 1);
    const browser = scriptedBrowser();
    const waiter = rig({ shared, browser });
    const waited = waiter.call();
    while (shown(waiter) === "") await turn();
    await owner.releasePorts();
    vault.kill();
    assert.equal(await waited, 200);
    assert.equal(browser.opened.length, 1);
    assert.notEqual(browser.opened[0]?.href, idle.opened[0]?.href);
    const states = issuer.server.to("push").map(({ form }) => form.get("state"));
    assert.equal(states.length, isRefused ? 3 : 2);
    assert.equal(states[0] === states.at(-1), !isRefused);
    issuer.assertClean();
  });
