import assert from "node:assert/strict";
import { test } from "node:test";
import { createLineSplitter } from "../../../../src/bridge/host/line-splitter.ts";

function split(text: string, size: number, maxBytes = 1_000): string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter(
    maxBytes,
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
