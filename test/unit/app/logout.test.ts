import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import type { ProgramContext } from "../../../src/cli/command-line/program-context.ts";
import { run } from "../../../src/cli/run.ts";
import type { HttpClient } from "../../../src/core/ports/http.ts";
import { createSystemClock } from "../../../src/platform/process/clock.ts";
import { systemRandom } from "../../../src/platform/process/random.ts";
import { recordName } from "../../../src/store/record/record-name.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";

test("[LIFE-3] logout ends its sign-in once, and the connections once", async () => {
  const system = createSystemClock();
  const ended: string[] = [];
  // The only wait of a logout that finds nothing: for what is under way when its sign-in ends.
  const clock = {
    ...system,
    sleep: (ms: number, signal?: AbortSignal) => {
      ended.push("sign-in");
      return system.sleep(ms, signal);
    },
  };
  const http: HttpClient = {
    send: () => Promise.reject(new Error("nothing to send")),
    dropConnections: () => {},
    close: () => void ended.push("connections"),
  };
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const context = {
    process,
    argv: ["logout", "https://example.com/mcp", "--store", "memory", "--config-dir", "/nowhere"],
    env: {},
    cwd: "/",
    platform: process.platform,
    stdin: new PassThrough(),
    stdout,
    stderr,
  } as unknown as ProgramContext;
  assert.equal(await run(context, { clock, http }), 0, String(stderr.read()));
  assert.equal(String(stdout.read()), "You were not signed in to https://example.com/mcp.\n");
  assert.deepEqual(ended, ["sign-in", "connections"]);
});

test("[TOK-10] logout deletes what the remote listed, also where nobody was signed in; --all deletes all of it", async (t) => {
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const memory = path.join(folder.path, "memory");
  const named = (remote: string) => path.join(memory, `${recordName({ remote, profile: "default" })}.memory`);
  const logout = async (...words: string[]) => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const argv = ["logout", ...words, "--store", "file", "--config-dir", folder.path];
    const { platform } = process;
    const context = { process, argv, env: {}, cwd: "/", platform, stdin: new PassThrough(), stdout, stderr };
    assert.equal(await run(context as unknown as ProgramContext), 0, String(stderr.read()));
  };
  mkdirSync(memory, { mode: 0o700 });
  for (const remote of ["https://one.example/mcp", "https://two.example/mcp"])
    writeFileSync(named(remote), "{}", { mode: 0o600 });
  await logout("https://one.example/mcp");
  assert.deepEqual(readdirSync(memory), [path.basename(named("https://two.example/mcp"))]);
  await logout("--all");
  assert.deepEqual(readdirSync(memory), []);
});

test("[TOK-10] what another copy remembered while somebody signed out does not stay", async (t) => {
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const remote = "https://one.example/mcp";
  const memory = path.join(folder.path, "memory");
  const file = path.join(memory, `${recordName({ remote, profile: "default" })}.memory`);
  let written = 0;
  const random = {
    ...systemRandom,
    // For the lock that the sign-in is ended under.
    token(bytes: number) {
      mkdirSync(memory, { recursive: true, mode: 0o700 });
      writeFileSync(file, "{}", { mode: 0o600 });
      written += 1;
      return systemRandom.token(bytes);
    },
  };
  const argv = ["logout", remote, "--store", "file", "--config-dir", folder.path];
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const { platform } = process;
  const context = { process, argv, env: {}, cwd: "/", platform, stdin: new PassThrough(), stdout, stderr };
  assert.equal(await run(context as unknown as ProgramContext, { random }), 0, String(stderr.read()));
  assert.ok(written > 0);
  assert.deepEqual(readdirSync(memory), []);
});
