import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { STEPS } from "../../../src/core/ports/checkpoint.ts";
import { connected } from "../../support/hosts/patient-host.ts";
import { BridgeGroup } from "../../support/processes/bridge-group.ts";

describe("kill -9 right after every step there is", { concurrency: 2 }, () => {
  for (const step of STEPS) {
    const refresh = step.startsWith("refresh.");
    test(`[PROC-3] ${step}: the next start works, with at most one tab or registration more`, async () => {
      const bridgeGroup = await (refresh ? BridgeGroup.signedIn() : BridgeGroup.start());
      try {
        if (refresh) await bridgeGroup.expireSaved();
        const before = bridgeGroup.ledger();
        const [first] = bridgeGroup.spawn(1, [{ step, signal: "SIGKILL" }]);
        assert.ok(first);
        await connected(first).catch(() => {});
        assert.deepEqual(bridgeGroup.struck(), [first.child.pid], "a start comes by this step");
        assert.equal((await first.exit).signal, "SIGKILL");

        const [second] = bridgeGroup.spawn(1);
        assert.ok(second);
        await connected(second);
        const { tabs, registrations } = bridgeGroup.since(before);
        assert.ok(
          tabs + registrations <= (refresh ? 0 : 2) + 1,
          `${tabs} tabs, ${registrations} registrations`,
        );
        await second.endInput();

        const settled = bridgeGroup.ledger();
        const [third] = bridgeGroup.spawn(1);
        assert.ok(third);
        await connected(third);
        assert.deepEqual(bridgeGroup.ledger(), settled, "and all is as if nothing had happened");
        bridgeGroup.remote.assertClean();
      } finally {
        await bridgeGroup.close();
      }
    });
  }
});
