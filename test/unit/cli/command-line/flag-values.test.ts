import assert from "node:assert/strict";
import { test } from "node:test";
import { flagValues } from "../../../../src/cli/command-line/flag-values.ts";
import { DESCRIPTIONS } from "../../../../src/cli/flags/descriptions.ts";
import { environmentName, flagName } from "../../../../src/cli/flags/flag.ts";
import { FLAGS } from "../../../../src/cli/flags/table.ts";
import { isFailure } from "../../../../src/core/failure/failure.ts";

test("[CLI-1] every flag can be set by an environment variable, and the flag wins", () => {
  const values = flagValues(new Map([["scope", "from-flag"]]), {
    DRAWBRIDGE_SCOPE: "from-env",
    DRAWBRIDGE_AUTH_TIMEOUT: "7",
    DRAWBRIDGE_DEBUG: "yes",
    DRAWBRIDGE_SILENT: "0",
    DRAWBRIDGE_HEADER: "A: 1\nB: 2",
    DRAWBRIDGE_STORE: "memory",
  });
  assert.equal(values.scope, "from-flag");
  assert.equal(values.authTimeout, 7_000);
  assert.equal(values.debug, true);
  assert.equal(values.silent, false);
  assert.equal(values.store, "memory");
  assert.deepEqual(values.header, ["A: 1", "B: 2"]);
});

test("[CLI-1] an environment variable with a bad value is named", () => {
  const refusal = (env: NodeJS.ProcessEnv, message: RegExp): void =>
    assert.throws(
      () => flagValues(new Map(), env),
      (error) => isFailure(error) && message.test(error.message),
    );
  refusal({ DRAWBRIDGE_STORE: "cloud" }, /^DRAWBRIDGE_STORE: the value \(5 characters\).*auto, keychain/);
  refusal({ DRAWBRIDGE_DEBUG: "maybe" }, /^DRAWBRIDGE_DEBUG: the value \(5 characters\) is neither/);
  refusal({ DRAWBRIDGE_AUTH_TIMEOUT: "soon" }, /^DRAWBRIDGE_AUTH_TIMEOUT: Give a number of seconds/);
});

test("[CLI-1] no two flags share a variable", () => {
  assert.equal(new Set(FLAGS.map(environmentName)).size, FLAGS.length);
});

test("[CLI-1] every flag is described for --help, and nothing else is", () => {
  assert.deepEqual(Object.keys(DESCRIPTIONS).sort(), FLAGS.map(flagName).sort());
});
