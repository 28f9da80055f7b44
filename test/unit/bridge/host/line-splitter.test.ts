import assert from "node:assert/strict";
import { test } from "node:test";
import { createLineSplitter } from "../../../../src/bridge/host/line-splitter.ts";
import { MemoryLedger } from "../../../../src/bridge/transport/memory-ledger.ts";

function split(text: string, size: number, maxBytes = 1_000, memory = new MemoryLedger(1 << 20)): string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter(
    maxBytes,
    memory,
    (line) => lines.push(line.toString()),
    () => lines.push("too long"),
  );
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) splitter(bytes.subarray(at, at + size));
  return lines;
}

test("[LIFE-5] LF and CRLF, several lines in a chunk, characters across chunks", () => {
  for (const size of [1, 2, 3, 100]) {
    assert.deepEqual(split('{"a":"ü€😀"}\r\n\n{"b":1}\nrest', size), ['{"a":"ü€😀"}', "", '{"b":1}']);
  }
});

test("[LIFE-5] a line over the limit is dropped once, and the next one works", () => {
  for (const size of [1, 7, 100]) {
    assert.deepEqual(split(`${"x".repeat(50)}\nshort\n`, size, 20), ["too long", "short"]);
  }
});

test("[LIM-2] a line for which there is no room is dropped, and the next one works", () => {
  const memory = new MemoryLedger(200_000);
  const other = memory.enter(assert.fail);
  other.grow(100_000);
  const long = "x".repeat(150_000);
  assert.deepEqual(split(`${long}\nshort\n`, 10_000, 1_000_000, memory), ["too long", "short"]);
  other.leave();
  assert.deepEqual(split(`${long}\nshort\n`, 10_000, 1_000_000, memory), [long, "short"]);
});
