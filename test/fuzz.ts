// npm run fuzz -- json [--time 5s] [--seed S]: random inputs for a parser, against a reference that is not ours.
import { isUtf8 } from "node:buffer";
import { parseArgs } from "node:util";
import { JsonTokenizer } from "../src/core/mcp/json-tokens.ts";
import { seeded, testSeed } from "./support/clocks/seeded.ts";
import { isJson, randomJson } from "./support/json/random-json.ts";

/** Each tries one input. @returns what is wrong, if anything */
const TARGETS: Readonly<Record<string, (seed: number) => string | undefined>> = {
  json(seed) {
    const random = seeded(seed);
    const bytes = randomJson(random);
    const tokens = new JsonTokenizer(Buffer.from(bytes));
    while (!tokens.advance(1 + random.below(30)));
    const taken = isUtf8(bytes) && tokens.fault === undefined;
    return taken === isJson(bytes) ? undefined : `${JSON.stringify(bytes.toString("latin1"))}: ${taken}`;
  },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { time: { type: "string", default: "5s" }, seed: { type: "string" } },
});
const tried = TARGETS[positionals[0] ?? ""];
const [, count = "", unit = ""] = /^(\d+)(s|m)$/.exec(values.time) ?? [];
if (tried === undefined || count === "") {
  console.log(`npm run fuzz -- ${Object.keys(TARGETS).join("|")} [--time 5s|10m] [--seed S]`);
  process.exit(2);
}
const first = values.seed === undefined ? testSeed() : Number(values.seed);
const endMs = Date.now() + Number(count) * (unit === "m" ? 60_000 : 1_000);
let wrong: string | undefined;
let seed = first;
// The clock is looked at now and then, and costs nothing beside the inputs.
for (; wrong === undefined && (seed % 100 !== 0 || Date.now() < endMs); seed += 1) wrong = tried(seed);
console.log(
  `${seed - first} inputs, seeds from ${first}${wrong === undefined ? ": all as the reference" : ""}`,
);
if (wrong !== undefined) console.log(`--seed ${seed - 1}: ${wrong}`);
process.exitCode = wrong === undefined ? 0 : 1;
