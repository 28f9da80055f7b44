import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { test } from "node:test";
import { parseInParts, stringifyInParts } from "../../../../src/core/mcp/json-parts.ts";
import { seeded, testSeed } from "../../../support/clocks/seeded.ts";
import { isJson, randomJson } from "../../../support/json/random-json.ts";

const turn = async (): Promise<void> => undefined;

function parse(text: string, partBytes = 1): Promise<unknown> {
  return parseInParts(Buffer.from(text), turn, partBytes);
}

test("[LIFE-10] what is read in parts is what JSON.parse reads", async () => {
  const random = seeded(testSeed());
  for (let round = 0; round < 3_000; round += 1) {
    const bytes = randomJson(random);
    if (!isUtf8(bytes) || bytes[0] === 0xef) continue;
    const read = parseInParts(Buffer.from(bytes), turn, 1 + random.below(20));
    if (!isJson(bytes)) await assert.rejects(read, SyntaxError);
    else {
      const value: unknown = JSON.parse(bytes.toString());
      assert.deepEqual(await read, value);
      assert.equal(JSON.stringify(await read), JSON.stringify(value), "in the same order");
      assert.equal(
        (await stringifyInParts(value, turn, 1 + random.below(20))).toString(),
        JSON.stringify(value),
      );
    }
  }
});

test("[LIFE-10] no name reaches a prototype, and of a repeated one the last counts", async () => {
  const text = '{"__proto__":{"a":1},"b":1,"constructor":{},"b":[{"__proto__":[]}]}';
  const value = await parse(text);
  assert.equal(JSON.stringify(value), JSON.stringify(JSON.parse(text)));
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  assert.equal(({} as { a?: unknown }).a, undefined);
});

test("[LIFE-10] members that are undefined are left out", async () => {
  const value = { a: undefined, b: { c: undefined, d: [] }, e: [[[[{ f: undefined }]]]] };
  assert.equal((await stringifyInParts(value, turn, 1)).toString(), JSON.stringify(value));
});

test("[LIFE-10] other work has its turn, and JSON that is cut is none", async () => {
  const long = JSON.stringify(Array.from({ length: 1_000 }, (_, at) => ({ at })));
  let turns = 0;
  const counted = async (): Promise<void> => void turns++;
  await parseInParts(Buffer.from(long), counted, 1_000);
  assert.ok(turns >= Math.floor(long.length / 1_000), `${turns}`);
  turns = 0;
  await stringifyInParts(JSON.parse(long), counted, 1_000);
  assert.ok(turns >= Math.floor(long.length / 1_100), `${turns}`);
  await assert.rejects(parse(long.slice(0, -1), 100), SyntaxError);
});
