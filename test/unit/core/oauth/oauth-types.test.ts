import assert from "node:assert/strict";
import { test } from "node:test";
import { type Grant, isUsable } from "../../../../src/core/oauth/oauth-types.ts";
import { Secret } from "../../../../src/core/text/secret.ts";

function grant(lifeMs: number | undefined): Grant {
  const grant: Grant = {
    issuer: "https://issuer.example",
    clientId: "c",
    accessToken: new Secret("t"),
    tokenType: "Bearer",
    obtainedAtMs: 1_000_000,
  };
  return lifeMs === undefined ? grant : { ...grant, expiresAtMs: 1_000_000 + lifeMs };
}

test("[TOK-3] a token is renewed 60 s before its end, or a fifth of a short life", () => {
  const rows: readonly (readonly [lifeMs: number, ageMs: number, usable: boolean])[] = [
    [3_600_000, 0, true],
    [3_600_000, 3_539_999, true],
    [3_600_000, 3_540_000, false],
    [100_000, 79_999, true],
    [100_000, 80_000, false],
    [0, 0, false],
  ];
  for (const [lifeMs, ageMs, usable] of rows)
    assert.equal(isUsable(grant(lifeMs), 1_000_000 + ageMs), usable, `${lifeMs} after ${ageMs}`);
});

test("[TOK-3] a token without an expiry is used until the remote refuses it", () => {
  assert.ok(isUsable(grant(undefined), Number.MAX_SAFE_INTEGER));
});
