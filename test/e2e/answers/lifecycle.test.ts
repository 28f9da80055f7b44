// Whatever state it is in, and however it is told: the bridge is gone within 2 s and leaves nothing behind.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { LOAD_MARGIN_MS } from "../../support/clocks/load-margin.ts";
import { CAUSES, STATES } from "../../support/hosts/leaving-host.ts";
import { startHost } from "../../support/hosts/stdio-host.ts";
import { startProtectedRemote } from "../../support/remotes/protected-remote.ts";

const LIMIT_MS = 2_000;
/** The parent is looked for once a second. */
const NOTICE_MS: Readonly<Record<string, number>> = { "the parent is killed": 1_000 };

/** Resolves when the process is gone; a dead one that nobody has waited for yet counts as gone. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
      // Gone, too, where it ends between these two looks.
      if (process.platform === "linux" && /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) return;
    } catch {
      return;
    }
    await setTimeout(10);
  }
}

describe("the end", {
  timeout: 60_000,
  concurrency: 3,
  skip: process.platform === "win32" && "POSIX",
}, () => {
  for (const [state, reach] of Object.entries(STATES)) {
    for (const [cause, end] of Object.entries(CAUSES)) {
      test(`[LIFE-3] ${cause} ${state}: gone within 2 s, nothing left`, async () => {
        const bridge = await reach(cause === "the parent is killed");
        try {
          const startedMs = performance.now();
          end(bridge);
          await Promise.all([bridge.host.exited(10_000), gone(bridge.pid)]);
          const tookMs = performance.now() - startedMs;
          const allowedMs = LIMIT_MS + (NOTICE_MS[cause] ?? 0) + LOAD_MARGIN_MS;
          assert.ok(tookMs < allowedMs, `${Math.round(tookMs)} ms\n${bridge.host.stderr}`);
          assert.doesNotMatch(bridge.host.stderr, /^\s+at /m);
          await bridge.check();
        } finally {
          await bridge.host.close();
          await bridge.close();
        }
      });
    }
  }
});

test("[LIFE-3] standard output that nobody reads any more ends it with the next message", async () => {
  const remote = await startProtectedRemote({});
  const host = startHost({ args: [remote.url] });
  await host.initialize();
  await host.request("tools/list");
  host.child.stdout?.destroy();
  host.send({ jsonrpc: "2.0", id: 2, method: "tools/list" });
  await host.exited(LIMIT_MS + LOAD_MARGIN_MS);
  assert.equal(remote.sessions.size, 0);
  await host.close();
  await remote.close();
});

test("[LIFE-3] stdin that ends is a good end, a signal an interruption", async () => {
  const remote = await startProtectedRemote({});
  const left = startHost({ args: [remote.url] });
  await left.initialize();
  assert.deepEqual(await left.endInput(), { code: 0, signal: null });
  const ended = startHost({ args: [remote.url] });
  await ended.initialize();
  ended.child.kill("SIGTERM");
  assert.deepEqual(await ended.exited(), { code: 130, signal: null });
  await Promise.all([left.close(), ended.close(), remote.close()]);
});
