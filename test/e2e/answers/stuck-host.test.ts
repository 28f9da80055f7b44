// A host that stops reading, and a remote that has 200 MiB for it: they wait in the remote, not in our memory (LIFE-4).
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { needed } from "../../support/project/parts.ts";
import { PROGRAM, programEnvironment } from "../../support/project/program.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";

const MIB = 1 << 20;
const COUNT = 200;
/** Idle memory of a process is a little different each time; this much above it is promised. */
const MOST_MIB = 64;
const TEXT = "x".repeat(MIB);

test("[LIFE-4] 200 MiB on the remote's stream", { timeout: 60_000 }, async (t) => {
  if (!needed(t, "/proc", process.platform === "linux" ? true : undefined)) return;
  await withStuckHost(async ({ remote, grownMiB, settled }) => {
    const line = `data: ${JSON.stringify({ jsonrpc: "2.0", method: "notifications/message", params: { TEXT } })}\n\n`;
    const [stream] = remote.streams;
    assert.ok(stream);
    for (let at = 0; at < COUNT; at += 1) stream.write(line);
    await settled();
    t.diagnostic(`${grownMiB()} MiB above idle at most`);
    assert.ok(grownMiB() < MOST_MIB, `${grownMiB()} MiB above idle`);
    assert.ok(stream.writableLength > 100 * MIB, "most of it waits in the remote");
  });
});

for (const events of [false, true]) {
  test(`[LIFE-4] 200 answers of 1 MiB at once, as ${events ? "events" : "JSON"}`, {
    timeout: 60_000,
  }, async (t) => {
    if (!needed(t, "/proc", process.platform === "linux" ? true : undefined)) return;
    await withStuckHost(async ({ remote, send, grownMiB, settled }) => {
      remote.events = events;
      remote.answerText = TEXT;
      for (let id = 0; id < COUNT; id += 1) send({ id, method: "tools/call", params: { name: "big" } });
      while (remote.received("tools/call").length < COUNT)
        await remote.server.arrival("post", remote.server.to("post").length + 1);
      await settled();
      t.diagnostic(`${grownMiB()} MiB above idle at most`);
      assert.ok(grownMiB() < MOST_MIB, `${grownMiB()} MiB above idle`);
    });
  });
}

interface Stuck {
  readonly remote: ScriptedRemote;
  send(message: object): void;
  /** The most it ever had above idle. */
  grownMiB(): number;
  /** Resolves when its memory has not grown for a while. */
  settled(): Promise<void>;
}

async function withStuckHost(act: (stuck: Stuck) => Promise<void>): Promise<void> {
  const remote = new ScriptedRemote();
  await remote.listen();
  const folder = temporaryFolder();
  const child = spawn(
    process.execPath,
    [PROGRAM, remote.url, "--config-dir", folder.path, "--store", "memory"],
    {
      env: programEnvironment(folder.path),
      stdio: ["pipe", "pipe", "ignore"],
    },
  );
  const send = (message: object): void => {
    child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  };
  try {
    const params = {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "stuck", version: "1" },
    };
    send({ id: "i", method: "initialize", params });
    send({ method: "notifications/initialized" });
    // From here on nobody reads its output.
    await remote.streaming();
    while (remote.received("notifications/initialized").length < 1) await pause();
    const idleMiB = residentMiB(child);
    const grownMiB = (): number => Math.round(peakMiB(child) - idleMiB);
    const settled = async (): Promise<void> => {
      let [before, quiet] = [-1, 0];
      while (quiet < 10) {
        await pause();
        const now = peakMiB(child);
        quiet = now === before ? quiet + 1 : 0;
        before = now;
      }
    };
    await act({ remote, send, grownMiB, settled });
  } finally {
    const gone = new Promise((done) => child.once("close", done));
    child.kill("SIGKILL");
    child.stdout?.resume();
    await gone;
    await remote.close();
    folder.remove();
  }
}

/** Memory is looked at now and then; nothing announces that it has stopped growing. */
function pause(): Promise<void> {
  return new Promise((done) => setTimeout(done, 100));
}

function residentMiB(child: ChildProcess): number {
  return statusOf(child, "VmRSS") / 1_024;
}

function peakMiB(child: ChildProcess): number {
  return statusOf(child, "VmHWM") / 1_024;
}

function statusOf(child: ChildProcess, name: string): number {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
}
