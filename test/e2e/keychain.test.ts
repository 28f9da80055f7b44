// The vault's key in a real keychain: gnome-keyring on a private session bus.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { browserProgram } from "../support/browsers/browser.ts";
import { startHost } from "../support/hosts/stdio-host.ts";
import { startStrictIssuer } from "../support/issuers/strict-issuer.ts";
import { needed } from "../support/project/parts.ts";
import { PROJECT } from "../support/project/program.ts";
import { temporaryFolder } from "../support/project/temporary-folder.ts";
import { startProtectedRemote } from "../support/remotes/protected-remote.ts";
import { findKeyring, startKeyring } from "../support/stores/keyring.ts";

/** Every file below a folder with its content. */
function contents(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files.map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return [path.relative(folder, file), readFileSync(file, "latin1")];
    }),
  );
}

test("[VAULT-1] [VAULT-4] the key lives in the keychain: a restart needs no sign-in, and without the keychain nothing is lost", {
  timeout: 60_000,
}, async (t) => {
  const program = needed(t, "A session bus with gnome-keyring", findKeyring());
  if (program === undefined) return;
  const keyring = await startKeyring(program);
  t.after(() => keyring.stop());
  const issuer = await startStrictIssuer();
  t.after(() => issuer.close());
  const remote = await startProtectedRemote({ issuer });
  t.after(() => remote.close());
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const browser = browserProgram();
  t.after(() => browser.remove());
  const start = (store: "keychain" | "auto", env: Record<string, string>) => {
    const host = startHost({ args: [remote.url], store, configDir: folder.path, env });
    t.after(() => host.close());
    return host;
  };

  const withKeyring = { ...keyring.env, ...browser.env };
  for (const store of ["keychain", "auto"] as const) {
    const host = start(store, withKeyring);
    assert.ok((await host.initialize()).result, host.stderr);
    assert.equal((await host.endInput()).code, 0);
  }
  assert.equal(browser.opened().length, 1);
  const saved = contents(folder.path);
  assert.ok(saved.size > 0);
  for (const secret of issuer.state.tokens.keys())
    for (const [file, text] of saved) assert.ok(!text.includes(secret), `${file} holds a token in the clear`);
  assert.deepEqual(
    [...saved.keys()].filter((file) => /key/i.test(path.basename(file))),
    [],
    "a key on disk though there is a keychain",
  );

  for (const store of ["keychain", "auto"] as const) {
    const host = start(store, browser.env);
    const { error } = await host.initialize();
    assert.match(
      String(error?.data?.code),
      /^LOCAL_(VAULT_LOCKED|KEYCHAIN_UNAVAILABLE)$/,
      JSON.stringify(error),
    );
    await host.endInput();
  }
  assert.equal(browser.opened().length, 1, "a locked vault was taken for an empty one");
  const record = [...saved].filter(([file]) => !file.endsWith(".log"));
  const now = contents(folder.path);
  for (const [file, text] of record) assert.equal(now.get(file), text, `${file} was changed`);
  issuer.assertClean();
});

test("[REG-9] [VAULT-4] a client's secret comes from the keychain, and its absence is told", {
  timeout: 30_000,
}, async (t) => {
  const program = needed(t, "A session bus with gnome-keyring", findKeyring());
  if (program === undefined) return;
  const keyring = await startKeyring(program);
  t.after(() => keyring.stop());
  const code = `
    import { keychainSecret } from ${JSON.stringify(pathToFileURL(path.join(PROJECT, "build/src/app/adapters.js")).href)};
    import { loadKeychain } from ${JSON.stringify(pathToFileURL(path.join(PROJECT, "build/src/store/keys/keychain.js")).href)};
    await (await loadKeychain()).setPassword("issuer", "client", "s3cret");
    const found = await keychainSecret(process, "issuer", "client");
    const absent = await keychainSecret(process, "issuer", "nobody").catch((error) => error);
    console.log(JSON.stringify([found.reveal(), absent.code, absent.message, absent.hint]));
  `;
  const args = ["--input-type=module", "-e", code];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...process.env, ...keyring.env },
  });
  const [found, failed, message, hint] = JSON.parse(stdout);
  assert.equal(found, "s3cret");
  assert.equal(failed, "LOCAL_KEYCHAIN_UNAVAILABLE");
  assert.match(message, /issuer\/nobody/);
  assert.doesNotMatch(hint, /lock/, "it is not locked, it is not there");
});
