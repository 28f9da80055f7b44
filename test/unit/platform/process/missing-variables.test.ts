import assert from "node:assert/strict";
import { test } from "node:test";
import { keychainObstacle } from "../../../../src/platform/process/missing-variables.ts";

test("[VAULT-4] a bus that is missing is named with the entry to write, on Linux only", () => {
  const obstacle = keychainObstacle({ DBUS_SESSION_BUS_ADDRESS: "" }, "linux", 1_234);
  assert.match(obstacle?.why ?? "", /^DBUS_SESSION_BUS_ADDRESS is not set/);
  assert.match(
    obstacle?.hint ?? "",
    /"env": \{ "DBUS_SESSION_BUS_ADDRESS": "unix:path=\/run\/user\/1234\/bus" \}.*env_vars = \["DBUS_SESSION_BUS_ADDRESS"\]/,
  );
  assert.equal(keychainObstacle({ DBUS_SESSION_BUS_ADDRESS: "unix:path=/x" }, "linux", 1_234), undefined);
  assert.equal(keychainObstacle({}, "darwin", 501), undefined);
  assert.equal(keychainObstacle({}, "win32", undefined), undefined);
});
