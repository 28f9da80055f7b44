import assert from "node:assert/strict";
import test, { afterEach } from "node:test";
import { calls, connected } from "../../support/hosts/patient-host.ts";
import type { StdioHost } from "../../support/hosts/stdio-host.ts";
import { BridgeGroup } from "../../support/processes/bridge-group.ts";
import type { Answer } from "../../support/remotes/scripted-server.ts";

let bridgeGroup: BridgeGroup;
afterEach(() => bridgeGroup.close());

/** Neither the handshake nor the first call of a host that is not patient at all may fail. */
async function connectedAtOnce(bridge: StdioHost): Promise<void> {
  const hello = await bridge.initialize();
  assert.ok(hello.result?.capabilities, JSON.stringify(hello));
  const [answer] = await calls(bridge, 1);
  assert.ok(answer?.result, JSON.stringify(answer));
}

const ONCE: readonly [name: string, how: "expired" | "rejected", answer: Answer][] = [
  ["one 500", "expired", { status: 500 }],
  ["one connection that breaks", "rejected", { reset: true }],
  ["one 429 that asks for a second", "rejected", { status: 429, headers: { "retry-after": "1" } }],
];

for (const [name, how, answer] of ONCE)
  test(`[TOK-5][PROC-2] eight processes, the token ${how}, and ${name}: eight connect, nobody signs in`, async () => {
    bridgeGroup = await BridgeGroup.signedIn();
    if (how === "expired") await bridgeGroup.expireSaved();
    else bridgeGroup.issuer.expireAccessTokens();
    bridgeGroup.issuer.server.script("token", answer, 1);
    const before = bridgeGroup.ledger();
    await Promise.all(bridgeGroup.spawn(8).map(connectedAtOnce));
    const { tabs, replays, refreshes } = bridgeGroup.since(before);
    assert.deepEqual({ tabs, replays, refreshes }, { tabs: 0, replays: 0, refreshes: 2 });
    bridgeGroup.issuer.assertClean();
  });

test("[TOK-5] the issuer is in trouble when a host starts, and for six seconds: it is asked as by one, and all connect", async () => {
  bridgeGroup = await BridgeGroup.signedIn();
  await bridgeGroup.expireSaved();
  bridgeGroup.issuer.server.script("token", { status: 503, body: "down" });
  const before = bridgeGroup.ledger();
  const bridges = bridgeGroup.spawn(4);
  const all = Promise.all(bridges.map((bridge) => connected(bridge, 60_000)));
  await Promise.race([all, new Promise((done) => setTimeout(done, 6_000))]);
  const asked = bridgeGroup.since(before).refreshes;
  // 0.5 s, 1 s, 2 s, 4 s: who begins later takes the pause of who was first.
  assert.ok(asked >= 2 && asked <= 5, `${asked} requests`);
  bridgeGroup.issuer.server.unscript("token");
  await all;
  assert.equal(bridgeGroup.since(before).tabs, 0);
  bridgeGroup.issuer.assertClean();
});

test("[TOK-5][PROC-3] lost answers, kills and restarts: the token is tried until the issuer answers", async () => {
  bridgeGroup = await BridgeGroup.signedIn();
  await bridgeGroup.expireSaved();
  bridgeGroup.issuer.server.script("token", { reset: true }, 4);
  const before = bridgeGroup.ledger();
  for (let time = 0; time < 2; time++) {
    const [dying] = bridgeGroup.spawn(1);
    assert.ok(dying);
    void dying.initialize().catch(() => {});
    await bridgeGroup.issuer.server.arrival("token", 2 + time);
    dying.child.kill("SIGKILL");
    await dying.exit;
  }
  const [last] = bridgeGroup.spawn(1);
  assert.ok(last);
  await connectedAtOnce(last);
  const { tabs, refreshes } = bridgeGroup.since(before);
  assert.deepEqual({ tabs, refreshes }, { tabs: 0, refreshes: 5 });
  bridgeGroup.issuer.assertClean();
});
