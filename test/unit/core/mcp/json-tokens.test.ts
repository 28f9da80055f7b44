import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { test } from "node:test";
import { JsonTokenizer, MAX_DEPTH } from "../../../../src/core/mcp/json-tokens.ts";
import { cpuTimeMs } from "../../../support/clocks/cpu-time.ts";
import { seeded, testSeed } from "../../../support/clocks/seeded.ts";
import { isJson, randomJson } from "../../../support/json/random-json.ts";

/** What the tokenizer says, reading `part` bytes at a time. */
function faultOf(bytes: Buffer, part = 1 << 20) {
  if (!isUtf8(bytes)) return "utf-8";
  const tokens = new JsonTokenizer(Buffer.from(bytes));
  while (!tokens.advance(part));
  return tokens.fault;
}

test("[LIFE-10] the tokenizer takes what JSON.parse takes, and nothing else, in parts of any size", (t) => {
  const seed = testSeed();
  t.diagnostic(`seed ${seed}`);
  const random = seeded(seed);
  const taken = [0, 0];
  for (let round = 0; round < 30_000; round += 1) {
    const bytes = randomJson(random);
    const expected = isJson(bytes);
    taken[expected ? 1 : 0] = (taken[expected ? 1 : 0] ?? 0) + 1;
    for (const part of [1, 1 + random.below(9), 1 << 20])
      assert.equal(
        faultOf(bytes, part) === undefined,
        expected,
        `${JSON.stringify(bytes.toString("latin1"))} in ${part}`,
      );
  }
  assert.ok(Math.min(...taken) > 5_000, `a good mixture: ${taken}`);
});

test("the tokenizer's verdict on every form of a number, word, string and end", () => {
  const texts = [
    ..."0|-0|-|00|01|-01|1.|1.0|.5|1.e1|1e|1e+|1e+1|1E-0|0e0|0x1|1.2.3|1e1e1|1e1.5|--1|+1|Infinity|NaN|-a".split(
      "|",
    ),
    ..."true|tru|truee|nul|null|false|fals|t|n|f|True".split("|"),
    ...'""|"|"\\"|"\\\\"|"\\x"|"\\u12"|"\\u123g"|"\\u123G"|"\\uABcd"|"a\nb"|"\t"|"\\/\\b\\f\\n\\r\\t"|"\x7f"'.split(
      "|",
    ),
    ...'[]|[|]|[1,]|[,1]|[1 2]|[1]]|{}|{|}|{"a"}|{"a":}|{"a":1,}|{,}|{a:1}|{1:1}|{"a":1 "b":2}|[}|{]|[1}|{"a":1]|1 1|'.split(
      "|",
    ),
    " ",
    "\ufeff1",
    "\u00a01",
    "\v1",
  ];
  for (const text of texts) {
    const bytes = Buffer.from(text);
    for (const part of [1, 1 << 20])
      assert.equal(faultOf(bytes, part) === undefined, isJson(bytes), JSON.stringify(text));
  }
});

test("[LIFE-10] nesting ends at a limit, for arrays and objects", () => {
  const arrays = (depth: number) => Buffer.from("[".repeat(depth) + "]".repeat(depth));
  const objects = (depth: number) => Buffer.from(`${'{"a":'.repeat(depth - 1)}{${"}".repeat(depth)}`);
  for (const nested of [arrays, objects]) {
    assert.equal(faultOf(nested(MAX_DEPTH)), undefined);
    assert.equal(faultOf(nested(MAX_DEPTH + 1)), "depth");
    assert.equal(faultOf(nested(1_000_000)), "depth");
  }
});

test("line ends between tokens become blanks, and nothing else changes", () => {
  const bytes = Buffer.from('{\r\n"a\\n" :\t[1,\n2]}\n');
  const tokens = new JsonTokenizer(bytes);
  assert.equal(tokens.advance(100), true);
  assert.equal(bytes.toString(), '{  "a\\n" :\t[1, 2]} ');
});

test("the watcher hears of names and values as far down as it looks", () => {
  const text = ' {"a": [1,{"x":2}],\n"b":{"c":-1.5e3,"d":{"e":[]}},"f":"g"}';
  const heard: string[] = [];
  const piece = (start: number, end: number) => text.slice(start, end);
  const tokens = new JsonTokenizer(Buffer.from(text), {
    depth: 2,
    onName: (depth, start, end) => heard.push(`${depth} name ${piece(start, end)}`),
    onValueEnd: (depth, start, end) => heard.push(`${depth} value ${depth === 0 ? "" : piece(start, end)}`),
  });
  while (!tokens.advance(3));
  assert.deepEqual(heard, [
    '1 name "a"',
    "2 value 1",
    '2 value {"x":2}',
    '1 value [1,{"x":2}]',
    '1 name "b"',
    '2 name "c"',
    "2 value -1.5e3",
    '2 name "d"',
    '2 value {"e":[]}',
    '1 value {"c":-1.5e3,"d":{"e":[]}}',
    '1 name "f"',
    '1 value "g"',
    "0 value ",
  ]);
  assert.equal(tokens.values, 10);
});

test("[LIFE-10] time grows with the size alone, memory not at all, whatever the structure", () => {
  const bomb = (open: string, part: string, close: string) => (size: number) =>
    Buffer.from(open + part.repeat(Math.floor(size / part.length)) + close);
  const bombs = {
    objects: bomb("[", "{},", "{}]"),
    numbers: bomb("[", "1,", "1]"),
    digits: bomb("1", "9", "9"),
    members: bomb("{", '"k":{},', '"k":0}'),
    nested: bomb("[", `${"[".repeat(999)}${"]".repeat(999)},`, "0]"),
    escapes: bomb('"', "\\u00e9\\n", '"'),
    text: bomb('"', "ü€😀", '"'),
    blanks: bomb("[", "\n", "]"),
  };
  faultOf(bombs.objects(4 << 20));
  for (const [name, make] of Object.entries(bombs)) {
    const small = make(1 << 20);
    const large = make(8 << 20);
    const before = process.memoryUsage();
    const times = [small, large].map((bytes) => {
      const startedMs = cpuTimeMs();
      const tokens = new JsonTokenizer(bytes);
      while (!tokens.advance(1 << 20));
      assert.equal(tokens.fault, undefined, name);
      return cpuTimeMs() - startedMs;
    });
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.external - before.heapUsed - before.external;
    assert.ok(grown < 8 << 20, `${name}: ${grown} bytes more`);
    // Eight times the size; five times that for a busy machine.
    assert.ok((times[1] ?? 0) < 40 * Math.max(times[0] ?? 0, 5), `${name}: ${times.map(Math.round)} ms`);
  }
});
