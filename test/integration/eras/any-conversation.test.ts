// Any conversation through the whole bridge, for each pair of eras: nothing of one era reaches a peer of the other, and every
// request of the host has one answer. The rules, each with its page of the specification, are in test/support/eras.
import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded, testSeed } from "../../support/clocks/seeded.ts";
import { RandomHost } from "../../support/eras/random-host.ts";
import { RandomLegacyRemote } from "../../support/eras/random-legacy-remote.ts";
import { RandomModernRemote } from "../../support/eras/random-modern-remote.ts";
import { turn } from "../../support/eras/random-remote.ts";
import { BridgeHost } from "../../support/hosts/bridge-host.ts";
import { MemoryHttp } from "../../support/remotes/memory-http.ts";

const RUNS = Number(process.env.PROPERTY_RUNS ?? 60);
/** In what really takes milliseconds. */
const LIMIT_MS = 10_000;

for (const hostEra of ["legacy", "modern"] as const)
  for (const remoteEra of ["legacy", "modern"] as const)
    test(`[ERA-2][ERA-3][ERA-5][ERA-7][LIFE-1] any ${hostEra} host with any ${remoteEra} remote`, {
      timeout: 20_000 + RUNS * 100,
    }, async (t) => {
      const seed = testSeed();
      t.diagnostic(`DRAWBRIDGE_TEST_SEED=${seed}`);
      for (let run = 0; run < RUNS; run += 1) await converse(hostEra, remoteEra, seed + run);
    });

async function converse(
  hostEra: "legacy" | "modern",
  remoteEra: "legacy" | "modern",
  seed: number,
): Promise<void> {
  const random = seeded(seed);
  const remote = remoteEra === "legacy" ? new RandomLegacyRemote(random) : new RandomModernRemote(random);
  const bridge = new BridgeHost({ url: "https://remote.test/mcp", http: new MemoryHttp(remote.answer) });
  const host = new RandomHost(hostEra, random, bridge);
  const where = `DRAWBRIDGE_TEST_SEED=${seed}`;
  let isRunning = true;
  void (async () => {
    for (; isRunning; await turn()) if (random.chance(0.1)) remote.speak();
  })();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((done) => {
    timer = setTimeout(() => done(`no answer to ${host.judge.unanswered.join(", ")}`), LIMIT_MS);
  });
  const outcome = await Promise.race([host.run(4 + random.below(10)), late]);
  clearTimeout(timer);
  isRunning = false;
  await bridge.close();
  host.end();
  assert.equal(outcome, undefined, where);
  // Between equals what one says wrong is the other's to see.
  if (hostEra === remoteEra) return;
  assert.deepEqual([...host.judge.breaches, ...(host.isHasty ? [] : remote.breaches)], [], where);
}
