// Hosts that pass on their environment, and hosts that pass on nearly nothing, in turns, with a real keychain.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { browserProgram } from "../support/browsers/browser.ts";
import { BARE_HOST } from "../support/hosts/bare-host.ts";
import { startHost } from "../support/hosts/stdio-host.ts";
import { startStrictIssuer } from "../support/issuers/strict-issuer.ts";
import { needed } from "../support/project/parts.ts";
import { temporaryFolder } from "../support/project/temporary-folder.ts";
import { startProtectedRemote } from "../support/remotes/protected-remote.ts";
import { findKeyring, startKeyring } from "../support/stores/keyring.ts";

const notLinux = process.platform === "linux" ? false : "Linux only";

async function scene(t: TestContext) {
  const issuer = await startStrictIssuer();
  t.after(() => issuer.close());
  const remote = await startProtectedRemote({ issuer });
  t.after(() => remote.close());
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const browser = browserProgram();
  t.after(() => browser.remove());
  function start(
    kind: "full" | "bare",
    env: Readonly<Record<string, string>>,
    store: "auto" | "keychain" | "file",
  ) {
    const options = { args: [remote.url, "--debug"], configDir: folder.path, store, env };
    const host = startHost(kind === "bare" ? { ...options, command: BARE_HOST } : options);
    t.after(() => host.close());
    return host;
  }
  return { issuer, browser, folder, start };
}

for (const [first, second] of [
  ["full", "bare"],
  ["bare", "full"],
] as const)
  test(`[VAULT-4] [AUTH-12] [DIAG-2] signed in under a ${first} host, used under a ${second} one: one key, one tab`, {
    timeout: 60_000,
    skip: notLinux,
  }, async (t) => {
    const program = needed(t, "A session bus with gnome-keyring", findKeyring());
    if (program === undefined) return;
    const keyring = await startKeyring(program);
    t.after(() => keyring.stop());
    const { issuer, browser, folder, start } = await scene(t);
    const env = { ...keyring.env, ...browser.env };
    for (const kind of [first, second, first] as const) {
      const host = start(kind, env, "auto");
      assert.ok((await host.initialize()).result, host.stderr);
      assert.match(JSON.stringify(await host.request("tools/list")), /"echo"/, host.stderr);
      assert.doesNotMatch(host.stderr, /keychain|encryption key/);
      assert.equal((await host.endInput()).code, 0);
      const [log = ""] = /(?<=go to ).*\.jsonl/.exec(host.stderr) ?? [];
      const filled = readFileSync(log, "utf8").match(/.*"environment\.filled".*/)?.[0] ?? "";
      const named = kind === "bare";
      assert.equal(/"host":"[^"]*DBUS_SESSION_BUS_ADDRESS[^"]*BROWSER/.test(filled), named, filled);
      assert.ok(!filled.includes(keyring.env.DBUS_SESSION_BUS_ADDRESS), "names, never values");
    }
    assert.equal(browser.opened().length, 1);
    const keys = path.join(folder.path, "keys");
    assert.deepEqual(readdirSync(keys), ["ring.json"], "no key in a file");
    assert.deepEqual(Object.keys(JSON.parse(readFileSync(path.join(keys, "ring.json"), "utf8"))), [
      "keychain",
      "chosen",
    ]);
    issuer.assertClean();
  });

/** Not here: the test would put a key into the keychain of whoever runs it. */
const busThere =
  existsSync(`/run/user/${process.getuid?.()}/bus`) && "there is a session bus at its usual place";

test("[VAULT-4] a bus that nobody can fill in is named, with the entry to write", {
  timeout: 60_000,
  skip: notLinux || busThere,
}, async (t) => {
  const { browser, start } = await scene(t);
  const host = start("bare", browser.env, "keychain");
  const { error } = await host.initialize();
  const said = `${error?.message} ${error?.data?.hint}`;
  assert.equal(error?.data?.code, "LOCAL_KEYCHAIN_UNAVAILABLE", said);
  assert.match(said, /DBUS_SESSION_BUS_ADDRESS is not set/);
  assert.match(said, /"env": \{ "DBUS_SESSION_BUS_ADDRESS": "unix:path=\/run\/user\/\d+\/bus" \}/);
  assert.match(said, /codex: env_vars = \["DBUS_SESSION_BUS_ADDRESS"\]/);
  assert.doesNotMatch(said, /lock/i);
});

test("[AUTH-12] a screen that nobody can fill in is named", {
  timeout: 30_000,
  skip: notLinux,
}, async (t) => {
  const { start } = await scene(t);
  const host = start("bare", {}, "file");
  const clientInfo = { name: "bare-host", version: "1.0.0" };
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
  host.send({ jsonrpc: "2.0", id: 1, method: "initialize", params });
  await host.stderrMatching(/neither DISPLAY nor WAYLAND_DISPLAY is set\./);
});
