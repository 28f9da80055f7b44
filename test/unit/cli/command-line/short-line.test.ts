// Two readers of one command line must not see two things: whatever the short one takes, commander reads the same.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readShortLine } from "../../../../src/cli/command-line/short-line.ts";
import { readWithCommander } from "../../../../src/cli/commander-line.ts";
import { flagName, takesValue } from "../../../../src/cli/flags/flag.ts";
import { FLAGS } from "../../../../src/cli/flags/table.ts";
import { rejoinHeaderWords } from "../../../../src/cli/inputs/headers.ts";
import { isFailure } from "../../../../src/core/failure/failure.ts";
import { seeded, testSeed } from "../../../support/clocks/seeded.ts";

const URL_GIVEN = "https://example.com/mcp";
const VALUES = [
  "7",
  "0",
  "auto",
  "memory",
  "http-only",
  "https://issuer.example",
  "https://a.example=https://b.example",
  "https://client.example/metadata.json",
  "X-Key: abc",
  "a=b",
  "/callback",
  "localhost",
  "urn:example:x",
  "--debug",
  "-",
  "--",
  "",
  "x y",
  "ſcope",
];
const OTHERS = [
  "3334",
  "99999",
  URL_GIVEN,
  "HTTP://127.0.0.1:1/",
  "login",
  "--",
  "-h",
  "--version",
  "--again",
  "--debgu",
  "-d",
];

test("[CLI-1] the short reader and commander agree on every line that the short one takes", (t) => {
  const seed = testSeed();
  t.diagnostic(`seed ${seed}`);
  const { below, one, chance } = seeded(seed);
  const word = (): string[] => {
    if (chance(0.12)) return [one(OTHERS)];
    const flag = one(FLAGS);
    if (!takesValue(flag)) return [chance(0.95) ? flagName(flag) : `${flagName(flag)}=1`];
    return chance(0.5) ? [flagName(flag), one(VALUES)] : [`${flagName(flag)}=${one(VALUES)}`];
  };
  let [taken, refused] = [0, 0];
  for (let round = 0; round < 3_000; round++) {
    const words = Array.from({ length: below(5) }, word);
    words.splice(below(words.length + 1), 0, [URL_GIVEN]);
    const line = words.flat();
    const short = readShortLine(rejoinHeaderWords(line));
    if (short === undefined) {
      refused += 1;
      continue;
    }
    taken += 1;
    assert.deepEqual(short, outcome(line), JSON.stringify(line));
  }
  assert.ok(taken > 500 && refused > 500, `${taken} taken, ${refused} left to commander`);
});

test("[CLI-1] the lines that hosts are configured with need no commander", () => {
  const lines = [
    [URL_GIVEN],
    [URL_GIVEN, "3334"],
    [URL_GIVEN, "--header", "Authorization: Bearer x", "--header=X-Key:1"],
    [URL_GIVEN, "3334", "--allow-http", "--transport", "sse-only", "--debug", "--no-browser"],
    ["--static-oauth-client-info", "@client.json", "http://127.0.0.1:3000/mcp"],
  ];
  for (const line of lines) assert.ok(readShortLine(line), JSON.stringify(line));
});

function outcome(line: readonly string[]): unknown {
  try {
    const read = readWithCommander(line);
    return "connection" in read ? read.connection : read;
  } catch (error) {
    return isFailure(error) ? error.message : error;
  }
}
