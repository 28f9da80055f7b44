// What a message costs is bounded by its size, on every path, whatever it is made of. `npm run bench:bombs` makes the table.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LOAD_MARGIN_MS } from "../support/clocks/load-margin.ts";
import { PATHS, throwBomb } from "../support/processes/bombs.ts";

const MIB = 2 ** 20;

for (const by of PATHS) {
  test(`[LIFE-10] sixteen MiB of objects take memory of their size and no standstill: ${by}`, async (t) => {
    const report = await throwBomb(by, "objects", 16 * MIB);
    t.diagnostic(JSON.stringify(report));
    assert.ok(report.answered);
    // Made into objects, they would take 300 MiB.
    assert.ok(report.grownBytes < 100 * MIB, `${report.grownBytes} bytes`);
    assert.ok(report.longestMs < 250 + LOAD_MARGIN_MS, `${report.longestMs} ms`);
  });
}

test("[LIFE-10] a list as large as is read makes no standstill, either", async (t) => {
  const report = await throwBomb("list", "tools", 7.9 * MIB);
  t.diagnostic(JSON.stringify(report));
  assert.ok(report.answered);
  assert.ok(report.longestMs < 250 + LOAD_MARGIN_MS, `${report.longestMs} ms`);
});
