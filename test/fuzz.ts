// npm run fuzz -- json [--time 5s] [--seed S]: random inputs for a parser, against a reference that is not ours.
import { parseArgs } from "node:util";
import type { FuzzTarget } from "./fuzz/target.ts";
import { TARGETS } from "./fuzz/targets.ts";
import { testSeed } from "./support/clocks/seeded.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { time: { type: "string", default: "5s" }, seed: { type: "string" } },
});
const names = positionals.includes("all") ? Object.keys(TARGETS) : positionals;
const [, count = "", unit = ""] = /^(\d+)(s|m)$/.exec(values.time) ?? [];
if (names.length === 0 || count === "" || names.some((name) => TARGETS[name] === undefined)) {
  console.log(`npm run fuzz -- ${Object.keys(TARGETS).join("|")}|all [--time 5s|10m] [--seed S]`);
  process.exit(2);
}
const first = values.seed === undefined ? testSeed() : Number(values.seed);
const lastsMs = Number(count) * (unit === "m" ? 60_000 : 1_000);
for (const name of names) {
  const target = TARGETS[name];
  if (target !== undefined && !fuzz(name, target)) process.exitCode = 1;
}

function fuzz(name: string, tried: FuzzTarget): boolean {
  const endMs = Date.now() + lastsMs;
  let wrong: string | undefined;
  let seed = first;
  // The clock is looked at now and then, and costs nothing beside the inputs.
  for (; wrong === undefined && (seed % 100 !== 0 || Date.now() < endMs); seed += 1) wrong = tried(seed);
  const outcome = wrong === undefined ? ": all as the reference" : `\n${name} --seed ${seed - 1}: ${wrong}`;
  console.log(`${name}: ${seed - first} inputs, seeds from ${first}${outcome}`);
  return wrong === undefined;
}
