import assert from "node:assert/strict";
import { test } from "node:test";
import { issFits } from "../../../../../src/auth/protocol/oauth-sdk.ts";
import { readAuthorizationResponse } from "../../../../../src/auth/sign-in/browser/authorization-response.ts";
import { Secret } from "../../../../../src/core/text/secret.ts";

const ISSUER = "https://issuer.example";

function read(query: string, supported = true) {
  const metadata = {
    issuer: ISSUER,
    token_endpoint: `${ISSUER}/token`,
    authorization_response_iss_parameter_supported: supported,
  };
  const expected = {
    state: new Secret("right"),
    issFits: (iss: string | undefined) => issFits(iss, metadata),
  };
  const result = readAuthorizationResponse(new URLSearchParams(query), expected);
  return "code" in result ? { ...result, code: result.code.reveal() } : result;
}

test("[AUTH-6] an answer without our state is nobody's, whatever else it says", () => {
  for (const query of [
    "",
    "code=c",
    "state=wrong&code=c",
    "state=Right&code=c",
    "state=right&state=right&code=c",
    "state=wrong&error=access_denied",
  ])
    assert.deepEqual(read(query), { kind: "foreign" }, query);
});

test("[AUTH-5] iss is compared by the four rows, without normalising, before errors are read", () => {
  const code = (iss?: string) => ({ kind: "code", code: "c", iss });
  const iss = `&iss=${encodeURIComponent(ISSUER)}`;
  assert.deepEqual(read(`state=right&code=c${iss}`), code(ISSUER));
  assert.deepEqual(read("state=right&code=c"), { kind: "wrong issuer", iss: undefined });
  assert.deepEqual(read(`state=right&code=c${iss}`, false), code(ISSUER));
  assert.deepEqual(read("state=right&code=c", false), code());
  for (const other of [`${ISSUER}/`, "https://ISSUER.example", `${ISSUER}:443`, "https://other.example", ""])
    assert.equal(
      read(`state=right&error=x&iss=${encodeURIComponent(other)}`, false).kind,
      "wrong issuer",
      other,
    );
  assert.equal(read(`state=right&code=c${iss}${iss}`).kind, "wrong issuer");
});

test("[AUTH-6] errors are cleaned and cut; neither code nor error is said so", () => {
  const iss = `&iss=${encodeURIComponent(ISSUER)}`;
  assert.deepEqual(read(`state=right&error=access_denied&error_description=${"x".repeat(400)}${iss}`), {
    kind: "refused",
    error: "access_denied",
    description: `${"x".repeat(299)}…`,
  });
  assert.deepEqual(read(`state=right&error=a%1b%5b31mb&error_description=c%0d%0ad${iss}`), {
    kind: "refused",
    error: "a [31mb",
    description: "c d",
  });
  // With a code and an error, the error counts: no code is sent.
  assert.equal(read(`state=right&error=x&code=c${iss}`).kind, "refused");
  assert.deepEqual(read(`state=right${iss}`), { kind: "empty" });
  assert.deepEqual(read(`state=right&code=${iss}`), { kind: "empty" });
  assert.deepEqual(read(`state=right&code=a&code=b${iss}`), { kind: "empty" });
});
