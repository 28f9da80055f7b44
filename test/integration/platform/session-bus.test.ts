// What answers at the session's address, and what only takes the connection.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { busAnswers } from "../../../src/platform/process/session-bus.ts";
import { findProgram, needed } from "../../support/project/parts.ts";
import { PROJECT } from "../../support/project/program.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";

const posix = process.platform === "win32" ? "needs a POSIX system" : false;
const USER = process.getuid?.() ?? 0;
const run = promisify(execFile);
const NEVER_MS = 20_000;
const SOON_MS = 100;

/** The address of a socket that does this with who connects. */
async function bus(t: TestContext, serve: (socket: Socket) => void): Promise<string> {
  const { path: folder, remove } = temporaryFolder();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    serve(socket);
  });
  const place = path.join(folder, "bus");
  server.listen(place);
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
    remove();
  });
  return `unix:path=${place}`;
}

/** Takes part in the first line, and does this with what follows. */
const authenticated =
  (then: (socket: Socket) => void) =>
  (socket: Socket): void => {
    socket.once("data", () => {
      socket.once("data", () => then(socket));
      socket.write("OK 0123456789abcdef0123456789abcdef\r\n");
    });
  };

test("[VAULT-4] a bus that takes the connection and says nothing is found out, however far it gets", {
  skip: posix,
}, async (t) => {
  for (const serve of [() => {}, authenticated(() => {})])
    assert.equal(await busAnswers(await bus(t, serve), USER, SOON_MS), false);
});

test("[VAULT-4] whatever answers, refuses or is not there is left to the keychain's package", {
  skip: posix,
}, async (t) => {
  const addresses = [
    await bus(t, (socket) => socket.end("REJECTED EXTERNAL\r\n")),
    await bus(t, (socket) => socket.destroy()),
    await bus(
      t,
      authenticated((socket) => socket.write("l\u0002\u0001\u0001")),
    ),
    await bus(
      t,
      authenticated((socket) => socket.destroy()),
    ),
    "unix:path=/nowhere/at/all",
    "tcp:host=localhost,port=1",
    "unix:runtime=yes",
    "hello",
    "",
  ];
  for (const address of addresses) assert.equal(await busAnswers(address, USER, NEVER_MS), true, address);
  const silent = await bus(t, () => {});
  assert.equal(await busAnswers(silent, undefined, NEVER_MS), true, "nobody to say hello for");
});

test("[VAULT-4] a real bus answers", { skip: posix }, async (t) => {
  const program = needed(t, "dbus-run-session", findProgram("dbus-run-session"));
  if (program === undefined) return;
  const module = pathToFileURL(path.join(PROJECT, "build/src/platform/process/session-bus.js")).href;
  // Refused or silent would be told apart from an answer: neither comes with the name that it gives us.
  const code = `const { busAnswers } = await import(${JSON.stringify(module)});
    console.log(await busAnswers(process.env.DBUS_SESSION_BUS_ADDRESS, process.getuid(), ${NEVER_MS}));`;
  const args = ["--", process.execPath, "--input-type=module", "-e", code];
  const { stdout } = await run(program, args, { env: process.env });
  assert.equal(stdout.trim(), "true");
});

test("[VAULT-4] [LIFE-1] the program is not stopped by a bus that says nothing, and says what is wrong", {
  skip: process.platform === "linux" ? false : "Linux only",
  timeout: 20_000,
}, async (t) => {
  const { path: folder, remove } = temporaryFolder();
  t.after(remove);
  const steps = path.join(PROJECT, "build", "test", "support", "stores", "keychain-steps.js");
  const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: await bus(t, () => {}) };
  const args = [steps, path.join(folder, "data"), "kind=keychain", "save"];
  const { stdout } = await run(process.execPath, args, { env, timeout: 15_000 });
  assert.match(
    stdout,
    /^LOCAL_KEYCHAIN_UNAVAILABLE .*no session bus answers at the address in DBUS_SESSION_BUS_ADDRESS/,
  );
});
