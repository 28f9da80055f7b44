// Hosts that say initialize late, or twice.
import assert from "node:assert/strict";
import { test } from "node:test";
import { answerAfter, waitScenes } from "../../support/hosts/wait-scene.ts";

const start = waitScenes();

for (const lateMs of [9_000, 26_000]) {
  test(`[LIFE-1] a host that says initialize ${lateMs / 1_000} s late gets the answers of a remote that is there`, async () => {
    const { begin, answeredAt, host, remote, authorizer, clock } = await start("sign-in");
    authorizer.token = "t";
    await clock.advance(lateMs);
    const slowly = answerAfter(clock, 1_500);
    remote.heal();
    remote.fail("initialize", slowly);
    remote.fail("tools/list", slowly);
    begin("a host that nobody knows");
    await remote.server.arrival("post");
    assert.equal(await answeredAt("i"), lateMs + 1_500);
    assert.doesNotMatch((await host.answer("i")).text, /not connected yet/);
    host.send({ method: "notifications/initialized" });
    host.send({ id: "l", method: "tools/list" });
    await answeredAt("l");
    assert.deepEqual((await host.answer("l")).json.result, { tools: remote.tools });
  });
}

test("[LIFE-1] a second initialize has the time of a first one", async () => {
  const { begin, answeredAt, host, remote, authorizer, clock } = await start("sign-in");
  authorizer.token = "t";
  begin("a host that nobody knows");
  await answeredAt("i");
  await clock.advance(7_000);
  host.lines.length = 0;
  remote.heal();
  remote.fail("initialize", answerAfter(clock, 1_500));
  begin("a host that nobody knows");
  await remote.server.arrival("post", remote.server.to("post").length + 1);
  const atMs = await answeredAt("i");
  assert.doesNotMatch((await host.answer("i")).text, /not connected yet/, `answered at ${atMs} ms`);
});

test("[LIFE-1] the first of two initialize is answered, whatever the remote does", async () => {
  const { begin, host, remote } = await start("slow");
  begin("a host that nobody knows");
  await remote.server.arrival("post");
  begin("a host that nobody knows", "i2");
  assert.equal((await host.answer("i")).json.error?.data?.code, "INTERRUPTED");
});
