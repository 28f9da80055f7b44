import assert from "node:assert/strict";
import test, { afterEach, beforeEach } from "node:test";
import { connected } from "../../support/hosts/patient-host.ts";
import type { StdioHost } from "../../support/hosts/stdio-host.ts";
import { BridgeGroup } from "../../support/processes/bridge-group.ts";

let bridgeGroup: BridgeGroup;
let bridge: StdioHost;
beforeEach(async () => {
  bridgeGroup = await BridgeGroup.signedIn();
  const [started] = bridgeGroup.spawn(1);
  assert.ok(started);
  bridge = started;
  await connected(bridge);
  await bridgeGroup.expireSaved();
  bridgeGroup.issuer.server.script(
    "token",
    async (_exchange, normally) => ({ ...(await normally()), delayMs: 250 }),
    1,
  );
});
afterEach(() => bridgeGroup.close());

/** Asks for something, and waits until the refresh that this takes has reached the issuer. */
async function callUntilRefresh(id: string): Promise<void> {
  const { length } = bridgeGroup.issuer.server.to("token");
  const params = { name: "echo", arguments: {} };
  bridge.send({ jsonrpc: "2.0", id, method: "tools/call", params });
  await bridgeGroup.issuer.server.arrival("token", length + 1);
}

async function oneRefreshSince(before: ReturnType<BridgeGroup["ledger"]>): Promise<void> {
  const { refreshes, replays, tabs } = bridgeGroup.since(before);
  assert.deepEqual({ refreshes, replays, tabs }, { refreshes: 1, replays: 0, tabs: 0 });
  bridgeGroup.issuer.assertClean();
}

test("[TOK-4] a request that is cancelled does not take the refresh with it", async () => {
  const before = bridgeGroup.ledger();
  await callUntilRefresh("cancelled");
  bridge.notify("notifications/cancelled", { requestId: "cancelled" });
  await connected(bridge);
  await oneRefreshSince(before);
});

test("[TOK-5] a host that leaves in the middle of a refresh does not leave the token in doubt", async () => {
  const before = bridgeGroup.ledger();
  await callUntilRefresh("left");
  await bridge.endInput();
  const [next] = bridgeGroup.spawn(1);
  assert.ok(next);
  await connected(next);
  await oneRefreshSince(before);
});
