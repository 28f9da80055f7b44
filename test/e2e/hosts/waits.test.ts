// Every host of the table, as it was seen to behave, through every situation of somebody who is not signed in: a person
// is shown the tools, a way to sign in, or a reason, before the host gives up. All of the program runs, on a clock that
// passes only while it waits; the built program on the computer's clock is in program.test.ts.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { faultsOf } from "../../support/hosts/host-expectations.ts";
import { hostReport } from "../../support/hosts/host-report.ts";
import { isPlayed, type Outcome, play, SITUATIONS } from "../../support/hosts/host-situations.ts";
import { HOSTS } from "../../support/hosts/host-table.ts";

const outcomes: Outcome[] = [];
after(() => console.log(`\n${hostReport(HOSTS, SITUATIONS, outcomes)}\n`));

for (const facts of HOSTS) {
  describe(`${facts.host} ${facts.version}`, { concurrency: false }, () => {
    for (const situation of SITUATIONS.filter((one) => isPlayed(facts, one))) {
      test(`[LIFE-1] ${situation.name}`, { timeout: 30_000 }, async () => {
        const outcome = await play(facts, situation);
        outcomes.push(outcome);
        assert.equal(faultsOf(outcome).join("\n"), "");
      });
    }
  });
}
