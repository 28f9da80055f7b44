// Named to come first: it takes long and costs nothing.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connected } from "../../support/hosts/patient-host.ts";
import { BridgeGroup } from "../../support/processes/bridge-group.ts";

/** The second is longer than a token request may take: its answer waits when its time is over. */
const STOPPED_S = [30, 64];

describe("the owner is stopped in a refresh and goes on", { concurrency: true }, () => {
  for (const stoppedS of STOPPED_S) {
    test(`[PROC-4] after ${stoppedS} s: no replay, all connected`, async () => {
      const bridgeGroup = await BridgeGroup.signedIn();
      try {
        await bridgeGroup.expireSaved();
        const before = bridgeGroup.ledger();
        const bridges = bridgeGroup.spawn(5, [{ step: "refresh.sent", signal: "SIGSTOP" }]);
        const all = Promise.all(bridges.map((bridge) => connected(bridge, (stoppedS + 45) * 1_000)));
        const [stopped = 0] = await bridgeGroup.strike();
        await Promise.race([all, new Promise((done) => setTimeout(done, stoppedS * 1_000))]);
        process.kill(stopped, "SIGCONT");
        await all;
        const { replays, refreshes, tabs } = bridgeGroup.since(before);
        assert.deepEqual({ replays, refreshes, tabs }, { replays: 0, refreshes: 1, tabs: 0 });
        bridgeGroup.issuer.assertClean();
      } finally {
        await bridgeGroup.close();
      }
    });
  }
});
