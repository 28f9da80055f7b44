import assert from "node:assert/strict";
import test from "node:test";
import { recordName } from "../../../../src/store/record/record-name.ts";

const key = { remote: "https://mcp.example.com/v1", profile: "default" };

test("[VAULT-3] remote, profile, resource and client choice each make another record", () => {
  const keys = [
    key,
    { ...key, remote: "https://mcp.example.com/v2" },
    { ...key, profile: "work" },
    { ...key, resource: "work" },
    { ...key, clientChoice: "work" },
  ];
  assert.equal(new Set(keys.map(recordName)).size, keys.length);
});

test("[VAULT-3] the name is stable from release to release, and fit for any file system", () => {
  assert.equal(recordName(key), "mcp.example.com-bab755bf647c4fb2625c932591bb96cc");
  assert.match(recordName({ ...key, remote: "http://[::1]:8080/A" }), /^[a-z0-9._-]+$/);
  assert.ok(
    recordName({ ...key, remote: `https://${"a".repeat(63)}.${"b".repeat(63)}.example/` }).length < 100,
  );
});
