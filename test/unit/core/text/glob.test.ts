import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Glob } from "../../../../src/core/text/glob.ts";
import { cpuTimeMs } from "../../../support/clocks/cpu-time.ts";

test("[LIFE-7] a glob matches what the regular expression of the same meaning matches", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "*", ".", "\n", "\\"), maxLength: 12 });
  const reference = (glob: string) =>
    new RegExp(
      `^${glob
        .split("*")
        .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
        .join(".*")}$`,
      "s",
    );
  fc.assert(
    fc.property(text, text, (glob, name) => {
      assert.equal(new Glob(glob).test(name), reference(glob).test(name));
    }),
    { numRuns: 3_000 },
  );
});

test("[LIFE-7] the time of a glob grows with the name, not with its square", () => {
  const glob = new Glob("*a*b*a*b*a*b*c");
  const costMs = (length: number) => {
    const name = "ab".repeat(length / 2);
    const before = cpuTimeMs();
    assert.equal(glob.test(name), false);
    return cpuTimeMs() - before;
  };
  costMs(1 << 16);
  assert.ok(costMs(1 << 22) < 250);
});
