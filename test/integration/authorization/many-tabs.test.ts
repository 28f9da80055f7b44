// An agent that calls again and again: how many tabs a person who does not sign in finds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { scriptedBrowser } from "../../support/browsers/browser.ts";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";

const CALL = { method: "tools/call", name: "echo" };

test("[AUTH-11] after two sign-ins in ten minutes without a grant no tab is opened by itself", async (t) => {
  const clock = manualClock(Date.now());
  const { issuer, rig } = await startScene(t, { nowMs: clock.nowMs });
  issuer.consent = { decision: "deny" };
  const browser = scriptedBrowser();
  const made = rig({ clock, browser });
  for (const _ of [1, 2]) await failing("AUTH_DENIED", made.call(CALL));
  assert.equal(browser.opened.length, 2);
  const third = failing("AUTH_DENIED", made.call(CALL));
  // The address is given all the same, and works.
  let address: string | undefined;
  while (address === undefined) {
    await new Promise((done) => setImmediate(done));
    address = made.notices
      .filter((text) => text.startsWith("Two sign-ins came to nothing"))
      .map((text) => /Sign in at: (\S+)/.exec(text)?.[1])[0];
  }
  assert.equal(browser.opened.length, 2);
  await browser.open(new URL(address));
  await third;
  // A person at a terminal asks for one.
  issuer.consent = { decision: "approve" };
  assert.equal(await made.signIn(), "signed in");
  assert.equal(browser.opened.length, 4);
  assert.equal(made.shared.record?.pending, undefined);
  // A grant ends the count, and so do ten minutes.
  issuer.consent = { decision: "deny" };
  issuer.revokeEverything();
  for (const opened of [5, 6]) {
    await failing("AUTH_DENIED", made.call(CALL));
    assert.equal(browser.opened.length, opened);
  }
  await clock.advance(600_000);
  await failing("AUTH_DENIED", made.call(CALL));
  assert.equal(browser.opened.length, 7);
});
