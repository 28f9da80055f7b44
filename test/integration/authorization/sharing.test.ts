// Several processes, one user: one owner of a sign-in, the others wait, and somebody goes on when it dies.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import type { Step } from "../../../src/core/ports/checkpoint.ts";
import { idleBrowser, refuseToOpen, scriptedBrowser } from "../../support/browsers/browser.ts";
import { consent } from "../../support/browsers/person.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import { sharedVault } from "../../support/stores/memory-vault.ts";

test("[PROC-1] ten processes, cold: one look, one registration, one tab, ten in", async (t) => {
  const { issuer, remote, rig } = await startScene(t);
  const shared = sharedVault();
  const browser = scriptedBrowser();
  const rigs = Array.from({ length: 10 }, () => rig({ shared, browser }));
  assert.deepEqual(await Promise.all(rigs.map(({ call }) => call())), Array(10).fill(200));
  assert.equal(browser.opened.length, 1);
  for (const endpoint of ["metadata", "register", "token"])
    assert.equal(issuer.server.to(endpoint).length, 1, endpoint);
  assert.equal(remote.server.to("resource-metadata").length, 1);
  issuer.assertClean();
});

test("[PROC-1] ten requests in one process share one sign-in", async (t) => {
  const { issuer, rig } = await startScene(t);
  const browser = scriptedBrowser();
  const { call } = rig({ browser });
  assert.deepEqual(await Promise.all(Array.from({ length: 10 }, () => call())), Array(10).fill(200));
  assert.equal(browser.opened.length, 1);
  issuer.assertClean();
});

test("[PROC-2] ten processes, a token that ended: one refresh, no tab", async (t) => {
  for (const tokenLifeS of [3_600, null]) {
    const { issuer, rig } = await startScene(t, { tokenLifeS });
    const first = rig();
    await first.call();
    issuer.expireAccessTokens();
    const browser = refuseToOpen();
    const rigs = Array.from({ length: 10 }, () => rig({ shared: first.shared, browser }));
    assert.deepEqual(await Promise.all(rigs.map(({ call }) => call())), Array(10).fill(200));
    assert.equal(issuer.server.to("token").length, 2);
    issuer.assertClean();
  }
});

test("[PROC-1] who waits shows the owner's address, and hears of a denial without opening a tab", async (t) => {
  const { issuer, rig } = await startScene(t);
  issuer.consent = { decision: "hold" };
  const shared = sharedVault();
  const browser = idleBrowser();
  const owner = rig({ shared, browser });
  const calling = failing("AUTH_DENIED", owner.call());
  while (browser.opened.length === 0) await new Promise((done) => setImmediate(done));
  const waiter = rig({ shared, browser: refuseToOpen() });
  const waiting = failing("AUTH_DENIED", waiter.call({ method: "tools/call", name: "x" }));
  while (waiter.authorizer.inProgress() === undefined) await new Promise((done) => setImmediate(done));
  const address = waiter.authorizer.inProgress()?.authorizationUrl ?? "";
  assert.equal(address, browser.opened[0]?.href);
  assert.ok(waiter.notices.some((text) => text.includes(address)));
  issuer.consent = { decision: "deny" };
  await consent(address);
  await calling;
  await waiting;
});

const STEPS: readonly Step[] = [
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
];

for (const deadly of STEPS)
  test(`[PROC-3] the owner dies at ${deadly}: another goes on, with at most one more tab and registration`, async (t) => {
    const { issuer, rig } = await startScene(t);
    const shared = sharedVault();
    const vault = shared.process();
    // Nobody answers a tab that came back to a process that is dead.
    const gone = new AbortController();
    t.after(() => gone.abort());
    const browser = scriptedBrowser({ signal: gone.signal });
    let reached = (): void => {};
    const dead = new Promise<void>((done) => {
      reached = done;
    });
    const dying = rig({
      shared,
      vault,
      browser,
      async checkpoint(step) {
        if (step !== deadly) return;
        vault.kill();
        reached();
        await new Promise(() => {});
      },
    });
    void dying.call().catch(() => {});
    await dead;
    await dying.releasePorts();
    const next = rig({ shared, browser });
    assert.equal(await next.call(), 200);
    assert.ok(browser.opened.length <= 2, `${browser.opened.length} tabs`);
    assert.ok(issuer.server.to("register").length <= 2);
    assert.equal(await rig({ shared, browser: refuseToOpen() }).call(), 200);
    issuer.assertClean();
  });

test("[PROC-3] the owner dies and its port is taken at once: who waited goes on with another", async (t) => {
  const { issuer, rig } = await startScene(t);
  issuer.consent = { decision: "hold" };
  const shared = sharedVault();
  const vault = shared.process();
  const idle = idleBrowser();
  const owner = rig({ shared, vault, browser: idle });
  void owner.call().catch(() => {});
  while (idle.opened.length === 0) await new Promise((done) => setImmediate(done));
  const browser = scriptedBrowser();
  const waiter = rig({ shared, browser });
  const waiting = waiter.call();
  while (waiter.authorizer.inProgress() === undefined) await new Promise((done) => setImmediate(done));

  const { port } = new URL(idle.opened[0]?.searchParams.get("redirect_uri") ?? "");
  await owner.releasePorts();
  const stranger = createServer();
  t.after(() => new Promise((done) => stranger.close(done)));
  await new Promise<void>((done) => stranger.listen(Number(port), "127.0.0.1", done));
  issuer.consent = { decision: "approve" };
  vault.kill();
  assert.equal(await waiting, 200);
  assert.equal(browser.opened.length, 1);
  assert.notEqual(new URL(browser.opened[0]?.searchParams.get("redirect_uri") ?? "").port, port);
  issuer.assertClean();
});
