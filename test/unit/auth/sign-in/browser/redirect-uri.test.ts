import assert from "node:assert/strict";
import { test } from "node:test";
import {
  otherLoopbackHost,
  redirectCandidates,
  redirectUri,
} from "../../../../../src/auth/sign-in/browser/redirect-uri.ts";

const SETTINGS = { host: "localhost", path: "/oauth/callback" };
const REMOTE = "https://remote.example/mcp";

function uris(
  settings: Parameters<typeof redirectCandidates>[0],
  registered: string[] = [],
  remote = REMOTE,
) {
  return redirectCandidates(settings, registered, remote).map((candidate) =>
    redirectUri(candidate, candidate.port),
  );
}

test("[AUTH-9] a given port is the only one", () => {
  assert.deepEqual(uris({ ...SETTINGS, port: 63113 }), ["http://localhost:63113/oauth/callback"]);
  assert.deepEqual(
    uris({ ...SETTINGS, port: 63113 }, ["http://127.0.0.1:63113/cb", "http://localhost:1/x"]),
    ["http://127.0.0.1:63113/cb"],
  );
  assert.deepEqual(uris({ ...SETTINGS, port: 63113 }, ["http://127.0.0.1/cb"]), [
    "http://127.0.0.1:63113/cb",
  ]);
});

test("[AUTH-9] without one, the registered redirects, else a stable port per remote, else any", () => {
  assert.deepEqual(uris(SETTINGS, ["http://localhost:4711/cb", "http://127.0.0.1:4712/cb/"]), [
    "http://localhost:4711/cb",
    "http://127.0.0.1:4712/cb/",
  ]);
  const free = uris(SETTINGS);
  assert.equal(free.length, 9);
  assert.equal(free.at(-1), "http://localhost:0/oauth/callback");
  assert.deepEqual(uris(SETTINGS), free);
  assert.notDeepEqual(uris(SETTINGS, [], "https://other.example/mcp"), free);
  for (const uri of free.slice(0, -1)) {
    const port = Number(new URL(uri).port);
    assert.ok(port >= 3335 && port <= 49_150, uri);
  }
  const portless = uris(SETTINGS, ["http://127.0.0.1/cb"]);
  assert.deepEqual(
    portless.map((uri) => new URL(uri).port),
    free.map((uri) => new URL(uri).port),
  );
  assert.ok(portless.every((uri) => uri.startsWith("http://127.0.0.1:") && uri.endsWith("/cb")));
});

test("[REG-3] [REG-8] redirects that cannot be served here are not tried", () => {
  const bad = [
    "https://proxy.example/callback",
    "http://far.example:80/cb",
    "custom:/cb",
    "http://localhost:1/#x",
    "?",
  ];
  assert.deepEqual(uris(SETTINGS, bad), uris(SETTINGS));
  assert.deepEqual(uris({ ...SETTINGS, host: "box" }, ["http://box:8080/cb"]), ["http://box:8080/cb"]);
  assert.deepEqual(uris(SETTINGS, ["http://localhost:80/cb"]), ["http://localhost:80/cb"]);
});

test("[REG-4] the other loopback form", () => {
  assert.equal(otherLoopbackHost("localhost"), "127.0.0.1");
  assert.equal(otherLoopbackHost("127.0.0.1"), "localhost");
  assert.equal(otherLoopbackHost("box"), undefined);
});
