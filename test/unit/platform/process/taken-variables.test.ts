import assert from "node:assert/strict";
import { test } from "node:test";
import { isComplete, takeOver, WANTED } from "../../../../src/platform/process/taken-variables.ts";

const OURS = { isOwnFolder: () => true, isOwnSocket: () => true };
const FOREIGN = { isOwnFolder: () => false, isOwnSocket: () => false };
type Variables = Readonly<Record<string, string>>;

function taken(env: Variables, theirs: Variables, ownership = OURS): Variables {
  return Object.fromEntries(takeOver(env, new Map(Object.entries(theirs)), ownership));
}

const FULL: Variables = {
  XDG_RUNTIME_DIR: "/run/user/7",
  DBUS_SESSION_BUS_ADDRESS: "unix:path=/run/user/7/bus",
  DISPLAY: ":3",
  WAYLAND_DISPLAY: "wayland-1",
  XAUTHORITY: "/run/user/7/xauth",
  BROWSER: "firefox",
  NODE_EXTRA_CA_CERTS: "/etc/ca.pem",
  HTTPS_PROXY: "http://proxy:3128",
  no_proxy: "example.com",
};

test("[VAULT-4] [AUTH-12] [NET-9] all that is missing is taken, and nothing else", () => {
  assert.deepEqual(taken({ HOME: "/home/a" }, { ...FULL, HOME: "/home/b", LD_PRELOAD: "/x.so" }), FULL);
  const empty = Object.fromEntries(Object.keys(FULL).map((name) => [name, ""]));
  const { HTTPS_PROXY, no_proxy, ...withoutProxies } = FULL;
  assert.deepEqual(taken(empty, FULL), withoutProxies, "an empty proxy is a choice");
});

test("[VAULT-4] [AUTH-12] [NET-9] what the host gave stays", () => {
  for (const [name, value] of Object.entries(FULL))
    assert.ok(!(name in taken({ [name]: "/given" }, { [name]: value })), name);
});

test("[VAULT-4] a bus or a runtime folder of another user is not taken", () => {
  const { XDG_RUNTIME_DIR, DBUS_SESSION_BUS_ADDRESS, WAYLAND_DISPLAY, ...rest } = FULL;
  assert.deepEqual(taken({}, FULL, FOREIGN), rest);
  for (const address of [
    "unixexec:path=/bin/sh",
    "tcp:host=far.example,port=1",
    "unix:path=/run/user/7/bus;unixexec:path=/bin/sh",
    "unix:path=relative/%2e",
    "autolaunch:",
  ])
    assert.deepEqual(taken({}, { DBUS_SESSION_BUS_ADDRESS: address }), {}, address);
  for (const address of ["unix:path=/run/dbus-a1,guid=0af", "unix:abstract=/tmp/dbus-a1"])
    assert.deepEqual(Object.values(taken({}, { DBUS_SESSION_BUS_ADDRESS: address })), [address]);
});

test("[AUTH-12] a screen's key comes with its screen, a Wayland socket with its folder", () => {
  const { XAUTHORITY = "", WAYLAND_DISPLAY = "" } = FULL;
  assert.deepEqual(taken({ DISPLAY: ":9" }, { DISPLAY: ":3", XAUTHORITY }), {});
  assert.deepEqual(taken({ DISPLAY: ":3" }, { DISPLAY: ":3", XAUTHORITY }), { XAUTHORITY });
  assert.deepEqual(taken({ XDG_RUNTIME_DIR: "/other" }, { XDG_RUNTIME_DIR: "/run", WAYLAND_DISPLAY }), {});
  assert.deepEqual(taken({}, { WAYLAND_DISPLAY: "/run/w" }), { WAYLAND_DISPLAY: "/run/w" });
});

test("[NET-9] proxies are taken together or not at all", () => {
  const theirs = { HTTPS_PROXY: "http://a:1", http_proxy: "http://a:2", NO_PROXY: "b" };
  assert.deepEqual(taken({}, theirs), theirs);
  for (const name of ["https_proxy", "NO_PROXY", "all_proxy"])
    assert.deepEqual(taken({ [name]: "http://c:3" }, theirs), {}, name);
});

test("[NET-9] relative files, control characters and endless values are left", () => {
  for (const theirs of [
    { NODE_EXTRA_CA_CERTS: "ca.pem" },
    { DISPLAY: ":0", XAUTHORITY: "auth" },
    { XDG_RUNTIME_DIR: "run" },
    { BROWSER: "a\nb" },
    { HTTPS_PROXY: "http://a\u001b[2J" },
    { no_proxy: "a,".repeat(5_000) },
  ]) {
    const { DISPLAY, ...rest } = taken({}, theirs);
    assert.deepEqual(rest, {}, JSON.stringify(theirs).slice(0, 80));
  }
});

test("an environment with everything needs nobody else's", () => {
  assert.equal(isComplete(FULL), true);
  for (const name of Object.keys(FULL).filter((key) => !/proxy/i.test(key)))
    assert.equal(isComplete({ ...FULL, [name]: "" }), false, name);
  assert.equal(WANTED.length, 15);
});
