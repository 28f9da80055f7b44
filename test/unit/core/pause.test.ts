import assert from "node:assert/strict";
import { test } from "node:test";
import { pauseMs } from "../../../src/core/pause.ts";

test("[NET-4] [NET-5] whatever a peer names, a pause has a floor that doubles, and an end", () => {
  const rows: readonly (readonly [
    asked: number | undefined,
    repeats: number,
    pause: number,
    most?: number,
  ])[] = [
    [undefined, 0, 200],
    [0, 0, 200],
    [-5, -1, 200],
    [0, 1, 400],
    [0, 5, 6_400],
    [0, 50, 60_000],
    [0, Number.MAX_SAFE_INTEGER, 60_000],
    [3_000, 0, 3_000],
    [3_000, 5, 6_400],
    [1e12, 0, 60_000],
    [0, 50, 5_000, 5_000],
    [30_000, 50, 30_000, 5_000],
  ];
  for (const [asked, repeats, pause, most] of rows)
    assert.equal(pauseMs(asked, repeats, most), pause, `${asked}, ${repeats}`);
});
