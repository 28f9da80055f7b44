import assert from "node:assert/strict";
import test, { afterEach, beforeEach } from "node:test";
import { connected } from "../../support/hosts/patient-host.ts";
import type { StdioHost } from "../../support/hosts/stdio-host.ts";
import { Farm } from "../../support/processes/random-processes.ts";

let farm: Farm;
let bridge: StdioHost;
beforeEach(async () => {
  farm = await Farm.signedIn();
  const [started] = farm.spawn(1);
  assert.ok(started);
  bridge = started;
  await connected(bridge);
  await farm.expireSaved();
  farm.issuer.server.script(
    "token",
    async (_exchange, normally) => ({ ...(await normally()), delayMs: 250 }),
    1,
  );
});
afterEach(() => farm.close());

/** Asks for something, and waits until the refresh that this takes has reached the issuer. */
async function callUntilRefresh(id: string): Promise<void> {
  const { length } = farm.issuer.server.to("token");
  const params = { name: "echo", arguments: {} };
  bridge.send({ jsonrpc: "2.0", id, method: "tools/call", params });
  await farm.issuer.server.arrival("token", length + 1);
}

async function oneRefreshSince(before: ReturnType<Farm["ledger"]>): Promise<void> {
  const { refreshes, replays, tabs } = farm.since(before);
  assert.deepEqual({ refreshes, replays, tabs }, { refreshes: 1, replays: 0, tabs: 0 });
  farm.issuer.assertClean();
}

test("[TOK-4] a request that is cancelled does not take the refresh with it", async () => {
  const before = farm.ledger();
  await callUntilRefresh("cancelled");
  bridge.notify("notifications/cancelled", { requestId: "cancelled" });
  await connected(bridge);
  await oneRefreshSince(before);
});

test("[TOK-5] a host that leaves in the middle of a refresh does not leave the token in doubt", async () => {
  const before = farm.ledger();
  await callUntilRefresh("left");
  await bridge.endInput();
  const [next] = farm.spawn(1);
  assert.ok(next);
  await connected(next);
  await oneRefreshSince(before);
});
