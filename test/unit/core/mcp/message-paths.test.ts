// Small messages are read with `JSON.parse`, large ones by the tokenizer: both must see the same message.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Batch,
  type Message,
  readLargeMessage,
  readMessage,
  type Unreadable,
} from "../../../../src/core/mcp/message.ts";
import { type Seeded, seeded, testSeed } from "../../../support/clocks/seeded.ts";
import { mutated, randomJson } from "../../../support/json/random-json.ts";

const NAMES = [
  ..."jsonrpc|jsonrpc|id|id|ID|method|Method|params|params|result|error|re\u017fult|\\u0069d|id\\u0000|x".split(
    "|",
  ),
];
const INSIDE = "name|Name|uri|cursor|requestId|requestID|requestid|code|code|message|message|x".split("|");
const VALUES = [
  '"2.0"',
  '"2.0"',
  "1",
  "1.0",
  '"a"',
  "null",
  "[]",
  "{}",
  '"tools/call"',
  '"tools/call"',
  "[[{}]]",
];

/** Of these the end is found by what `JSON.stringify` makes of them, or not, as they are written otherwise. */
const LONG = "a".repeat(600);
const LONG_VALUES = [
  `{"x":"${LONG}"}`,
  `{"x": "${LONG}"}`,
  `{"x":1.0,"name":"${LONG}"}`,
  `{"x":"é","y":"${LONG}"}`,
];

function randomMessage(random: Seeded): Buffer {
  const member = (names: readonly string[], value: string): string => `"${random.one(names)}":${value}`;
  const members = (names: readonly string[], most: number, value: () => string): string =>
    `{${Array.from({ length: random.below(most) }, () => member(names, value())).join(random.one([",", ",\n", " ,\r"]))}}`;
  const inner = (): string => members(INSIDE, 4, () => random.one(VALUES));
  const value = (): string =>
    random.chance(0.3) ? inner() : random.one(random.chance(0.2) ? LONG_VALUES : VALUES);
  const plain = (): string => `{"jsonrpc":"2.0",${member(NAMES, value())},${member(NAMES, value())}}`;
  const one = (): string => (random.chance(0.5) ? plain() : members(NAMES, 7, value));
  if (random.chance(0.1)) return randomJson(random);
  const bytes = Buffer.from(random.chance(0.2) ? `[${[one(), one()]}]` : one());
  return random.chance(0.1) ? mutated(bytes, random) : bytes;
}

/** What is to be the same. */
function facts(found: Message | Batch | Unreadable): unknown {
  if (found.kind === "batch") return [found.bytes.toString(), found.members.map(facts)];
  if (found.kind === "unreadable") return found;
  const { params, result, error } = found.value;
  const names = (["name", "uri", "cursor"] as const).map((name) => found.value.param(name));
  const { value: _, ...rest } = found;
  return { ...rest, bytes: found.bytes.toString(), params, result, error, names };
}

test("[LIFE-10] [LIFE-6] small and large messages are read alike", async (t) => {
  const seed = testSeed();
  t.diagnostic(`seed ${seed}`);
  const random = seeded(seed);
  const kinds = new Map<string, number>();
  for (let round = 0; round < 20_000; round += 1) {
    const bytes = randomMessage(random);
    const small = readMessage(Buffer.from(bytes));
    const large = await readLargeMessage(Buffer.from(bytes), () => Promise.resolve());
    kinds.set(small.kind, (kinds.get(small.kind) ?? 0) + 1);
    assert.deepEqual(facts(large), facts(small), bytes.toString());
  }
  for (const kind of ["request", "notification", "response", "batch", "unreadable"])
    assert.ok((kinds.get(kind) ?? 0) > 5, `${kind}: ${kinds.get(kind)}`);
});
