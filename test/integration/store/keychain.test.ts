import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
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

const START = "gnome-keyring-daemon --components=secrets >/dev/null 2>&1";
/** How a desktop session of their own is, and what makes it so. */
const STATES = {
  unlocked: `echo -n pw | ${START} --unlock`,
  locked: `${START} --start`,
  /** Another keychain comes up when it is asked: an empty one. */
  another: ":",
  "without a bus": "unset DBUS_SESSION_BUS_ADDRESS",
  "with a bus that is gone": "export DBUS_SESSION_BUS_ADDRESS=unix:path=$HOME/gone",
  "with a bus that keeps no secrets": ":",
} as const;
/** Starts no service by itself. */
const BARE_BUS = `<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`;

/** Runs the steps in a session of their own. */
function session(state: keyof typeof STATES, ...steps: string[]): string[] {
  const script = `${STATES[state]}; exec "$0" "$@"`;
  const bus = path.join(temporary.path, "bus.conf");
  writeFileSync(bus, BARE_BUS);
  const args = [
    ...(state === "with a bus that keeps no secrets" ? [`--config-file=${bus}`] : []),
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
    XDG_DATA_HOME: path.join(temporary.path, state === "another" ? "another" : "keychain"),
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

/** Where the keychain is not the one of the sign-in: what is said. */
const ELSEWHERE: [state: keyof typeof STATES, said: RegExp][] = [
  ["locked", /^LOCAL_VAULT_LOCKED .*unlock.*Unlock the keychain.*Nothing was overwritten/],
  ["another", /^LOCAL_VAULT_LOCKED .*does not have its key.*echo \$DBUS_SESSION_BUS_ADDRESS/],
  ["without a bus", /^LOCAL_KEYCHAIN_UNAVAILABLE .*DBUS_SESSION_BUS_ADDRESS is not set.*"env": \{/],
  [
    "with a bus that is gone",
    /^LOCAL_KEYCHAIN_UNAVAILABLE .*no session bus answers at the address.*"env": \{/,
  ],
  ["with a bus that keeps no secrets", /^LOCAL_KEYCHAIN_UNAVAILABLE .*keeps secrets.*"env": \{/],
];

test("[VAULT-4] the keychain gone, that is said as what it is, and nothing takes its place", (context) => {
  if (!keyring(context)) return;
  session("unlocked", "save");
  for (const [state, said] of ELSEWHERE) {
    const lines = session(state, "read", "save");
    assert.equal(lines.length, 2);
    for (const line of lines) {
      assert.match(line, said, state);
      if (state !== "locked") assert.doesNotMatch(line, /\block|unlock/, state);
    }
  }
  assert.deepEqual(session("unlocked", "read"), ["token"]);
});

test("[VAULT-4] without a keychain --store keychain refuses, and without a choice a file is used", (context) => {
  if (!keyring(context)) return;
  for (const state of ["another", "without a bus"] as const) {
    const [said = "", ...more] = session(state, "kind=keychain", "save");
    assert.match(said, /^LOCAL_KEYCHAIN_UNAVAILABLE /, state);
    assert.deepEqual(more, []);
  }
  assert.deepEqual(session("another", "save", "read", "describe"), ["saved", "token", "file"]);
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
