// npm run test:random -- [--rounds N] [--seed S]: random kills and starts for as long as one likes.
import { parseArgs } from "node:util";
import { seeded, testSeed } from "./support/clocks/seeded.ts";
import { chooseRound, runRound } from "./support/processes/random-round.ts";

const { values } = parseArgs({ options: { rounds: { type: "string" }, seed: { type: "string" } } });
const rounds = Number(values.rounds ?? 20);
const seed = values.seed === undefined ? testSeed() : Number(values.seed);
const totals = { kills: 0, registrations: 0, tabs: 0, exchanges: 0, refreshes: 0, replays: 0 };
const failed: number[] = [];

console.log(`rounds ${rounds}, seed ${seed}`);
for (let round = 0; round < rounds; round += 1) {
  const plan = chooseRound(seeded(seed + round));
  const { ledger, kills, broken, ms } = await runRound(plan);
  totals.kills += kills;
  for (const name of ["registrations", "tabs", "exchanges", "refreshes", "replays"] as const)
    totals[name] += ledger[name];
  const verdict = broken.length === 0 ? "ok" : "BROKEN";
  console.log(
    `${String(round).padStart(4)} ${verdict} ${plan.scenario} ${kills} kills ${JSON.stringify(ledger)} ${ms} ms`,
  );
  if (broken.length === 0) continue;
  failed.push(round);
  console.log(`     ${JSON.stringify(plan)}\n     ${broken.join("\n     ")}`);
}
console.log(`${rounds - failed.length} of ${rounds} rounds hold; ${JSON.stringify(totals)}`);
if (failed.length > 0)
  console.log(`broken: --rounds 1 --seed ${failed.map((round) => seed + round).join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;
