import assert from "node:assert/strict";
import { test } from "node:test";
import { isFailure } from "../../../src/core/failure/failure.ts";
import type { FailureCode } from "../../../src/core/failure/failure-table.ts";
import { canonicalUrl, isLoopbackHost, parseRemoteUrl } from "../../../src/core/remote-url.ts";

test("one spelling for one server", () => {
  const spellings: readonly (readonly [given: string, canonical: string])[] = [
    ["https://Example.COM", "https://example.com"],
    ["HTTPS://example.com:443/", "https://example.com"],
    ["https://example.com/mcp#top", "https://example.com/mcp"],
    ["https://example.com/mcp/", "https://example.com/mcp/"],
    ["https://example.com/?a=1", "https://example.com/?a=1"],
    ["https://example.com:8443/MCP?x=Y", "https://example.com:8443/MCP?x=Y"],
  ];
  for (const [given, canonical] of spellings) assert.equal(canonicalUrl(new URL(given)), canonical, given);
});

test("the remote keeps its query and loses its fragment", () => {
  const remote = parseRemoteUrl("https://example.com/mcp?tenant=1#x", false);
  assert.equal(remote.url.href, "https://example.com/mcp?tenant=1");
  assert.equal(remote.loopback, false);
});

test("what is no address for a remote is refused by name", () => {
  const refused: readonly (readonly [given: string, code: FailureCode])[] = [
    ["example.com/mcp", "USAGE_BAD_URL"],
    ["", "USAGE_BAD_URL"],
    ["file:///etc/passwd", "USAGE_BAD_URL"],
    ["ws://example.com", "USAGE_BAD_URL"],
    ["https://user:pass@example.com/", "USAGE_BAD_URL"],
    ["http://example.com/mcp", "USAGE_INSECURE_URL"],
    ["http://127.0.0.1.example.com/", "USAGE_INSECURE_URL"],
    ["http://10.0.0.1/", "USAGE_INSECURE_URL"],
  ];
  for (const [given, code] of refused) {
    assert.throws(
      () => parseRemoteUrl(given, false),
      (error) => isFailure(error, code),
      given,
    );
  }
});

test("a refused URL is not repeated with its password", () => {
  assert.throws(
    () => parseRemoteUrl("https://user:hunter2@example.com/", false),
    (error) => isFailure(error) && !error.message.includes("hunter2"),
  );
});

test("http is for loopback, and for who says so", () => {
  assert.ok(parseRemoteUrl("http://localhost:5253/bot", false).loopback);
  assert.equal(parseRemoteUrl("http://10.0.0.1/", true).loopback, false);
});

test("loopback is the name localhost, what is below it, 127.0.0.0/8 and ::1", () => {
  for (const host of ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.9.9.9", "[::1]", "::1"])
    assert.ok(isLoopbackHost(host), host);
  for (const host of [
    "localhost.example",
    "notlocalhost",
    "128.0.0.1",
    "127.0.0.1.nip.io",
    "[::2]",
    "0.0.0.0",
  ])
    assert.equal(isLoopbackHost(host), false, host);
});
