import assert from "node:assert/strict";
import { test } from "node:test";
import { isSameIdentifier } from "../../../../src/core/oauth/issuer-identifier.ts";

test("[DISC-6] a bare origin with and without its last slash is one identifier; nothing else is normalised", () => {
  for (const bare of [
    "https://a.example",
    "https://a.example:8443",
    "https://Auth.Example",
    "https://xn--bcher-kva.example",
    "https://192.0.2.7",
    "https://[2001:db8::1]",
    "https://[2001:db8::1]:8443",
    "http://localhost:8080",
    "https://a.example:80",
    "https://a.example:4430",
  ]) {
    assert.ok(isSameIdentifier(bare, bare));
    assert.ok(isSameIdentifier(bare, `${bare}/`), bare);
    assert.ok(isSameIdentifier(`${bare}/`, bare), bare);
  }
  for (const [one, other] of [
    ["https://a.example/x", "https://a.example/x/"],
    ["https://a.example/x", "https://a.example"],
    ["https://a.example//", "https://a.example/"],
    ["https://a.example//", "https://a.example"],
    ["https://a.example:443", "https://a.example"],
    ["https://a.example:443", "https://a.example/"],
    ["https://a.example:443", "https://a.example:443/"],
    ["http://localhost:80", "http://localhost:80/"],
    ["https://A.example", "https://a.example/"],
    ["HTTPS://a.example", "https://a.example/"],
    ["http://a.example", "https://a.example/"],
    ["https://a.example?", "https://a.example/"],
    ["https://a.example/?", "https://a.example"],
    ["https://a.example#", "https://a.example/"],
    ["https://u@a.example", "https://a.example/"],
    ["https://u@a.example", "https://u@a.example/"],
    ["https://a.example.", "https://a.example/"],
    ["https://a.example\\", "https://a.example/"],
    ["https://a.example/\n", "https://a.example"],
    ["https://a.example/.", "https://a.example"],
    ["https://a.example/%2F", "https://a.example"],
    ["https://b.example/", "https://a.example"],
    ["", "/"],
    ["a.example", "a.example/"],
  ] as const)
    assert.ok(!isSameIdentifier(one, other) && !isSameIdentifier(other, one), `${one} and ${other}`);
  assert.ok(!isSameIdentifier(undefined, undefined));
});
