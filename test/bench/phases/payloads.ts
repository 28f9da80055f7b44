// Large messages in both directions, each size in a new process, and whether the time grows with the size alone.
import { startOf } from "../candidates.ts";
import type { Host } from "../host.ts";
import { median, type Take } from "../samples.ts";
import { type Scene, takeTurns, withHost } from "../scene.ts";

const MIB = 2 ** 20;
/** What is around the text of a message; with it, the largest one is as large as the program allows by default. */
const AROUND_BYTES = 1_024;
/** A small one takes so little time that it is sent several times. */
const TIMES = 5;

const KINDS = {
  json: (host: Host, size: number) => host.echo({ size, sse: false }),
  sse: (host: Host, size: number) => host.echo({ size, sse: true }),
  upload: (host: Host, size: number) => host.upload(Buffer.alloc(size, "u")),
} as const;

export async function measurePayloads(scene: Scene): Promise<void> {
  const { counts, origin } = scene;
  for (const mib of counts.payloadMib)
    await takeTurns(
      scene,
      `${mib} MiB`,
      mib > 16 ? Math.min(1, counts.payloadRounds) : counts.payloadRounds,
      (candidate, take) =>
        withHost(startOf(candidate, `${origin}/mcp`), async (host) => {
          await host.handshake();
          await host.echo({ text: "first" });
          for (const kind of Object.keys(KINDS) as (keyof typeof KINDS)[]) await timed(host, kind, mib, take);
        }),
      false,
    );
  for (const { name } of scene.candidates) growth(scene, name);
}

async function timed(host: Host, kind: keyof typeof KINDS, mib: number, take: Take): Promise<void> {
  const tookMs: number[] = [];
  for (let time = 0; time < (mib > 1 ? 1 : TIMES); time += 1) {
    const startedMs = performance.now();
    await KINDS[kind](host, mib * MIB - AROUND_BYTES);
    tookMs.push(performance.now() - startedMs);
  }
  take(`payload.${kind}.${mib}.ms`, median(tookMs));
}

/** Time per MiB of the largest, as a multiple of that of the second size. 1: the time grows with the size alone. */
function growth({ samples, counts }: Scene, name: string): void {
  const [large = 1, small = 1] = [counts.payloadMib.at(-1), counts.payloadMib[1]];
  for (const kind of Object.keys(KINDS)) {
    const perMib = (mib: number) =>
      (median(samples.values(`payload.${kind}.${mib}.ms`, name)) ?? Number.NaN) / mib;
    const grown = perMib(large) / perMib(small);
    if (large > small && !Number.isNaN(grown)) samples.of(name)(`payload.${kind}.growth`, grown);
  }
}
