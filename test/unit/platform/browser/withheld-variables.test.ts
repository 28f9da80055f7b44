import assert from "node:assert/strict";
import { test } from "node:test";
import { withheldVariables } from "../../../../src/platform/browser/withheld-variables.ts";

test("[AUTH-12] [DIAG-1] withheld are our variables and those that were read, but for what every program needs", () => {
  const env = {
    DRAWBRIDGE_VAULT_KEY: "k",
    Drawbridge_Header: "h",
    API_KEY: "a",
    Path: "p",
    HOME: "h",
    DISPLAY: ":0",
  };
  const used = ["API_KEY", "HOME", "DISPLAY", "ABSENT"];
  const ours = ["DRAWBRIDGE_VAULT_KEY", "Drawbridge_Header"];
  assert.deepEqual(withheldVariables(env, [], "linux"), ours);
  assert.deepEqual(withheldVariables(env, used, "linux"), [...ours, "API_KEY"]);
  assert.deepEqual(withheldVariables(env, ["api_key", "path"], "linux"), ours);
  assert.deepEqual(withheldVariables(env, ["api_key", "path"], "win32"), [...ours, "API_KEY"]);
});
