// What is read of other processes and of the session, with a folder of our own in place of /proc, and with the real one.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { fillEnvironment } from "../../../src/platform/process/host-environment.ts";
import { needed } from "../../support/project/parts.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { closeServer } from "../../support/remotes/network.ts";

const posix = process.platform === "win32" ? "needs a POSIX system" : false;
const USER = process.getuid?.() ?? 0;
/** What the SDK's stdio client passes on. */
const BARE = { HOME: "/home/a", PATH: "/usr/bin", SHELL: "/bin/sh", TERM: "xterm", USER: "a" };
const NOTHING = { host: [], session: [] };

/** Processes and sessions made of files. */
function place(t: TestContext) {
  const { path: root, remove } = temporaryFolder();
  t.after(remove);
  const [processes, sessions] = [path.join(root, "proc"), path.join(root, "run")];
  const program = path.join(root, "program");
  writeFileSync(program, "");
  for (const folder of [processes, sessions]) mkdirSync(folder);
  return {
    root,
    program,
    session: path.join(sessions, String(USER)),
    process(pid: number, parent: number, environ: string | Buffer): string {
      const folder = path.join(processes, String(pid));
      mkdirSync(folder);
      writeFileSync(path.join(folder, "environ"), environ);
      writeFileSync(path.join(folder, "stat"), `${pid} (a ) b) S ${parent} 1 1`);
      symlinkSync(program, path.join(folder, "exe"));
      return folder;
    },
    fill(given: Readonly<Record<string, string>> = {}, self: { ppid?: number; userId?: number } = {}) {
      const env: NodeJS.ProcessEnv = { ...BARE, ...given };
      const { ppid = 20, userId = USER } = self;
      const options = { env, platform: "linux", parent: 20, processes, sessions } as const;
      const filled = fillEnvironment({ ...options, self: { ppid, userId } });
      return { env, filled };
    },
  };
}

test("[AUTH-12] [NET-9] the parent of the same user is asked for what is missing", { skip: posix }, (t) => {
  const here = place(t);
  here.process(20, 1, "A=1\0DISPLAY=:1\0DISPLAY=:2\0HTTPS_PROXY=http://p:1\0HOME=/root\0");
  const { env, filled } = here.fill();
  assert.deepEqual(env, { ...BARE, DISPLAY: ":1", HTTPS_PROXY: "http://p:1" });
  assert.deepEqual(filled, { host: ["DISPLAY", "HTTPS_PROXY"], session: [] });
});

test("[AUTH-12] another user's parent, a new parent, and a set-user-ID one are not believed", {
  skip: posix,
}, (t) => {
  const here = place(t);
  here.process(20, 1, "DISPLAY=:1\0");
  assert.deepEqual(here.fill({}, { userId: USER + 1 }).filled, NOTHING);
  assert.deepEqual(
    here.fill({}, { ppid: 1 }).filled,
    NOTHING,
    "the parent went away, its number may be reused",
  );
  chmodSync(here.program, 0o4755);
  assert.deepEqual(here.fill().filled, NOTHING);
  chmodSync(here.program, 0o755);
  assert.deepEqual(here.fill().filled.host, ["DISPLAY"]);
});

test("[AUTH-12] other systems, and a parent that nobody knows, are left alone", { skip: posix }, (t) => {
  const here = place(t);
  assert.deepEqual(here.fill().filled, NOTHING);
  here.process(20, 1, "DISPLAY=:1\0");
  for (const platform of ["darwin", "win32", "freebsd"] as const) {
    const env = {};
    assert.deepEqual(fillEnvironment({ env, platform, parent: 20 }), NOTHING);
    assert.deepEqual(env, {});
  }
});

test("[NET-9] half an entry, bytes that are no text, and what comes after the limit are left", {
  skip: posix,
}, (t) => {
  const here = place(t);
  const start = Buffer.from(
    "=x\0DISPLAY\0WAYLAND_DISPLAY=/a\nb\0BROWSER=/caf\xe9\0ALL_PROXY=http://p:1\0",
    "latin1",
  );
  const long = Buffer.from(
    `PADDING=${"x".repeat(131_072 - start.length - 40)}\0NO_PROXY=${"y".repeat(100)}\0`,
  );
  here.process(20, 1, Buffer.concat([start, long, Buffer.from("DISPLAY=:1\0")]));
  const { env } = here.fill();
  assert.deepEqual(env, { ...BARE, ALL_PROXY: "http://p:1" });
});

