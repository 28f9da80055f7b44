import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import test, { afterEach, beforeEach, type TestContext } from "node:test";
import { findProgram, needed } from "../../support/project/parts.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/project/temporary-folder.ts";

/** Both programs a keychain session needs, or undefined after marking the test as skipped. */
function keyring(context: TestContext) {
  return ["dbus-run-session", "gnome-keyring-daemon"].every((name) =>
    needed(context, name, findProgram(name)),
  );
}

let temporary: TemporaryFolder;
beforeEach(() => {
  temporary = temporaryFolder();
});
afterEach(() => temporary.remove());

const program = path.join(import.meta.dirname, "..", "..", "support", "stores", "keychain-steps.js");

/** Runs the steps in a desktop session of their own, whose keyring is `unlocked` or not there at all. */
function session(state: "unlocked" | "none", ...steps: string[]): string[] {
  const daemon = "echo -n pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; ";
  const script = `${state === "unlocked" ? daemon : ""}exec "$0" "$@"`;
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

test("[VAULT-4] the key lives in the system keychain and unlocks the record in the next session", (context) => {
  if (!keyring(context)) return;
  assert.deepEqual(session("unlocked", "save", "read", "describe"), ["saved", "token", "keychain"]);
  assert.deepEqual(session("unlocked", "read"), ["token"]);
  const keys = readdirSync(path.join(temporary.path, "data", "keys"));
  assert.deepEqual(keys, ["ring.json"], "no key in a file");
});

test("[VAULT-4] the keychain gone, the record is locked, and nothing takes its place", (context) => {
  if (!keyring(context)) return;
  session("unlocked", "save");
  assert.deepEqual(session("none", "read", "save"), ["LOCAL_VAULT_LOCKED", "LOCAL_VAULT_LOCKED"]);
  assert.deepEqual(session("unlocked", "read"), ["token"]);
});

test("[VAULT-4] without a keychain --store keychain refuses, and without a choice a file is used", (context) => {
  if (!keyring(context)) return;
  assert.deepEqual(session("none", "kind=keychain", "save"), ["LOCAL_KEYCHAIN_UNAVAILABLE"]);
  assert.deepEqual(session("none", "save", "read", "describe"), ["saved", "token", "file"]);
});

test("[VAULT-4] the five functions of keytar work on the real keychain", (context) => {
  if (!keyring(context)) return;
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
