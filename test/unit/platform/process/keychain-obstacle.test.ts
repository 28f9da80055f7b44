import assert from "node:assert/strict";
import { test } from "node:test";
import { keychainObstacle } from "../../../../src/platform/process/keychain-obstacle.ts";

const BUS = { DBUS_SESSION_BUS_ADDRESS: "unix:path=/x" };
const bus = (text: string): Error => new Error(`Platform failure: DBus error: ${text}`);
const coded = (code: string, text = "x"): Error => Object.assign(new Error(text), { code });
const ENTRY =
  /"env": \{ "DBUS_SESSION_BUS_ADDRESS": "unix:path=\/run\/user\/1234\/bus" \}.*env_vars = \["DBUS_SESSION_BUS_ADDRESS"\]/;
const COMPARED = /`echo \$DBUS_SESSION_BUS_ADDRESS` in the terminal where you signed in/;

/** As gnome-keyring and the bus really say it. */
const KNOWN: [what: string, env: NodeJS.ProcessEnv, error: unknown, why: RegExp, hint: RegExp][] = [
  [
    "no address",
    {},
    bus("Using X11 for dbus-daemon autolaunch was disabled"),
    /^DBUS_SESSION_BUS_ADDRESS is not set/,
    ENTRY,
  ],
  [
    "an empty one",
    { DBUS_SESSION_BUS_ADDRESS: "" },
    undefined,
    /^DBUS_SESSION_BUS_ADDRESS is not set/,
    COMPARED,
  ],
  [
    "a socket that is gone",
    BUS,
    bus("Failed to connect to socket /x: No such file or directory"),
    /no session bus answers at the address in DBUS_SESSION_BUS_ADDRESS/,
    ENTRY,
  ],
  [
    "a socket that nobody serves",
    BUS,
    bus("Failed to connect to socket /x: Connection refused"),
    /no session bus answers at the address/,
    COMPARED,
  ],
  [
    "no address at all",
    { DBUS_SESSION_BUS_ADDRESS: "hello" },
    bus("Address does not contain a colon"),
    /no session bus answers at the address/,
    ENTRY,
  ],
  [
    "a bus that keeps no secrets",
    BUS,
    bus("The name org.freedesktop.secrets was not provided by any .service files"),
    /no program on the session bus .* keeps secrets/,
    /another address.*GNOME Keyring/,
  ],
  ["another keychain", BUS, coded("ENOENT"), /answers, and does not have its key/, COMPARED],
  ["no package", BUS, coded("ERR_MODULE_NOT_FOUND"), /@napi-rs\/keyring is not installed/, /--omit=optional/],
  [
    "no package, and no bus",
    {},
    coded("MODULE_NOT_FOUND"),
    /@napi-rs\/keyring is not installed/,
    /--store file/,
  ],
  [
    "a package for another system",
    BUS,
    new Error("Cannot find native binding. npm has a bug"),
    /not installed for this system/,
    /--omit=optional/,
  ],
];

test("[VAULT-4] what is wrong is named, with what to write, and nothing that is not locked is said to be", () => {
  for (const [what, env, error, why, hint] of KNOWN) {
    const found = keychainObstacle(env, "linux", 1_234, error);
    assert.match(found?.why ?? "", why, what);
    assert.match(found?.hint ?? "", hint, what);
    assert.doesNotMatch(`${found?.why} ${found?.hint}`, /lock/i, what);
  }
});

test("[VAULT-4] what a keychain says of itself is left to it", () => {
  const says = "Couldn't access platform storage: Secret Service: unlock prompt was dismissed";
  for (const error of [new Error(says), new Error("it did not answer within 3 s"), "odd", undefined])
    assert.equal(keychainObstacle(BUS, "linux", 1_234, error), undefined, String(error));
  for (const platform of ["darwin", "win32"] as const) {
    assert.equal(keychainObstacle({}, platform, undefined, new Error(says)), undefined);
    assert.equal(keychainObstacle({}, platform, undefined, bus("x")), undefined);
    const absent = keychainObstacle({}, platform, 501, coded("ENOENT"));
    assert.match(absent?.hint ?? "", /runs as the user who signed in/);
    assert.doesNotMatch(absent?.hint ?? "", /DBUS/);
  }
});
