// From the start of a process to the list of tools, and what it takes while nothing happens after that.
import { startOf } from "../candidates.ts";
import { type Scene, settle, takeTurns, withHost } from "../scene.ts";

export async function measureStarts(scene: Scene): Promise<void> {
  const { counts, origin } = scene;
  await takeTurns(scene, "start", counts.starts, (candidate, take) =>
    withHost(startOf(candidate, `${origin}/mcp`), async (host) => {
      await host.handshake();
      take("start.ms", host.ageMs);
      take("start.cpuMs", host.cpuMs());
    }),
  );
  await takeTurns(scene, "idle memory", counts.memory, (candidate, take) =>
    withHost(startOf(candidate, `${origin}/mcp`), async (host) => {
      await host.handshake();
      await settle(counts.settleMs);
      take("idle.rssMb", host.memory()?.rssMb);
      take("idle.privateMb", host.memory()?.privateMb);
    }),
  );
}
