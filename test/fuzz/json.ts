// The tokenizer of messages, against `JSON.parse`.
import { isUtf8 } from "node:buffer";
import { JsonTokenizer } from "../../src/core/mcp/json-tokens.ts";
import { seeded } from "../support/clocks/seeded.ts";
import { isJson, randomJson } from "../support/json/random-json.ts";
import { difference, type FuzzTarget } from "./target.ts";

export const json: FuzzTarget = (seed) => {
  const random = seeded(seed);
  const bytes = randomJson(random);
  const tokens = new JsonTokenizer(Buffer.from(bytes));
  while (!tokens.advance(1 + random.below(30)));
  const taken = isUtf8(bytes) && tokens.fault === undefined;
  return difference(bytes.toString("latin1"), taken, isJson(bytes));
};
