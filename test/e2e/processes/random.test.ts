import assert from "node:assert/strict";
import test from "node:test";
import { seeded, testSeed } from "../../support/clocks/seeded.ts";
import { chooseRound, runRound } from "../../support/processes/random-round.ts";

const ROUNDS = 10;
const AT_ONCE = 2;

test("[PROC-3] random kills and staggered starts: what is promised holds in every round", async (context) => {
  const seed = testSeed();
  context.diagnostic(`DRAWBRIDGE_TEST_SEED=${seed}`);
  let next = 0;
  const broken: string[] = [];
  const runner = async () => {
    for (let round = next++; round < ROUNDS; round = next++) {
      const plan = chooseRound(seeded(seed + round));
      const result = await runRound(plan);
      if (result.broken.length === 0) continue;
      broken.push(`seed ${seed + round}: ${JSON.stringify(plan)}\n${result.broken.join("\n")}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runner));
  assert.deepEqual(broken, []);
});
