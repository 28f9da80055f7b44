// The official conformance suite against the built program, with a host of 2025-11-25 (and of 2025-03-26 where the
// scenario is that old).
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { needed } from "../support/parts.ts";
import { EXPECTED_FAILURES } from "./expected-failures.ts";
import { conformanceSuite, type Suite } from "./suite.ts";

const suite = await conformanceSuite();
const AT_ONCE = 3;

if (suite === undefined)
  test("the official conformance suite", (t) => void needed(t, "The conformance suite", suite));
else await declare(suite);

async function declare(suite: Suite): Promise<void> {
  const required = await suite.required("2025-11-25");
  assert.equal(required.length, 18);
  group("required by 2025-11-25", "2025-11-25", required);
  const old = named(suite, ({ revisions }) => revisions.join() === "2025-03-26");
  assert.equal(old.length, 2);
  group("backwards compatibility with 2025-03-26", "2025-03-26", old);
  const extensions = named(suite, ({ name, revisions }) => revisions.includes("extension") && isAuth(name));
  assert.equal(extensions.length, 6);
  group("extensions at 2025-11-25", "2025-11-25", extensions);
  // New with 2026-07-28, but about signing in, which does not depend on how messages travel.
  const later = named(suite, ({ name, revisions }) => revisions.join() === "2026-07-28" && isAuth(name));
  assert.ok(later.length >= 10);
  group("authorization of 2026-07-28, host of 2025-11-25", "2025-11-25", later);

  test("every expected failure is a scenario that was run", () => {
    const run = new Set([...required, ...old, ...extensions, ...later]);
    assert.deepEqual(
      Object.keys(EXPECTED_FAILURES).filter((key) => !run.has(key.split(" ")[1] ?? "")),
      [],
    );
  });

  function group(title: string, revision: string, names: readonly string[]): void {
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
}

function named(suite: Suite, fits: (scenario: Suite["scenarios"][number]) => boolean): string[] {
  return suite.scenarios.filter(fits).map(({ name }) => name);
}

function isAuth(name: string): boolean {
  return name.startsWith("auth/");
}
