import assert from "node:assert/strict";
import test from "node:test";
import { startWatchdog } from "../../../../src/bridge/connecting/watchdog.ts";
import { manualClock } from "../../../support/clocks/manual-clock.ts";
import { seeded } from "../../../support/clocks/seeded.ts";

const DAY_MS = 86_400_000;

for (const jumpMs of [DAY_MS, -DAY_MS]) {
  test(`[NET-6] a hundred bridges whose clock jumps by ${jumpMs} ms check once each, not all at once`, async () => {
    const clock = manualClock();
    const random = seeded(1);
    const checkedMs: number[] = [];
    for (let bridge = 0; bridge < 100; bridge += 1) {
      const parts = {
        remote: { drop: () => {}, heard: 0 },
        session: { mcpSession: {} },
        authorizer: {},
      };
      startWatchdog({
        ...(parts as unknown as Pick<
          Parameters<typeof startWatchdog>[0],
          "remote" | "session" | "authorizer"
        >),
        clock,
        random: { token: () => "", fraction: () => random.below(1_000) / 1_000 },
        diagnostics: { enabled: false, event: () => {}, notice: () => {} },
        lifetime: new AbortController().signal,
        probe: () => undefined,
        pending: () => 0,
        check: () => checkedMs.push(clock.monotonicMs()),
      });
    }
    clock.jump(jumpMs);
    await clock.advance(60_000);
    assert.equal(checkedMs.length, 100);
    const perTenth = new Map<number, number>();
    for (const ms of checkedMs) {
      const tenth = Math.floor(ms / 300);
      perTenth.set(tenth, (perTenth.get(tenth) ?? 0) + 1);
    }
    assert.ok(Math.max(...perTenth.values()) < 30, "spread out");
  });
}
