import assert from "node:assert/strict";
import test, { afterEach } from "node:test";
import { calls, connected } from "../../support/hosts/patient-host.ts";
import { BridgeGroup } from "../../support/processes/bridge-group.ts";

let bridgeGroup: BridgeGroup;
afterEach(() => bridgeGroup.close());

async function allConnected(count: number): Promise<void> {
  await Promise.all(bridgeGroup.spawn(count).map((bridge) => connected(bridge)));
}

test("[PROC-1] twenty processes at once, cold: one metadata pass, one registration, one tab, all connected", async () => {
  bridgeGroup = await BridgeGroup.start();
  await allConnected(20);
  const { registrations, tabs, exchanges, refreshes, metadata } = bridgeGroup.ledger();
  assert.deepEqual(
    { registrations, tabs, exchanges, refreshes },
    { registrations: 1, tabs: 1, exchanges: 1, refreshes: 0 },
  );
  assert.equal(metadata, 1);
  bridgeGroup.issuer.assertClean();
  bridgeGroup.remote.assertClean();
});

test("[PROC-2] twenty processes, the saved token expired: one refresh, no replay, no tab, all connected", async () => {
  bridgeGroup = await BridgeGroup.signedIn();
  await bridgeGroup.expireSaved();
  const before = bridgeGroup.ledger();
  await allConnected(20);
  const { refreshes, replays, tabs, registrations } = bridgeGroup.since(before);
  assert.deepEqual(
    { refreshes, replays, tabs, registrations },
    { refreshes: 1, replays: 0, tabs: 0, registrations: 0 },
  );
  bridgeGroup.issuer.assertClean();
});

test("[PROC-2] the same where the issuer does not say when tokens expire", async () => {
  bridgeGroup = await BridgeGroup.signedIn({ issuer: { tokenLifeS: null } });
  bridgeGroup.issuer.expireAccessTokens();
  const before = bridgeGroup.ledger();
  await allConnected(20);
  const { refreshes, replays, tabs } = bridgeGroup.since(before);
  assert.deepEqual({ refreshes, replays, tabs }, { refreshes: 1, replays: 0, tabs: 0 });
  bridgeGroup.issuer.assertClean();
});

test("[TOK-4] the token is revoked under twenty processes with five requests each: one refresh, a hundred answers", async () => {
  bridgeGroup = await BridgeGroup.signedIn();
  const bridges = bridgeGroup.spawn(20);
  await Promise.all(bridges.map((bridge) => connected(bridge)));
  const before = bridgeGroup.ledger();
  bridgeGroup.issuer.expireAccessTokens();
  const answers = (await Promise.all(bridges.map((bridge) => calls(bridge, 5)))).flat();
  assert.equal(answers.filter(({ result }) => result !== undefined).length, 100);
  const { refreshes, replays, tabs } = bridgeGroup.since(before);
  assert.deepEqual({ refreshes, replays, tabs }, { refreshes: 1, replays: 0, tabs: 0 });
  bridgeGroup.issuer.assertClean();
});

test("[PROC-2] a refresh that takes ten seconds is waited for, by all, and not repeated", async () => {
  bridgeGroup = await BridgeGroup.signedIn();
  await bridgeGroup.expireSaved();
  const before = bridgeGroup.ledger();
  bridgeGroup.issuer.server.script("token", async (_exchange, normally) => ({
    ...(await normally()),
    delayMs: 10_000,
  }));
  await allConnected(20);
  const { refreshes, replays, tabs } = bridgeGroup.since(before);
  assert.deepEqual({ refreshes, replays, tabs }, { refreshes: 1, replays: 0, tabs: 0 });
  bridgeGroup.issuer.assertClean();
});

const DAY_MS = 86_400_000;
for (const [jump, expiresInMs, dead] of [
  ["ahead when the token was saved, so that it seems to live on", DAY_MS, true],
  ["behind when the token was saved, so that it seems to be long dead", -DAY_MS, false],
] as const) {
  test(`[PROC-2] the clock was a day ${jump}: one refresh for all`, async () => {
    bridgeGroup = await BridgeGroup.signedIn();
    await bridgeGroup.setSavedExpiry(Date.now() + expiresInMs);
    if (dead) bridgeGroup.issuer.expireAccessTokens();
    const before = bridgeGroup.ledger();
    await allConnected(5);
    const { refreshes, replays, tabs } = bridgeGroup.since(before);
    assert.deepEqual({ refreshes, replays, tabs }, { refreshes: 1, replays: 0, tabs: 0 });
  });
}

test("[TOK-10] a logout while five run: all stop with the next request, and nothing comes back", async () => {
  bridgeGroup = await BridgeGroup.signedIn();
  const bridges = bridgeGroup.spawn(5, [], { idle: true, args: ["--handshake-wait", "1"] });
  await Promise.all(bridges.map((bridge) => connected(bridge)));
  const saved = await bridgeGroup.vault().saved();
  await bridgeGroup.command("logout");
  assert.ok(bridgeGroup.issuer.server.to("revoke").length > 0, "the issuer is told");

  const seen = bridgeGroup.remote.server.ledger.length;
  const answers = (await Promise.all(bridges.map((bridge) => calls(bridge, 1)))).flat();
  assert.deepEqual(
    answers.map(({ error }) => error?.data?.code),
    answers.map(() => "AUTH_SIGN_IN_REQUIRED"),
  );
  const later = bridgeGroup.remote.server.ledger.slice(seen);
  assert.deepEqual(
    later.filter(({ headers }) => headers.authorization === `Bearer ${saved}`),
    [],
  );
  assert.equal(await bridgeGroup.vault().saved(), undefined);
  assert.ok(bridgeGroup.idleBrowser.opened().length <= 1, "one tab for all who were asked to sign in again");
});
