import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { entryWords, type WrittenFlag } from "../../../../src/cli/command-line/entry-words.ts";
import { flagName } from "../../../../src/cli/flags/flag.ts";
import { FLAGS } from "../../../../src/cli/flags/table.ts";

function written(name: string, text?: string): WrittenFlag {
  const flag = FLAGS.find((known) => flagName(known) === name) ?? assert.fail(name);
  return text === undefined ? [flag] : [flag, text];
}

test("[CLI-2] what may hold a secret goes into variables, never into arguments; paths become absolute", () => {
  const context = { cwd: path.resolve("/here"), env: {}, platform: "linux" as const };
  const words = entryWords(
    [
      written("--header", "Authorization: Bearer x"),
      written("--no-browser"),
      written("--header", "X-Team: a"),
      written("--static-oauth-client-info", '{"client_id":"a","client_secret":"b"}'),
      written("--static-oauth-client-metadata", "@meta.json"),
      written("--ca-file", "ca.pem"),
      written("--resource", "https://x.example/"),
    ],
    context,
  );
  assert.deepEqual(words, {
    args: [
      "--no-browser",
      "--static-oauth-client-metadata",
      `@${path.resolve("/here/meta.json")}`,
      "--ca-file",
      path.resolve("/here/ca.pem"),
      "--resource",
      "https://x.example/",
    ],
    env: {
      DRAWBRIDGE_HEADER: "Authorization: Bearer x\nX-Team: a",
      DRAWBRIDGE_STATIC_OAUTH_CLIENT_INFO: '{"client_id":"a","client_secret":"b"}',
    },
  });
});
