// Random worlds in which every secret is unique, and is looked for wherever it does not belong.
import assert from "node:assert/strict";
import { test } from "node:test";
import { playWorld } from "../../support/canaries/random-world.ts";
import { testSeed } from "../../support/clocks/seeded.ts";

const WORLDS = Number(process.env.DRAWBRIDGE_TEST_WORLDS ?? 200);
/** Most of what a world does is waiting. */
const AT_ONCE = 3;

test("[REG-2] [DIAG-1] in 200 random worlds no secret is anywhere but with its owner", async (t) => {
  const first = testSeed() * 1_000;
  t.diagnostic(`worlds ${first} to ${first + WORLDS - 1}`);
  let next = first;
  let [results, canaries, signedIn] = [0, 0, 0];
  const wrong: string[] = [];
  const worker = async (): Promise<void> => {
    while (next < first + WORLDS) {
      const seed = next++;
      const report = await playWorld(seed);
      results += report.results;
      canaries += report.canaries;
      if (report.results > 1) signedIn += 1;
      wrong.push(...report.wrong.map((what) => `world ${seed}: ${what}`));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  assert.deepEqual(wrong, []);
  t.diagnostic(`${canaries} secrets, ${results} results, in ${signedIn} worlds`);
  // Worlds in which nothing works would prove nothing.
  assert.ok(signedIn > WORLDS / 4, `somebody was signed in in ${signedIn} worlds`);
});
