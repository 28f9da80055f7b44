import assert from "node:assert/strict";
import test from "node:test";
import { Farm } from "../../support/farm.ts";
import { connected } from "../../support/patient-host.ts";

const STOPPED_MS = 30_000;

test("[PROC-4] the owner is stopped for 30 s in a refresh and goes on: no replay, all connected", async () => {
  const farm = await Farm.signedIn();
  try {
    await farm.expireSaved();
    const before = farm.ledger();
    const bridges = farm.spawn(5, [{ step: "refresh.sent", signal: "SIGSTOP" }]);
    const all = Promise.all(bridges.map((bridge) => connected(bridge, 75_000)));
    const [stopped = 0] = await farm.strike();
    await Promise.race([all, new Promise((done) => setTimeout(done, STOPPED_MS))]);
    process.kill(stopped, "SIGCONT");
    await all;
    const { replays, refreshes, tabs } = farm.since(before);
    assert.deepEqual({ replays, refreshes, tabs }, { replays: 0, refreshes: 1, tabs: 0 });
    farm.issuer.assertClean();
  } finally {
    await farm.close();
  }
});
