import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Step } from "../../../src/core/ports/checkpoint.ts";
import { connected } from "../../support/hosts/patient-host.ts";
import { BridgeGroup, type Fault } from "../../support/processes/bridge-group.ts";

interface Case {
  readonly when: string;
  readonly step: Step;
  readonly visit?: number;
  /** A refresh is due instead of a sign-in. */
  readonly refresh?: true;
}

const CASES: readonly Case[] = [
  { when: "before the browser", step: "signin.claimed" },
  { when: "while the browser is open", step: "signin.browser-opened" },
  { when: "after the code arrived", step: "signin.redirect-received" },
  { when: "in the exchange", step: "exchange.sent" },
  { when: "when the exchange was answered", step: "exchange.answered" },
  { when: "in a refresh", step: "refresh.sent", refresh: true },
  { when: "when the refresh was answered", step: "refresh.answered", refresh: true },
  {
    when: "before the new tokens were renamed into place",
    step: "write.temporary-written",
    visit: 2,
    refresh: true,
  },
];

describe("the owner is killed, four others go on", { concurrency: 2 }, () => {
  for (const { when, step, visit, refresh } of CASES) {
    test(`[PROC-3] ${when}`, async () => {
      const bridgeGroup = await (refresh ? BridgeGroup.signedIn() : BridgeGroup.start());
      try {
        if (refresh) await bridgeGroup.expireSaved();
        const before = bridgeGroup.ledger();
        const fault: Fault = { step, signal: "SIGKILL", ...(visit === undefined ? {} : { visit }) };
        const bridges = bridgeGroup.spawn(5, [fault]);
        const waiting = bridges.map((bridge) => connected(bridge));
        const outcomes = Promise.allSettled(waiting);
        const [dead] = await bridgeGroup.strike();
        const struckAt = performance.now();
        const settled = await outcomes;
        const lost = settled.flatMap(({ status }, index) =>
          status === "rejected" && bridges[index]?.child.pid !== dead
            ? [String(reasonOf(settled[index]))]
            : [],
        );
        assert.deepEqual(lost, [], "the four others are connected");
        assert.ok(performance.now() - struckAt < 15_000, "within 15 s");
        const { tabs, registrations } = bridgeGroup.since(before);
        assert.ok(
          tabs + registrations <= (refresh ? 0 : 2) + 1,
          `${tabs} tabs, ${registrations} registrations`,
        );
        assertOrder(bridgeGroup, dead);
        bridgeGroup.remote.assertClean();
      } finally {
        await bridgeGroup.close();
      }
    });
  }
});

/** Nobody went on before the owner was dead, and then somebody did, to the end, once. */
function assertOrder(bridgeGroup: BridgeGroup, dead: number | undefined): void {
  const journal = bridgeGroup.journal();
  const struckAt = journal.findIndex(({ step }) => step === "struck");
  const others = journal
    .map(({ pid, step }, at) => ({ pid, step, at }))
    .filter(({ pid, at }) => pid !== dead && at > journal.findIndex((line) => line.pid === dead));
  const owning = /^(signin\.claimed|exchange\.|refresh\.)/;
  const early = others.filter(({ step, at }) => owning.test(step) && at < struckAt);
  assert.deepEqual(early, [], "before the owner was dead");
  const saved = others.filter(({ step }) => /^(exchange|refresh)\.saved$/.test(step));
  assert.equal(saved.length, 1, "one other went on to the end");
}

function reasonOf(outcome: PromiseSettledResult<void> | undefined): unknown {
  return outcome?.status === "rejected" ? outcome.reason : undefined;
}
