import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import test, { afterEach, beforeEach } from "node:test";
import { unless } from "../../support/part.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";

const has = (program: string) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
const withKeyring = {
  skip: unless(
    has("dbus-run-session") && has("gnome-keyring-daemon"),
    "dbus-run-session and gnome-keyring-daemon",
  ),
};

let temporary: TemporaryFolder;
beforeEach(() => {
  temporary = temporaryFolder();
});
afterEach(() => temporary.remove());

const program = path.join(import.meta.dirname, "..", "..", "support", "keychain-steps.js");

/** Runs the steps in a desktop session of their own, whose keyring is `unlocked` or not there at all. */
function session(keyring: "unlocked" | "none", ...steps: string[]): string[] {
  const daemon = "echo -n pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; ";
  const script = `${keyring === "unlocked" ? daemon : ""}exec "$0" "$@"`;
  const args = [
    "--",
    "sh",
    "-c",
    script,
    process.execPath,
    program,
    path.join(temporary.path, "data"),
    ...steps,
  ];
  const env = {
    ...process.env,
    HOME: temporary.path,
    XDG_RUNTIME_DIR: temporary.path,
    XDG_DATA_HOME: temporary.path,
  };
  const out = execFileSync("dbus-run-session", args, {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return out.trim().split("\n");
}

test(
  "[VAULT-4] the key lives in the system keychain and unlocks the record in the next session",
  withKeyring,
  () => {
    assert.deepEqual(session("unlocked", "save", "read", "describe"), ["saved", "token", "keychain"]);
    assert.deepEqual(session("unlocked", "read"), ["token"]);
    const keys = readdirSync(path.join(temporary.path, "data", "keys"));
    assert.deepEqual(keys, ["ring.json"], "no key in a file");
  },
);

test("[VAULT-4] the keychain gone, the record is locked, and nothing takes its place", withKeyring, () => {
  session("unlocked", "save");
  assert.deepEqual(session("none", "read", "save"), ["LOCAL_VAULT_LOCKED", "LOCAL_VAULT_LOCKED"]);
  assert.deepEqual(session("unlocked", "read"), ["token"]);
});

test(
  "[VAULT-4] without a keychain --store keychain refuses, and without a choice a file is used",
  withKeyring,
  () => {
    assert.deepEqual(session("none", "kind=keychain", "save"), ["LOCAL_KEYCHAIN_UNAVAILABLE"]);
    assert.deepEqual(session("none", "save", "read", "describe"), ["saved", "token", "file"]);
  },
);

test("[VAULT-4] the five functions of keytar work on the real keychain", withKeyring, () => {
  assert.deepEqual(session("unlocked", "five"), [
    "get null",
    "get secret",
    'credentials [{"account":"a","password":"secret"}]',
    "find secret",
    "delete true",
    "delete false",
    "get null",
  ]);
});
