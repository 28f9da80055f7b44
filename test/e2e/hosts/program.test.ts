// The built program under some hosts of the table, on the computer's clock: what waits.test.ts has in numbers, seen to
// hold in processes of their own. They run side by side, for they mostly wait.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { faultsOf } from "../../support/hosts/host-expectations.ts";
import { hostReport } from "../../support/hosts/host-report.ts";
import { type Outcome, play, SITUATIONS } from "../../support/hosts/host-situations.ts";
import { BUILT_SLACK_MS } from "../../support/hosts/host-stage.ts";
import { HOSTS } from "../../support/hosts/host-table.ts";

/** A host or more of each kind of waiting. Those that wait longest come first. */
const PLAYED: readonly (readonly [situation: string, ...hosts: string[]])[] = [
  ["down for 20 s", "Continue"],
  ["nobody signs in", "codex TUI", "Claude Code", "Gemini CLI", "Cline CLI", "codex exec"],
  ["after 12 s", "opencode"],
  ["after 5 s", "Gemini CLI", "Qwen Code"],
  ["plain", "codex TUI", "Claude Code", "claude mcp list", "Gemini CLI", "Cline CLI", "Mastra"],
];
const SIDE_BY_SIDE = 6;

const outcomes: Outcome[] = [];
const hosts = HOSTS.filter(({ host }) => PLAYED.some(([, ...names]) => names.includes(host)));
after(() => console.log(`\nThe built program:\n${hostReport(hosts, SITUATIONS, outcomes)}\n`));

describe("the built program", { concurrency: SIDE_BY_SIDE }, () => {
  for (const [name, ...names] of PLAYED)
    for (const facts of hosts.filter(({ host }) => names.includes(host)))
      test(`[LIFE-1] ${facts.host} ${facts.version}, ${name}`, { timeout: 80_000 }, async () => {
        const situation = SITUATIONS.find((one) => one.name === name) ?? assert.fail(name);
        const outcome = await play(facts, situation, true);
        outcomes.push(outcome);
        assert.equal(faultsOf(outcome, BUILT_SLACK_MS).join("\n"), "");
      });
});
