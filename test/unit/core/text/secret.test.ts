import assert from "node:assert/strict";
import { test } from "node:test";
import { format, inspect } from "node:util";
import { Secret } from "../../../../src/core/text/secret.ts";

const VALUE = "tok-en-value-1";

test("[DIAG-1] a secret shows in no way of printing it", () => {
  const secret = new Secret(VALUE);
  const shown = [
    `${secret}`,
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ deep: { secret } }, { depth: 9, showHidden: true }),
    format("%s %o %O %j", secret, secret, secret, secret),
    Object.keys(secret).join(),
    JSON.stringify(Object.getOwnPropertyDescriptors(secret)),
  ];
  for (const text of shown) assert.doesNotMatch(text, /tok-en/);
});

test("a secret gives its value to who asks for it", () => {
  assert.equal(new Secret(VALUE).reveal(), VALUE);
});

test("secrets are compared without showing them", () => {
  assert.ok(new Secret(VALUE).equals(new Secret(VALUE)));
  assert.equal(new Secret(VALUE).equals(new Secret("other")), false);
  assert.equal(new Secret(VALUE).equals(undefined), false);
});
