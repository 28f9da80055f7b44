import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chooseScope,
  coversScope,
  registrationScope,
  scopeUnion,
  withoutOfflineAccess,
} from "../../../../src/auth/protocol/scopes.ts";

const ISSUER = { issuer: "https://i.example", token_endpoint: "https://i.example/t" };
const RESOURCE = { resource: "https://r.example", scopes_supported: ["a", "b"] };
const NOTHING = {
  fixed: undefined,
  wanted: undefined,
  resourceMetadata: undefined,
  issuer: ISSUER,
  omitOfflineAccess: false,
};

test("[AUTH-3] scope: the user's, else the challenge's, else the resource's, else none", () => {
  assert.equal(chooseScope(NOTHING), undefined);
  assert.equal(
    chooseScope({ ...NOTHING, issuer: { ...ISSUER, scopes_supported: ["everything"] } }),
    undefined,
  );
  assert.equal(chooseScope({ ...NOTHING, resourceMetadata: RESOURCE }), "a b");
  assert.equal(
    chooseScope({ ...NOTHING, resourceMetadata: { ...RESOURCE, scopes_supported: [] } }),
    undefined,
  );
  assert.equal(chooseScope({ ...NOTHING, resourceMetadata: RESOURCE, wanted: "c" }), "c");
  assert.equal(chooseScope({ ...NOTHING, resourceMetadata: RESOURCE, wanted: "c", fixed: "d" }), "d");
  assert.equal(chooseScope({ ...NOTHING, wanted: "c", fixed: "" }), undefined);
});

test("[AUTH-3] offline_access joins other scopes where the issuer lists it, and was not refused", () => {
  const issuer = { ...ISSUER, scopes_supported: ["a", "offline_access"] };
  assert.equal(chooseScope({ ...NOTHING, issuer, wanted: "a" }), "a offline_access");
  assert.equal(chooseScope({ ...NOTHING, issuer, wanted: "offline_access a" }), "offline_access a");
  assert.equal(chooseScope({ ...NOTHING, issuer, wanted: "a", omitOfflineAccess: true }), "a");
  assert.equal(chooseScope({ ...NOTHING, issuer }), undefined);
  assert.equal(chooseScope({ ...NOTHING, issuer, fixed: "a" }), "a");
  assert.equal(withoutOfflineAccess("a offline_access b"), "a b");
  assert.equal(withoutOfflineAccess("offline_access"), undefined);
});

test("[REG-3] [AUTH-4] registration asks for all that may be wanted; a step-up for the union", () => {
  assert.equal(registrationScope("c a", RESOURCE), "c a b");
  assert.equal(registrationScope(undefined, undefined), undefined);
  assert.equal(scopeUnion("a b", "b c", undefined), "a b c");
  assert.ok(coversScope("a b", "b"));
  assert.ok(coversScope(undefined, undefined));
  assert.ok(!coversScope("a", "a b"));
  assert.ok(!coversScope(undefined, "a"));
});
