import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHeader, rejoinHeaderWords } from "../../../../src/cli/inputs/headers.ts";
import { isFailure } from "../../../../src/core/failure/failure.ts";

const joins: [words: string[], joined: string[]][] = [
  [
    ["--header", "A: b"],
    ["--header", "A: b"],
  ],
  [
    ["--header", "Authorization:", "Bearer", "x"],
    ["--header", "Authorization: Bearer x"],
  ],
  [
    ["--header", "Authorization:Bearer", "x", "--debug"],
    ["--header", "Authorization:Bearer x", "--debug"],
  ],
  [
    ["--header", "A: b", "https://example.com/mcp", "3334"],
    ["--header", "A: b", "https://example.com/mcp", "3334"],
  ],
  [
    ["--header", "A: b", "3334"],
    ["--header", "A: b", "3334"],
  ],
  [
    ["--header", "A:", "3334"],
    ["--header", "A: 3334"],
  ],
  [
    ["--header", "A:b", "--header", "C:d"],
    ["--header", "A:b", "--header", "C:d"],
  ],
  [["--header"], ["--header"]],
  [
    ["--", "--header", "A:", "b"],
    ["--", "--header", "A:", "b"],
  ],
];

for (const [words, joined] of joins) {
  test(`[CLI-1] header words ${JSON.stringify(words)} are one header again`, () => {
    assert.deepEqual(rejoinHeaderWords(words), joined);
  });
}

test("[CLI-1] a header's variables are read from the environment, and its value stays secret", () => {
  const used = new Set<string>();
  const header = parseHeader("X-Key:${KEY}", { env: { KEY: "s3cret value" }, used }, "--header");
  assert.equal(header.name, "x-key");
  assert.equal(header.value.reveal(), "s3cret value");
  assert.doesNotMatch(JSON.stringify(header), /s3cret/);
  assert.deepEqual([...used], ["KEY"]);
});

const refused: [text: string, code: string][] = [
  ["no colon", "USAGE_BAD_ARGUMENT"],
  ["bad name: x", "USAGE_BAD_ARGUMENT"],
  [": x", "USAGE_BAD_ARGUMENT"],
  ["Content-Length: 4", "USAGE_BAD_ARGUMENT"],
  ["Mcp-Session-Id: 4", "USAGE_BAD_ARGUMENT"],
  ["Upgrade: h2c", "USAGE_BAD_ARGUMENT"],
  ["TE: trailers", "USAGE_BAD_ARGUMENT"],
  ["X: ${NOT_SET}", "USAGE_MISSING_VARIABLE"],
  ["X: a\nB: c", "USAGE_BAD_ARGUMENT"],
];

for (const [text, code] of refused) {
  test(`[CLI-1] the header ${JSON.stringify(text)} is refused`, () => {
    assert.throws(
      () => parseHeader(text, { env: {}, used: new Set() }, "--header"),
      (error) => isFailure(error) && error.code === code,
    );
  });
}
