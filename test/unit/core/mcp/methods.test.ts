import assert from "node:assert/strict";
import { test } from "node:test";
import { isListMethod, listFacts, methodFacts } from "../../../../src/core/mcp/methods.ts";
import { isLegacyRevision, NEWEST_LEGACY_REVISION } from "../../../../src/core/mcp/revisions.ts";

test("[ERA-7] a method that the bridge does not know has no facts, whatever it is called", () => {
  for (const method of ["constructor", "__proto__", "toString", "tools/unknown", ""]) {
    assert.deepEqual(methodFacts(method), {});
    assert.equal(isListMethod(method), false);
  }
});

test("[LIFE-2] every list names its member and the notification of its changes", () => {
  const lists = ["tools/list", "prompts/list", "resources/list", "resources/templates/list"] as const;
  for (const method of lists) {
    assert.ok(isListMethod(method), method);
    assert.match(listFacts(method).changed, /^notifications\/(tools|prompts|resources)\/list_changed$/);
    assert.equal(methodFacts(method).safe, true);
  }
});

test("[NET-3] what may be sent twice, and what a person asked for", () => {
  assert.equal(methodFacts("tools/call").safe, undefined);
  assert.equal(methodFacts("tools/call").unlimited, true);
  assert.equal(methodFacts("ping").background, true);
  assert.equal(methodFacts("initialize").era, "legacy");
  assert.equal(methodFacts("server/discover").era, "modern");
});

test("[LIFE-1] revisions with a handshake", () => {
  assert.ok(isLegacyRevision(NEWEST_LEGACY_REVISION));
  for (const version of ["2026-07-28", "", undefined, { toString: () => "2025-11-25" }]) {
    assert.equal(isLegacyRevision(version), false);
  }
});
