// Ten bridges started at once, as hosts do every morning.
import { startOf } from "../candidates.ts";
import { type Scene, settle, takeTurns, withHosts } from "../scene.ts";

export async function measureMany(scene: Scene): Promise<void> {
  const { counts, origin } = scene;
  await takeTurns(scene, "ten at once", counts.manyRounds, async (candidate, take) => {
    const startedMs = performance.now();
    const starts = Array.from({ length: counts.many }, () => startOf(candidate, `${origin}/mcp`));
    await withHosts(starts, async (hosts) => {
      await Promise.all(hosts.map((host) => host.handshake()));
      take("many.ms", performance.now() - startedMs);
      take("many.cpuMs", sum(hosts.map((host) => host.cpuMs())));
      if (counts.memory === 0) return;
      await settle(counts.settleMs);
      take("many.privateMb", sum(hosts.map((host) => host.memory()?.privateMb)));
    });
  });
}

/** Undefined where one of them cannot be measured. */
function sum(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce((all, one) => (all === undefined || one === undefined ? undefined : all + one), 0);
}
