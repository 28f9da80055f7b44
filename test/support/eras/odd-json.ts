// JSON text as hardly any serializer writes it. What carries it must not read and write it anew.
import type { TestContext } from "node:test";
import { type Seeded, seeded, testSeed } from "../clocks/seeded.ts";

/** Name and value as they are written. */
export type Members = readonly (readonly [name: string, value: string])[];

const SCALARS = [
  "1.00",
  "-0",
  "1e400",
  "12345678901234567890",
  "0.1000000000000000055511151231257827",
  "true",
  "null",
  '""',
  '"\\u00e9\\/\\ud83d\\ude00"',
  '"é😀\\n\\u0000"',
  '"input_required"',
];
/** None of them is a member of the protocol. */
const NAMES = ['"x"', '"\\u0079"', '"€"', '"__proto__"', '"constructor"', '"x.y/z"', '"ttl"', '"result"'];
const BLANKS = ["", "", " ", "\t"];

export const written = (members: Members): string =>
  `{${members.map(([name, value]) => `${name}:${value}`).join(",")}}`;

export function oddValue(random: Seeded, depth = 2): string {
  const blank = () => random.one(BLANKS);
  if (depth === 0 || random.chance(0.5)) return random.one(SCALARS);
  const inner = Array.from(
    { length: random.below(4) },
    () => blank() + oddValue(random, depth - 1) + blank(),
  );
  if (random.chance(0.5)) return `[${inner.join(",")}]`;
  // One that is there twice stays so.
  return `{${inner.map((value) => `${blank()}${random.one(NAMES)}${blank()}:${value}`).join(",")}}`;
}

/** Some members that nobody knows, at most one of each name. */
export function oddMembers(random: Seeded, atMost = 3): Members {
  const names = new Set(Array.from({ length: random.below(atMost + 1) }, () => random.one(NAMES)));
  return [...names].map((name) => [name, oddValue(random)] as const);
}

export function shuffled<T>(random: Seeded, items: readonly T[]): T[] {
  const rest = [...items];
  return items.flatMap(() => rest.splice(random.below(rest.length), 1));
}

/** Trace context, progress, keys of vendors and what nobody knows (2026-07-28, basic/index, `_meta`). */
export function oddMeta(random: Seeded): Members {
  const known: Members = [
    ['"traceparent"', '"00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"'],
    ['"tracestate"', '"a=1,b=2"'],
    ['"baggage"', '"k=v"'],
    ['"com.example/key"', oddValue(random)],
    ['"io.modelcontextprotocol/related-task"', '{"taskId":"t"}'],
  ];
  const chosen = shuffled(random, known).slice(0, random.below(known.length));
  return shuffled(random, [...chosen, ...oddMembers(random, 2)]);
}

/** Each with a seed of its own. */
export function forAny(t: TestContext, what: (random: Seeded) => void, runs = 500): void {
  const seed = testSeed();
  t.diagnostic(`DRAWBRIDGE_TEST_SEED=${seed}`);
  for (let run = 0; run < runs; run += 1) what(seeded(seed + run));
}

/** With such a `_meta` among them; without it where it would be empty. */
export function withMeta(random: Seeded, members: Members, meta: Members): Members {
  const metaMember = meta.length === 0 ? [] : [['"_meta"', written(meta)] as const];
  return shuffled(random, [...members, ...metaMember]);
}

export const memberOf = (name: string, members: Members): Members =>
  members.length === 0 ? [] : [[JSON.stringify(name), written(members)]];

/** A line with its members in any order, and what must come back. */
export function oddLine(
  random: Seeded,
  id: string,
  members: Members,
): readonly [line: string, expected: string] {
  const head: Members = [
    ['"jsonrpc"', '"2.0"'],
    ['"id"', id],
  ];
  const rest = shuffled(random, [
    ...members,
    ...oddMembers(random, 1).filter(([name]) => name !== '"result"'),
  ]);
  const mixed = shuffled(random, [...head, ...rest]);
  return [written(mixed), written([...head, ...mixed.filter((one) => !head.includes(one))])];
}

export const oddText = (random: Seeded): string => random.one(['"No"', '"\\u00e9\\/"', '""']);
