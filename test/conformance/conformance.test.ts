// The official conformance suite against the built program, between the suite's servers and a host of 2025-11-25.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { needed } from "../support/project/parts.ts";
import { EXPECTED_FAILURES } from "./expected-failures.ts";
import { conformanceSuite, type Scenario, type Suite } from "./suite.ts";

/** Scenarios that run on the wire of one revision. */
interface Group {
  readonly title: string;
  readonly revision: string;
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
    const run = new Set(groups.flatMap(({ revision, names }) => names.map((name) => `${revision} ${name}`)));
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
  const newer = named(({ name, revisions }) => revisions.join() === "2026-07-28" && name.startsWith("auth/"));
  const groups = [
    { title: "required by 2025-11-25", revision: "2025-11-25", names: current.required },
    { title: "extensions and additions", revision: "2025-11-25", names: current.reported },
    { title: "servers of 2025-03-26", revision: "2025-11-25", names: older },
    { title: "signing in by 2026-07-28, with a session of 2025-11-25", revision: "2025-11-25", names: newer },
    { title: "required by 2026-07-28", revision: "2026-07-28", names: modern.required },
  ];
  assert.deepEqual(
    groups.map(({ names }) => names.length),
    [18, 7, 2, 11, 32],
  );
  return groups;
}

function declare(suite: Suite, { title, revision, names }: Group): void {
  describe(title, { concurrency: AT_ONCE, timeout: 170_000 }, () => {
    for (const name of names)
      test(name, async () => {
        const { clean, report } = await suite.run(name, revision);
        const reason = EXPECTED_FAILURES[`${revision} ${name}`];
        if (reason === undefined) assert.ok(clean, report.slice(-6_000));
        else assert.ok(!clean, `it is clean by now, so it is no longer expected to fail: ${reason}`);
      });
  });
}
