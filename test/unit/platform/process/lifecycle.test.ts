import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { Socket } from "node:net";
import { type Duplex, PassThrough } from "node:stream";
import { type TestContext, test } from "node:test";
import {
  type EndReason,
  exitCodeFor,
  HARD_LIMIT_MS,
  watchLifecycle,
} from "../../../../src/platform/process/lifecycle.ts";

/** A process that notes what is done to it. */
function fakeProcess(platform: NodeJS.Platform = "linux") {
  const exits: (string | number | null | undefined)[] = [];
  const events = new EventEmitter();
  const fake = {
    platform,
    ppid: 100,
    on: events.on.bind(events),
    off: events.off.bind(events),
    kill: (): true => true,
    exit: (code?: string | number | null): never => {
      exits.push(code);
      return undefined as never;
    },
  };
  return { exits, events, fake: fake as typeof fake & NodeJS.Process };
}

function watched(
  t: TestContext,
  {
    host = true,
    output = new PassThrough(),
    platform,
  }: { host?: boolean; output?: Duplex; platform?: NodeJS.Platform } = {},
) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { fake, events, exits } = fakeProcess(platform);
  const input = new PassThrough();
  const said: string[] = [];
  const reasons: EndReason[] = [];
  const lifecycle = watchLifecycle({
    process: fake,
    say: (text) => said.push(text),
    ...(host ? { host: { input, output } } : {}),
  });
  lifecycle.onEnd((reason) => reasons.push(reason));
  t.after(() => lifecycle.close());
  return { lifecycle, fake, events, exits, input, output, said, reasons, timers: t.mock.timers };
}

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  test(`[LIFE-3] ${signal} begins the end, once, and the hard limit finishes it`, (t) => {
    const { lifecycle, events, exits, reasons, timers } = watched(t);
    events.emit(signal);
    events.emit("SIGTERM");
    assert.deepEqual(reasons, [signal]);
    assert.equal(lifecycle.reason, signal);
    assert.ok(lifecycle.signal.aborted);
    timers.tick(HARD_LIMIT_MS - 1);
    assert.deepEqual(exits, []);
    timers.tick(1);
    assert.deepEqual(exits, [130]);
  });
}

test("[LIFE-3] the hard limit leaves room below the 2 s that were promised", () => {
  assert.ok(HARD_LIMIT_MS < 2_000);
});

test("[LIFE-3] a second Ctrl-C does not wait", (t) => {
  const { events, exits } = watched(t);
  events.emit("SIGINT");
  events.emit("SIGINT");
  assert.deepEqual(exits, [130]);
});

test("[LIFE-3] the host closing standard input begins the end, after what it said was read", async (t) => {
  const { input, reasons } = watched(t);
  input.write("first line\n");
  input.end();
  await new Promise((done) => setImmediate(done));
  assert.deepEqual(reasons, [], "unread lines come first");
  input.resume();
  await new Promise((done) => input.once("close", done));
  assert.deepEqual(reasons, ["stdin"]);
});

test("[LIFE-3] a signal after the end of standard input takes the time that the host had to read", (t) => {
  const output = new Socket();
  t.after(() => output.destroy());
  const { input, events, reasons, exits, timers } = watched(t, { output });
  input.emit("end");
  timers.tick(HARD_LIMIT_MS);
  assert.deepEqual(exits, [], "how long the host reads is seen at its end of the pipe");
  events.emit("SIGTERM");
  assert.deepEqual(reasons, ["stdin", "SIGTERM"]);
  timers.tick(HARD_LIMIT_MS);
  assert.deepEqual(exits, [0], "still the host's own end");
});

test("[LIFE-3] standard output that breaks begins the end", (t) => {
  const { output, reasons } = watched(t);
  output.emit("error", Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
  assert.deepEqual(reasons, ["stdout"]);
});

test("[LIFE-3] a parent that died begins the end", (t) => {
  const { fake, reasons, timers } = watched(t);
  timers.tick(5_000);
  assert.deepEqual(reasons, []);
  fake.ppid = 1;
  timers.tick(1_000);
  assert.deepEqual(reasons, ["parent"]);
});

test("[LIFE-3] on Windows, where a dead parent keeps its number, it is asked for", (t) => {
  const { fake, reasons, timers } = watched(t, { platform: "win32" });
  fake.kill = () => {
    throw Object.assign(new Error("kill EPERM"), { code: "EPERM" });
  };
  timers.tick(1_000);
  assert.deepEqual(reasons, []);
  fake.kill = () => {
    throw Object.assign(new Error("kill ESRCH"), { code: "ESRCH" });
  };
  timers.tick(1_000);
  assert.deepEqual(reasons, ["parent"]);
});

test("a command that a person runs ends by signals only", (t) => {
  const { fake, input, reasons, timers, events } = watched(t, { host: false });
  input.emit("end");
  fake.ppid = 1;
  timers.tick(5_000);
  assert.deepEqual(reasons, []);
  events.emit("SIGINT");
  assert.deepEqual(reasons, ["SIGINT"]);
});

test("who asks after the end has begun is told at once", (t) => {
  const { lifecycle, events } = watched(t);
  events.emit("SIGTERM");
  let told: EndReason | undefined;
  lifecycle.onEnd((reason) => {
    told = reason;
  });
  assert.equal(told, "SIGTERM");
});

test("[DIAG-1] a bug ends the process with one line that names place and kind, not the text", (t) => {
  const { events, said, reasons, exits, timers } = watched(t);
  events.emit("uncaughtException", new TypeError("cannot send token s3cr3t-canary"));
  events.emit("unhandledRejection", "s3cr3t-canary");
  assert.deepEqual(reasons, ["crash"]);
  assert.equal(said.length, 1);
  assert.match(said[0] ?? "", /TypeError in .*lifecycle\.test\.[jt]s:\d+:\d+/);
  assert.doesNotMatch(said.join(), /s3cr3t|\n/);
  timers.tick(HARD_LIMIT_MS);
  assert.deepEqual(exits, [1]);
});

test("a host that goes away is no failure; a signal is an interruption; a bug is 1", () => {
  assert.deepEqual((["stdin", "stdout", "parent"] as const).map(exitCodeFor), [0, 0, 0]);
  assert.deepEqual((["SIGTERM", "SIGINT", "SIGHUP"] as const).map(exitCodeFor), [130, 130, 130]);
  assert.equal(exitCodeFor("crash"), 1);
});

test("[LIFE-3] a parent that died before the watch began is noticed too", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { fake } = fakeProcess();
  const host = { input: new PassThrough(), output: new PassThrough() };
  const lifecycle = watchLifecycle({ process: fake, host, parent: 99, say: () => undefined });
  t.after(() => lifecycle.close());
  t.mock.timers.tick(1_000);
  assert.equal(lifecycle.reason, "parent");
});
