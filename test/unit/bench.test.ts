// What the benchmark makes of its samples: medians, ratios, targets, the table.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FLOOR, namedPeer, OWN } from "../bench/candidates.ts";
import { reportOf, tableOf, targetText, tooSlow } from "../bench/report.ts";
import { figure, isTooSlow, ROWS, type Row, reached } from "../bench/rows.ts";
import { median, rotated, Samples } from "../bench/samples.ts";

const CIRCUMSTANCES = {
  date: "2026-01-31",
  machine: "a machine",
  node: "v20",
  version: "1.0.0",
  mode: "quick",
};

function samplesOf(metric: string, byName: Readonly<Record<string, readonly number[]>>): Samples {
  const samples = new Samples();
  for (const [name, all] of Object.entries(byName)) for (const one of all) samples.of(name)(metric, one);
  return samples;
}

const alone = (value: number, ratio?: number) => ({
  median: value,
  least: value,
  most: value,
  samples: 1,
  ...(ratio === undefined ? {} : { ratio }),
});

test("a median is the middle one, or between the middle two", () => {
  assert.equal(median([]), undefined);
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
});

test("each round begins with another one", () => {
  assert.deepEqual(
    [0, 1, 2, 3].map((round) => rotated(["a", "b", "c"], round).join("")),
    ["abc", "bca", "cab", "abc"],
  );
});

test("a figure is a median with its ratio to the floor's, if the floor has one that is not zero", () => {
  const samples = samplesOf("m", { [FLOOR]: [10, 20, 30], [OWN]: [5, 30] });
  assert.deepEqual(figure(samples, "m", OWN, FLOOR), {
    median: 17.5,
    least: 5,
    most: 30,
    samples: 2,
    ratio: 0.875,
  });
  assert.equal(figure(samples, "other", OWN, FLOOR), undefined);
  assert.equal(figure(samplesOf("m", { [FLOOR]: [0], [OWN]: [2] }), "m", OWN, FLOOR)?.ratio, undefined);
  const nothing = new Samples();
  nothing.of(OWN)("m", undefined);
  assert.equal(figure(nothing, "m", OWN, FLOOR), undefined);
});

test("a target is a ratio with or without an allowance, a least ratio, or a value", () => {
  const floor = alone(100);
  const within = (target: Row["target"], own: number) => reached(target, alone(own), floor);
  assert.deepEqual(
    [130, 131].map((own) => within({ kind: "at-most", ratio: 1.3 }, own)),
    [true, false],
  );
  assert.deepEqual(
    [155, 156].map((own) => within({ kind: "at-most", ratio: 1.3, plusMb: 25 }, own)),
    [true, false],
  );
  assert.deepEqual(
    [90, 89].map((own) => within({ kind: "at-least", ratio: 0.9 }, own)),
    [true, false],
  );
  assert.deepEqual(
    [3, 4].map((own) => within({ kind: "value", atMost: 3 }, own)),
    [true, false],
  );
  assert.equal(reached({ kind: "at-most", ratio: 1 }, alone(1), undefined), undefined);
  assert.equal(targetText({ kind: "at-most", ratio: 1.3, plusMb: 25 }), "≤ ×1.3 + 25 MB");
});

test("CI fails for processor time 30 % over its target or over what is known, and for nothing else", () => {
  const row = (metric: string, notYet?: number): Row => ({
    metric,
    what: "",
    unit: "ms",
    target: { kind: "at-most", ratio: 1 },
    ...(notYet === undefined ? {} : { notYet }),
  });
  const failing = (one: Row) => [1.29, 1.31, 1.94, 1.96].map((ratio) => isTooSlow(one, alone(1, ratio)));
  assert.deepEqual(failing(row("a.cpuMs")), [false, true, true, true]);
  assert.deepEqual(failing(row("a.cpuMs", 1.5)), [false, false, false, true]);
  assert.deepEqual(failing(row("a.ms")), [false, false, false, false]);
  assert.equal(isTooSlow(row("a.cpuMs"), alone(1)), false);
});

test("the table has a row for what was measured, the target beside the program, and what was left out", () => {
  const samples = samplesOf("start.ms", { [FLOOR]: [40], [OWN]: [44], peer: [200] });
  const names = [FLOOR, OWN, "peer"];
  const report = reportOf(CIRCUMSTANCES, names, samples, { leftOut: ["Memory."], failures: ["a\nb"] });
  assert.deepEqual(
    report.rows.map(({ metric, reached: met }) => [metric, met]),
    [["start.ms", true]],
  );
  const text = tableOf(report);
  assert.match(text, /^\| {2}\| floor \| mcp-drawbridge \| target \| peer \|$/m);
  assert.match(
    text,
    /^\| start to `tools\/list`: time \| 40 ms \| 44 ms \*\*×1\.10\*\* \| ≤ ×1\.15 ✓ \| 200 ms \*\*×5\.00\*\* \|$/m,
  );
  assert.match(text, /^Memory\.$/m);
  assert.match(text, /^Failed: a b$/m);
  assert.deepEqual(tooSlow(report), []);
});

test("what the check looks at has a target, and what misses it is known by its own ratio", () => {
  for (const { metric, target, notYet } of ROWS)
    if (notYet !== undefined)
      assert.ok(metric.endsWith(".cpuMs") && target.kind === "at-most" && notYet > target.ratio, metric);
});

test("a bridge is named with its command, which may begin with variables and quote its words", () => {
  const { name, words, env } = namedPeer("old=A=1 B=2=3 node 'my folder/x.js' --to {url}", { HOME: "h" });
  assert.deepEqual(
    [name, words, env],
    ["old", ["node", "my folder/x.js", "--to", "{url}"], { HOME: "h", A: "1", B: "2=3" }],
  );
  assert.deepEqual(namedPeer("old=bridge", {}).words, ["bridge", "{url}"]);
  assert.throws(() => namedPeer("bridge", {}), /name=command/);
  assert.throws(() => namedPeer("floor=bridge {url}", {}), /another name/);
});
