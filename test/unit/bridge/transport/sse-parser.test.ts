import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createSseParser } from "../../../../src/bridge/transport/sse-parser.ts";
import { cpuTimeMs } from "../../../support/clocks/cpu-time.ts";
import { heapMib } from "../../../support/project/minor-heap.ts";

/** Everything the reader says, for the text cut into pieces of `size` bytes. */
function read(text: string | Buffer, size = Number.POSITIVE_INFINITY, maxBytes = 1 << 20): string[] {
  const said: string[] = [];
  const reader = createSseParser(maxBytes, {
    onEvent: ({ type, data }) => said.push(`${type}=${data}`),
    onId: (id) => said.push(`id ${id}`),
    onRetry: (ms) => said.push(`retry ${ms}`),
    onTooLarge: () => said.push("too large"),
  });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  return said;
}

const table: [text: string, said: string[]][] = [
  ["data: a\n\n", ["message=a"]],
  ["data:a\r\n\r\n", ["message=a"]],
  ["data: a\r\rdata: b\r\r", ["message=a", "message=b"]],
  ["\ufeffdata: a\n\n", ["message=a"]],
  ["event: x\ndata: ü€😀\n\n", ["x=ü€😀"]],
  ["data: a\ndata: b\ndata\n\n", ["message=a\nb\n"]],
  ["data:  a\n\n", ["message= a"]],
  [": comment\n:\n\n", []],
  ["id: 7\nretry: 50\ndata:\n\n", ["retry 50", "id 7", "message="]],
  ["id: 7\n\n", ["id 7"]],
  ["id\ndata: a\n\n", ["id ", "message=a"]],
  ["id: a\0b\nretry: 1x\nretry:\nunknown: x\ndatax: y\ndata: a\n\n", ["message=a"]],
  ["data: cut off", []],
  ["data: cut off\n", []],
  ["event: x\n\ndata: a\n\n", ["message=a"]],
];

test("events are read the same however they are cut", () => {
  for (const [text, said] of table) {
    for (const size of [1, 2, 3, 7, 1_000])
      assert.deepEqual(read(text, size), said, JSON.stringify([text, size]));
  }
});

test("[LIM-2] an event over the limit is given up, small ones and comments without end are not", () => {
  assert.deepEqual(read(`data: ${"x".repeat(100)}\n\n`, 10, 50), ["too large"]);
  assert.deepEqual(read(`data: ${"x".repeat(30)}\ndata: ${"x".repeat(30)}\n\n`, 10, 50), ["too large"]);
  assert.deepEqual(read(": comment\n".repeat(100), 10, 50), []);
  assert.deepEqual(read("data: 12345\n\n".repeat(20), 10, 50), Array(20).fill("message=12345"));
});

test("[LIM-2] empty data lines without end are an event over the limit", () => {
  assert.deepEqual(read("data:\n".repeat(100), 10, 50), ["too large"]);
  assert.deepEqual(read("data\n".repeat(100), 10, 50), ["too large"]);
});

test("[LIM-2] an event holds on to its own bytes, not to the chunks they came in", () => {
  setFlagsFromString("--expose-gc");
  const held = (): number => {
    runInNewContext("gc")();
    return process.memoryUsage().arrayBuffers >> 20;
  };
  let lines = 0;
  const reader = createSseParser(1 << 30, {
    onEvent: ({ data }) => (lines = data.toString().split("\n").length),
    onTooLarge() {},
  });
  const before = held();
  for (let round = 0; round < 5_000; round++) {
    const chunk = Buffer.alloc(1 << 16, "x");
    chunk.write("\ndata: 1\n:");
    reader.push(chunk);
  }
  const grown = held() - before;
  reader.push(Buffer.from("\n\n"));
  assert.equal(lines, 5_000);
  assert.ok(grown < 100, `${grown} MiB for 5,000 bytes`);
});

test("time grows with the size of an event, no faster", () => {
  const chunk = Buffer.alloc(1 << 10, "x");
  const times = [8, 64].map((mib) => {
    let bytes = 0;
    const reader = createSseParser(1 << 30, {
      onEvent: ({ data }) => (bytes = data.length),
      onTooLarge() {},
    });
    const started = cpuTimeMs();
    reader.push(Buffer.from("data: "));
    for (let at = 0; at < mib << 10; at += 1) reader.push(chunk);
    reader.push(Buffer.from("\n\n"));
    assert.equal(bytes, mib << 20);
    return cpuTimeMs() - started;
  });
  const [small = 0, large = 0] = times;
  assert.ok(large < Math.max(small, 20) * 8 * 6, `8 MiB ${small} ms, 64 MiB ${large} ms`);
});

test("[LIM-2] nothing of a stream that is over waits for a full collection", () => {
  const readOne = (): void => {
    const kept = new Array(4_096).fill("event");
    const onEvent = (): void => void kept.pop();
    createSseParser(1 << 20, { onEvent, onTooLarge() {} }).push(Buffer.from("data: 1\n\n"));
  };
  readOne();
  const before = heapMib();
  for (let round = 0; round < 1_000; round += 1) readOne();
  const grown = heapMib() - before;
  assert.ok(grown < 5, `${grown} MiB stay of 1,000 streams of 32 KiB`);
});
