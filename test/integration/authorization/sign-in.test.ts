// The whole way from a 401 to a call that works, against an issuer that forgives nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseToOpen, scriptedBrowser } from "../../support/browsers/browser.ts";
import { startScene } from "../../support/issuers/auth-scene.ts";

test("[DISC-1] [REG-1] [AUTH-8] a 401 leads through discovery, registration and browser to a call that works", async (t) => {
  const { issuer, remote, rig } = await startScene(t, {}, { scope: "read" });
  const browser = scriptedBrowser();
  const { call, steps, shared } = rig({ browser });
  assert.equal(await call(), 200);
  assert.equal(browser.opened.length, 1);
  const last = (await browser.pages()).at(-1);
  assert.equal(last?.status, 200);
  assert.match(last?.html ?? "", /signed in to 127\.0\.0\.1/i);
  issuer.assertClean();
  remote.assertClean();
  assert.equal(issuer.server.to("register").length, 1);
  assert.equal(issuer.server.to("token").length, 1);
  assert.deepEqual(steps, [
    "discovery.done",
    "register.sent",
    "register.answered",
    "register.saved",
    "signin.pending-saved",
    "signin.claimed",
    "signin.browser-opened",
    "signin.redirect-received",
    "exchange.sent",
    "exchange.answered",
    "exchange.saved",
  ]);
  assert.equal(shared.record?.pending, undefined);

  const again = rig({ shared, browser: refuseToOpen() });
  assert.equal(await again.call(), 200);
  assert.deepEqual(again.steps, []);
});

test("[TOK-4] a token that ended is renewed once, without a browser", async (t) => {
  const { issuer, rig } = await startScene(t);
  const { call, shared } = rig();
  await call();
  issuer.expireAccessTokens();
  const again = rig({ shared, browser: refuseToOpen() });
  assert.deepEqual(await Promise.all([again.call(), again.call(), again.call()]), [200, 200, 200]);
  assert.equal(issuer.server.to("token").length, 2);
  issuer.assertClean();
});
