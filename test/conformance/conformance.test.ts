// The official conformance suite against the built program, between the suite's servers and a host of either era.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { needed } from "../support/project/parts.ts";
import { EXPECTED_FAILURES } from "./expected-failures.ts";
import type { Era } from "./hosts.ts";
import { conformanceSuite, type Scenario, type Suite } from "./suite.ts";

/** Scenarios that run on the wire of one revision. */
interface Group {
  readonly title: string;
  readonly revision: string;
  readonly era: Era;
  readonly names: readonly string[];
}

const AT_ONCE = 3;
const suite = await conformanceSuite();

if (suite === undefined)
  test("the official conformance suite", (t) => void needed(t, "The conformance suite", suite));
else {
  const groups = await groupsOf(suite);
  for (const group of groups) declare(suite, group);
  test("every expected failure is a scenario that was run", () => {
    const run = new Set(groups.flatMap((group) => group.names.map((name) => keyOf(group, name))));
    assert.deepEqual(
      Object.keys(EXPECTED_FAILURES).filter((key) => !run.has(key)),
      [],
    );
  });
}

/** The scenarios by what the suite says of them; their numbers are checked, for an empty list passes everything. */
async function groupsOf(suite: Suite): Promise<Group[]> {
  const named = (fits: (scenario: Scenario) => boolean) =>
    suite.scenarios.filter(fits).map(({ name }) => name);
  const [current, modern] = await Promise.all([suite.listed("2025-11-25"), suite.listed("2026-07-28")]);
  const older = named(({ revisions }) => revisions.join() === "2025-03-26");
  const groups: Group[] = [
    { title: "2025-11-25, required", revision: "2025-11-25", era: "legacy", names: current.required },
    { title: "2025-11-25, reported", revision: "2025-11-25", era: "legacy", names: current.reported },
    { title: "servers of 2025-03-26", revision: "2025-11-25", era: "legacy", names: older },
    { title: "2026-07-28, legacy host", revision: "2026-07-28", era: "legacy", names: modern.required },
    { title: "2026-07-28, modern host", revision: "2026-07-28", era: "modern", names: modern.required },
    { title: "2026-07-28, reported", revision: "2026-07-28", era: "modern", names: modern.reported },
  ];
  assert.deepEqual(
    groups.map(({ names }) => names.length),
    [18, 7, 2, 32, 32, 7],
  );
  return groups;
}

const keyOf = ({ revision, era }: Group, name: string): string => `${revision} ${era} ${name}`;

function declare(suite: Suite, group: Group): void {
  const { title, revision, era, names } = group;
  describe(title, { concurrency: AT_ONCE, timeout: 170_000 }, () => {
    for (const name of names)
      test(name, async () => {
        const { clean, report } = await suite.run(name, revision, era);
        const reason = EXPECTED_FAILURES[keyOf(group, name)];
        if (reason === undefined) assert.ok(clean, report.slice(-6_000));
        else assert.ok(!clean, `it is clean by now, so it is no longer expected to fail: ${reason}`);
      });
  });
}
