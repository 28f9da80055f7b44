// Standard output is a pipe to another program: `mcp-drawbridge ... | jq`. The reader may be slow, or gone.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { LOAD_MARGIN_MS } from "../support/clocks/load-margin.ts";
import { type FullPipe, fullPipe } from "../support/processes/full-pipe.ts";
import { PROGRAM, programEnvironment } from "../support/project/program.ts";
import { temporaryFolder } from "../support/project/temporary-folder.ts";
import { ScriptedRemote } from "../support/remotes/scripted-remote.ts";

const MIB = 1 << 20;
const onPosix = { timeout: 30_000, skip: process.platform === "win32" && "there is no mkfifo" };
/** What LIFE-3 promises. */
const GONE_MS = 2_000 + LOAD_MARGIN_MS;

/** Says on standard error that something was written to standard output, and lets it go its usual way. */
const TELL_TALE = `data:text/javascript,${encodeURIComponent(
  'const { stdout, stderr } = process; const write = stdout.write; stdout.write = (...all) => { const more = write.apply(stdout, all); stderr.write("WRITTEN\\n"); return more; };',
)}`;

class Command {
  readonly child: ChildProcess;
  readonly pipe: FullPipe = fullPipe();
  readonly ended: Promise<number | null>;
  stderr = "";

  /** @param ready when standard input ends; default: at once */
  constructor(t: TestContext, words: readonly string[], input = "", ready = Promise.resolve()) {
    const folder = temporaryFolder();
    const args = [PROGRAM, ...words, "--config-dir", folder.path, "--store", "memory"];
    const env = programEnvironment(folder.path, { NODE_OPTIONS: `--import=${TELL_TALE}` });
    this.child = spawn(process.execPath, args, { env, stdio: ["pipe", this.pipe.writeEnd, "pipe"] });
    this.pipe.handOver();
    this.child.stdin?.on("error", () => undefined).write(input);
    void ready.then(() => this.child.stdin?.end());
    this.child.stderr?.on("data", (chunk) => {
      this.stderr += chunk;
    });
    this.ended = once(this.child, "close").then(([code]) => code);
    t.after(async () => {
      this.child.kill("SIGKILL");
      await this.ended;
      folder.remove();
    });
  }

  async written(): Promise<void> {
    while (!this.stderr.includes("WRITTEN")) await once(this.child.stderr ?? this.child, "data");
  }
}

const HELLO =
  '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"printf","version":"1"}}}\n{"jsonrpc":"2.0","method":"notifications/initialized"}\n';
const call = (id: number): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"echo"}}\n`;

async function startRemote(t: TestContext, answerBytes = 0): Promise<ScriptedRemote> {
  const remote = new ScriptedRemote();
  await remote.listen();
  t.after(() => remote.close());
  remote.answerText = "x".repeat(answerBytes);
  return remote;
}

const closed = "http://127.0.0.1:1/mcp";
const commands: [words: string[], input: string, found: RegExp, code: number][] = [
  [["--help"], "", /^Usage: .*--ca-file.*mcp-drawbridge\n$/s, 0],
  [["login", "--help"], "", /^Usage: .*--again.*\n$/s, 0],
  [["--version"], "", /^\d+\.\d+\.\d+\S*\n$/, 0],
  [["logout", closed], "", /^You were not signed in to .*\n$/, 0],
  [["logout", "--all"], "", /^No saved sign-ins\.\n$/, 0],
  [["http://example.com/mcp"], HELLO, /^\{"jsonrpc":"2.0","id":0,"error":.*USAGE_INSECURE_URL.*\}\n$/, 2],
];

for (const [words, input, found, code] of commands) {
  test(`[LIFE-8] all of \`${words.join(" ")}\` arrives`, onPosix, async (t) => {
    const command = new Command(t, words, input);
    await command.written();
    assert.match(await command.pipe.read(), found);
    assert.equal(await command.ended, code, command.stderr);
  });

  test(`[LIFE-8] \`${words.join(" ")}\` ends when nobody reads any more`, onPosix, async (t) => {
    const command = new Command(t, words, input);
    await command.written();
    command.pipe.leave();
    assert.equal(await command.ended, code, command.stderr);
    assert.doesNotMatch(command.stderr, /EPIPE|^\s+at /m);
  });
}

test("[LIFE-8] what `login` says arrives", onPosix, async (t) => {
  const remote = await startRemote(t);
  const command = new Command(t, ["login", remote.url]);
  await command.written();
  assert.match(await command.pipe.read(), /^http\S+ does not ask for a sign-in\. It has \d tools\.\n$/);
  assert.equal(await command.ended, 0);
});

test(
  "[LIFE-8] [LIFE-4] answers of several MiB arrive whole, however slowly they are read",
  onPosix,
  async (t) => {
    const remote = await startRemote(t, 3 * MIB);
    const started = performance.now();
    // A busy machine may need longer to get so far than a bridge waits after the end of standard input.
    const asked = (async () => {
      while (remote.received("tools/call").length < 3)
        await remote.server.arrival("post", remote.server.to("post").length + 1);
    })();
    const command = new Command(t, [remote.url], HELLO + call(1) + call(2) + call(3), asked);
    await command.written();
    // 64 KiB at a time: this takes longer than anything that ends by itself.
    const lines = (await command.pipe.read(25)).trimEnd().split("\n");
    assert.ok(performance.now() - started > 2_500, "the reader was slow");
    const ids = lines.map((line) => JSON.parse(line).id);
    assert.deepEqual(ids.sort(), [0, 1, 2, 3]);
    assert.equal(lines.filter((line) => line.length > 3 * MIB).length, 3);
    assert.equal(await command.ended, 0, command.stderr);
    assert.equal(remote.server.ledger.at(-1)?.method, "DELETE");
  },
);

test(
  "[LIFE-8] [LIFE-3] an answer that is read after the session was ended arrives whole",
  onPosix,
  async (t) => {
    const remote = await startRemote(t, 900_000);
    const command = new Command(t, [remote.url], HELLO + call(1));
    await remote.server.arrival("delete");
    const [, answer = ""] = (await command.pipe.read()).split("\n");
    assert.equal(JSON.parse(answer).result.content[0].text.length, 900_000);
    assert.equal(await command.ended, 0, command.stderr);
  },
);

test("[LIFE-3] [LIFE-8] a reader that leaves in the middle ends the session", onPosix, async (t) => {
  const remote = await startRemote(t, 900_000);
  const command = new Command(t, [remote.url], HELLO + call(1));
  await remote.server.arrival("delete");
  command.pipe.leave();
  assert.equal(await command.ended, 0, command.stderr);
  assert.doesNotMatch(command.stderr, /EPIPE/);
});

test(
  "[LIFE-3] a reader that never reads does not hold a bridge whose input has ended",
  onPosix,
  async (t) => {
    const remote = await startRemote(t, 3 * MIB);
    const command = new Command(t, [remote.url], HELLO + call(1) + call(2));
    await remote.server.arrival("post", 3);
    const started = performance.now();
    assert.equal(await command.ended, 0, command.stderr);
    assert.ok(performance.now() - started < GONE_MS, `${performance.now() - started} ms`);
  },
);

test("[LIFE-3] a signal does not wait for a reader, not even one that reads", onPosix, async (t) => {
  const remote = await startRemote(t, 6 * MIB);
  const command = new Command(t, [remote.url], HELLO + call(1));
  await remote.server.arrival("delete");
  const started = performance.now();
  void command.pipe.read(50);
  command.child.kill("SIGTERM");
  await command.ended;
  assert.ok(performance.now() - started < GONE_MS, `${performance.now() - started} ms`);
});