test("[AUTH-12] below a package runner the host behind it is asked, and nobody beyond", {
  skip: posix,
}, (t) => {
  const here = place(t);
  here.process(20, 19, "npm_config_user_agent=npm\0");
  here.process(19, 18, "HOME=/home/a\0");
  const npm = { npm_config_user_agent: "npm/11" };
  here.process(18, 17, `XDG_RUNTIME_DIR=${here.root}\0DISPLAY=:1\0`);
  here.process(17, 1, "BROWSER=firefox\0DISPLAY=:9\0");
  assert.deepEqual(here.fill(npm).filled.host, ["XDG_RUNTIME_DIR", "DISPLAY"]);
  assert.equal(here.fill(npm).env.DISPLAY, ":1");
  assert.deepEqual(here.fill().filled.host, []);
});

test("[VAULT-4] the session below /run/user is used where it is the user's own", {
  skip: posix,
}, async (t) => {
  const here = place(t);
  mkdirSync(here.session, { mode: 0o700 });
  const socket = path.join(here.session, "bus");
  writeFileSync(socket, "");
  assert.deepEqual(here.fill().filled.session, ["XDG_RUNTIME_DIR"], "a bus that is no socket");
  const server = createServer();
  t.after(() => closeServer(server));
  rmSync(socket);
  server.listen(socket);
  await once(server, "listening");
  const { env, filled } = here.fill();
  assert.deepEqual(filled.session, ["XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"]);
  assert.equal(env.XDG_RUNTIME_DIR, here.session);
  assert.equal(env.DBUS_SESSION_BUS_ADDRESS, `unix:path=${socket}`);
  assert.deepEqual(here.fill({ DBUS_SESSION_BUS_ADDRESS: "unix:path=/given" }).filled.session, [
    "XDG_RUNTIME_DIR",
  ]);
  assert.deepEqual(
    here.fill({ XDG_RUNTIME_DIR: here.root }).env.DBUS_SESSION_BUS_ADDRESS,
    `unix:path=${socket}`,
  );
  chmodSync(here.session, 0o777);
  assert.deepEqual(here.fill().filled.session, [], "anybody can put a socket there");
});

/** Prints the screen that the real parent gives, to a program of a host and to one in a terminal. */
const PROGRAM = `
  const { completeEnvironment } = await import(process.argv[1]);
  const { env, platform, ppid: parent } = process;
  const screen = (isTTY) => {
    delete env.DISPLAY;
    completeEnvironment({ env, platform, parent, stdin: { isTTY } });
    return env.DISPLAY ?? "none";
  };
  console.log(screen(true), screen(false));`;
const MODULE = new URL("../../../src/app/adapters.js", import.meta.url).href;

test("[AUTH-12] the real /proc: the parent's screen is found, unless the parent is a shell with a person before it", async (t) => {
  if (needed(t, "Linux", process.platform === "linux" ? "Linux" : undefined) === undefined) return;
  const child = `require("node:child_process").spawnSync(process.execPath,
    ["--input-type=module", "-e", ${JSON.stringify(PROGRAM)}, ${JSON.stringify(MODULE)}], { stdio: "inherit", env: {} })`;
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", child], { env: { DISPLAY: ":77" } });
  assert.equal(stdout.trim(), "none :77");
});

const unprivileged =
  process.platform === "linux" && USER === 0 ? false : "needs the right to start programs as another user";

test("[AUTH-12] the real /proc: another user's process is not believed, though it can be read", {
  skip: unprivileged,
}, async (t) => {
  const other = spawn("sleep", ["60"], {
    uid: 65_534,
    gid: 65_534,
    env: { DISPLAY: ":66", PATH: "/usr/bin:/bin" },
  });
  await once(other, "spawn");
  t.after(() => other.kill());
  const pid = other.pid ?? 0;
  const options = { platform: "linux", parent: pid, sessions: "/nowhere" } as const;
  for (const [userId, expected] of [
    [USER, []],
    [65_534, ["DISPLAY"]],
  ] as const)
    assert.deepEqual(fillEnvironment({ ...options, env: {}, self: { ppid: pid, userId } }).host, expected);
});
