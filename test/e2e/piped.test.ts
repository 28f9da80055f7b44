// A person without a host: `printf '...' | mcp-drawbridge <url>`, where everything is said before anything is answered.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { browserProgram } from "../support/browsers/browser.ts";
import { startHost } from "../support/hosts/stdio-host.ts";
import { startStrictIssuer } from "../support/issuers/strict-issuer.ts";
import { startProtectedRemote } from "../support/remotes/protected-remote.ts";
import { ScriptedRemote } from "../support/remotes/scripted-remote.ts";

const HELLO = [
  '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"printf","version":"1"}}}',
  '{"jsonrpc":"2.0","method":"notifications/initialized"}',
  '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
];

async function piped(t: TestContext, url: string, env: Readonly<Record<string, string>> = {}) {
  const host = startHost({ args: [url], env });
  t.after(() => host.close());
  host.write(`${HELLO.join("\n")}\n`);
  const { code } = await host.endInput();
  assert.equal(code, 0, host.stderr);
  return host;
}

test("[LIFE-2] [LIFE-3] what was asked before stdin ended is answered, and the session deleted", {
  timeout: 20_000,
}, async (t) => {
  const remote = await startProtectedRemote();
  t.after(() => remote.close());
  const host = await piped(t, remote.url);
  assert.deepEqual(
    host.messages.map(({ id }) => id),
    [0, 1],
  );
  assert.match(host.lines[1] ?? "", /"echo"/);
  assert.equal(remote.server.to("mcp").at(-1)?.method, "DELETE");
});

test("[LIFE-3] no sign-in begins after stdin ended", { timeout: 20_000 }, async (t) => {
  const issuer = await startStrictIssuer();
  t.after(() => issuer.close());
  const remote = await startProtectedRemote({ issuer });
  t.after(() => remote.close());
  const browser = browserProgram();
  t.after(() => browser.remove());
  const host = await piped(t, remote.url, browser.env);
  assert.deepEqual(browser.opened(), []);
  assert.deepEqual(issuer.server.to("register"), []);
  assert.doesNotMatch(host.stderr, /Sign in at/);
});

test("[LIFE-2] [LIFE-6] while the remote is down, each request is answered with the reason before the end", {
  timeout: 20_000,
}, async (t) => {
  const host = await piped(t, "http://127.0.0.1:1/mcp");
  assert.deepEqual(host.messages.map(({ id }) => id).sort(), [0, 1]);
  for (const { error } of host.messages) assert.equal(error?.data?.code, "NETWORK_REFUSED");
});

test("[LIFE-2] [LIFE-6] what the remote leaves open is answered before the end, by a signal too", {
  timeout: 20_000,
}, async (t) => {
  const remote = new ScriptedRemote();
  await remote.listen();
  t.after(() => remote.close());
  remote.fail("tools/list", () => ({ hang: true }), 2);
  const host = await piped(t, remote.url);
  assert.deepEqual(
    host.messages.map(({ id, error }) => [id, error?.data?.code]),
    [
      [0, undefined],
      [1, "INTERRUPTED"],
    ],
  );
  const other = startHost({ args: [remote.url] });
  t.after(() => other.close());
  await other.initialize();
  const lists = remote.received("tools/list").length;
  other.send({ jsonrpc: "2.0", id: 7, method: "tools/list" });
  while (remote.received("tools/list").length === lists)
    await remote.server.arrival("post", remote.server.to("post").length + 1);
  other.child.kill("SIGTERM");
  await other.exit;
  assert.equal((await other.answer(7)).error?.data?.code, "INTERRUPTED");
  assert.equal(remote.sessions.size, 0, "both sessions were deleted");
});

test("[LIFE-6] who would have to sign in is told so", { timeout: 20_000 }, async (t) => {
  const issuer = await startStrictIssuer();
  t.after(() => issuer.close());
  const remote = await startProtectedRemote({ issuer });
  t.after(() => remote.close());
  const host = await piped(t, remote.url);
  assert.deepEqual(host.messages.map(({ id }) => id).sort(), [0, 1]);
  for (const { error } of host.messages) {
    assert.equal(error?.data?.code, "AUTH_SIGN_IN_REQUIRED");
    assert.match(error?.message ?? "", /mcp-drawbridge login/);
  }
});
