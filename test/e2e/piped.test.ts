// A person without a host: `printf '...' | mcp-drawbridge <url>`, where everything is said before anything is answered.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { browserProgram } from "../support/browser.ts";
import { startProtectedRemote } from "../support/protected-remote.ts";
import { startHost } from "../support/stdio-host.ts";
import { startStrictIssuer } from "../support/strict-issuer.ts";

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
