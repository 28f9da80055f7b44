import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import type { ProgramContext } from "../../../src/cli/command-line/program-context.ts";
import { run } from "../../../src/cli/run.ts";
import type { HttpClient } from "../../../src/core/ports/http.ts";
import { createSystemClock } from "../../../src/platform/process/clock.ts";

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
