import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Step } from "../../../src/core/ports/checkpoint.ts";
import { LOAD_MARGIN_MS } from "../../support/clocks/load-margin.ts";
import { connected } from "../../support/hosts/patient-host.ts";
import { BridgeGroup, type Fault } from "../../support/processes/bridge-group.ts";

interface Case {
  readonly when: string;
  readonly step: Step;
  readonly visit?: number;
  /** A refresh is due instead of a sign-in. */
  readonly refresh?: true;
}

/** Within which somebody goes on. */
const PROMISED_MS = 2_000;

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
    test(`[PROC-3] ${when}`, async (t) => {
      const bridgeGroup = await (refresh ? BridgeGroup.signedIn() : BridgeGroup.start());
      try {
        if (refresh) await bridgeGroup.expireSaved();
        const before = bridgeGroup.ledger();
        const fault: Fault = { step, signal: "SIGKILL", ...(visit === undefined ? {} : { visit }) };
        const bridges = bridgeGroup.spawn(5, [fault]);
        const waiting = bridges.map((bridge) => connected(bridge));
        const outcomes = Promise.allSettled(waiting);
        const [dead] = await bridgeGroup.strike();
        const settled = await outcomes;
        const lost = settled.flatMap(({ status }, index) =>
          status === "rejected" && bridges[index]?.child.pid !== dead
            ? [String(reasonOf(settled[index]))]
            : [],
        );
        assert.deepEqual(lost, [], "the four others are connected");
        const { tabs, registrations } = bridgeGroup.since(before);
        assert.ok(
          tabs + registrations <= (refresh ? 0 : 2) + 1,
          `${tabs} tabs, ${registrations} registrations`,
        );
        t.diagnostic(`another went on after ${assertOrder(bridgeGroup, dead)} ms`);
        bridgeGroup.remote.assertClean();
      } finally {
        await bridgeGroup.close();
      }
    });
  }
});

/** Nobody went on before the owner was dead, and then somebody did, to the end, once. @returns after how many ms */
function assertOrder(bridgeGroup: BridgeGroup, dead: number | undefined): number {
  const journal = bridgeGroup.journal();
  const begun = journal.findIndex(({ pid }) => pid === dead);
  const struckAt = journal.findIndex(({ step }) => step === "struck");
  const owning = /^(signin\.claimed|exchange\.|refresh\.)/;
  const others = journal
    .map((line, at) => ({ ...line, at }))
    .filter(({ pid, at }) => pid !== dead && at > begun);
  const [first] = others.filter(({ step }) => owning.test(step));
  assert.ok(first && first.at > struckAt, `${first?.step} came before the owner was dead`);
  const waitedMs = first.atMs - (journal[struckAt]?.atMs ?? 0);
  assert.ok(waitedMs < PROMISED_MS + LOAD_MARGIN_MS, `${first.step} came after ${waitedMs} ms`);
  const saved = others.filter(({ step }) => /^(exchange|refresh)\.saved$/.test(step));
  assert.equal(saved.length, 1, "one other went on to the end");
  return waitedMs;
}

function reasonOf(outcome: PromiseSettledResult<void> | undefined): unknown {
  return outcome?.status === "rejected" ? outcome.reason : undefined;
}
