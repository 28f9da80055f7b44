// A remote that asks to be asked again at once: how often it is, in a minute and more of the bridge's time.
import assert from "node:assert/strict";
import { test } from "node:test";
import { quickClock } from "../../support/clocks/quick-clock.ts";
import { bridgeScenes } from "../../support/hosts/bridge-scene.ts";

const start = bridgeScenes();

test("[NET-5] Retry-After: 0 makes no more than a few requests", async () => {
  const { host, remote } = await start({ clock: quickClock(100) });
  await host.open();
  const before = remote.received("tools/list").length;
  remote.fail("tools/list", () => ({ status: 429, headers: { "retry-after": "0" } }), 1_000);
  const { error } = (await host.request("tools/list")).json as { error?: { data?: { code?: string } } };
  assert.equal(error?.data?.code, "REMOTE_BUSY");
  const { length } = remote.received("tools/list");
  assert.ok(length - before > 2 && length - before <= 10, `${length - before} requests`);
});

for (const [title, body, status] of [
  ["that ends at once, with an event", "id: 1\nretry: 0\ndata:\n\n", 200],
  ["that ends at once, without one", "retry: 0\n\n", 200],
  ["that is refused with Retry-After: 0", "", 503],
] as const) {
  test(`[NET-4] a GET stream ${title} is not opened without a pause`, async () => {
    const clock = quickClock(50);
    const { host, remote } = await start({ clock });
    let streams = 0;
    const enough = new Promise<void>((done) => {
      remote.fail(
        "GET",
        () => {
          streams += 1;
          if (streams === 8) done();
          const type = { "content-type": "text/event-stream", "retry-after": "0" };
          return { status, headers: type, body };
        },
        1_000,
      );
    });
    const startedMs = clock.monotonicMs();
    await host.open();
    await enough;
    const tookMs = clock.monotonicMs() - startedMs;
    // 0.2 s, 0.4 s, 0.8 s and more lie between eight of them.
    assert.ok(tookMs > 6_000, `eight streams in ${Math.round(tookMs)} ms`);
  });
}
