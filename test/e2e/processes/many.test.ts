import assert from "node:assert/strict";
import test, { afterEach } from "node:test";
import { calls, connected } from "../../support/hosts/patient-host.ts";
import { Farm } from "../../support/processes/random-processes.ts";

let farm: Farm;
afterEach(() => farm.close());

async function allConnected(count: number): Promise<void> {
  await Promise.all(farm.spawn(count).map((bridge) => connected(bridge)));
}

test("[PROC-1] twenty processes at once, cold: one metadata pass, one registration, one tab, all connected", async () => {
  farm = await Farm.start();
  await allConnected(20);
  const { registrations, tabs, exchanges, refreshes, metadata } = farm.ledger();
  assert.deepEqual(
    { registrations, tabs, exchanges, refreshes },
    { registrations: 1, tabs: 1, exchanges: 1, refreshes: 0 },
  );
  assert.equal(metadata, 1);
  farm.issuer.assertClean();
  farm.remote.assertClean();
});

test("[PROC-2] twenty processes, the saved token expired: one refresh, no replay, no tab, all connected", async () => {
  farm = await Farm.signedIn();
  await farm.expireSaved();
  const before = farm.ledger();
  await allConnected(20);
  const { refreshes, replays, tabs, registrations } = farm.since(before);
  assert.deepEqual(
    { refreshes, replays, tabs, registrations },
    { refreshes: 1, replays: 0, tabs: 0, registrations: 0 },
  );
  farm.issuer.assertClean();
});

test("[PROC-2] the same where the issuer does not say when tokens expire", async () => {
  farm = await Farm.signedIn({ issuer: { tokenLifeS: null } });
  farm.issuer.expireAccessTokens();
  const before = farm.ledger();
  await allConnected(20);
  const { refreshes, replays, tabs } = farm.since(before);
  assert.deepEqual({ refreshes, replays, tabs }, { refreshes: 1, replays: 0, tabs: 0 });
  farm.issuer.assertClean();
});

test("[TOK-4] the token is revoked under twenty processes with five requests each: one refresh, a hundred answers", async () => {
  farm = await Farm.signedIn();
  const bridges = farm.spawn(20);
  await Promise.all(bridges.map((bridge) => connected(bridge)));
  const before = farm.ledger();
  farm.issuer.expireAccessTokens();
  const answers = (await Promise.all(bridges.map((bridge) => calls(bridge, 5)))).flat();
  assert.equal(answers.filter(({ result }) => result !== undefined).length, 100);
  const { refreshes, replays, tabs } = farm.since(before);
  assert.deepEqual({ refreshes, replays, tabs }, { refreshes: 1, replays: 0, tabs: 0 });
  farm.issuer.assertClean();
});

test("[PROC-2] a refresh that takes ten seconds is waited for, by all, and not repeated", async () => {
  farm = await Farm.signedIn();
  await farm.expireSaved();
  const before = farm.ledger();
  farm.issuer.server.script("token", async (_exchange, normally) => ({
    ...(await normally()),
    delayMs: 10_000,
  }));
  await allConnected(20);
  const { refreshes, replays, tabs } = farm.since(before);
  assert.deepEqual({ refreshes, replays, tabs }, { refreshes: 1, replays: 0, tabs: 0 });
  farm.issuer.assertClean();
});

const DAY_MS = 86_400_000;
for (const [jump, expiresInMs, dead] of [
  ["ahead when the token was saved, so that it seems to live on", DAY_MS, true],
  ["behind when the token was saved, so that it seems to be long dead", -DAY_MS, false],
] as const) {
  test(`[PROC-2] the clock was a day ${jump}: one refresh for all`, async () => {
    farm = await Farm.signedIn();
    await farm.setSavedExpiry(Date.now() + expiresInMs);
    if (dead) farm.issuer.expireAccessTokens();
    const before = farm.ledger();
    await allConnected(5);
    const { refreshes, replays, tabs } = farm.since(before);
    assert.deepEqual({ refreshes, replays, tabs }, { refreshes: 1, replays: 0, tabs: 0 });
  });
}

test("[TOK-10] a logout while five run: all stop with the next request, and nothing comes back", async () => {
  farm = await Farm.signedIn();
  const bridges = farm.spawn(5, [], { idle: true, args: ["--handshake-wait", "1"] });
  await Promise.all(bridges.map((bridge) => connected(bridge)));
  const saved = await farm.vault().saved();
  await farm.command("logout");
  assert.ok(farm.issuer.server.to("revoke").length > 0, "the issuer is told");

  const seen = farm.remote.server.ledger.length;
  const answers = (await Promise.all(bridges.map((bridge) => calls(bridge, 1)))).flat();
  assert.deepEqual(
    answers.map(({ error }) => error?.data?.code),
    answers.map(() => "AUTH_SIGN_IN_REQUIRED"),
  );
  const later = farm.remote.server.ledger.slice(seen);
  assert.deepEqual(
    later.filter(({ headers }) => headers.authorization === `Bearer ${saved}`),
    [],
  );
  assert.equal(await farm.vault().saved(), undefined);
  assert.ok(farm.idleBrowser.opened().length <= 1, "one tab for all who were asked to sign in again");
});
