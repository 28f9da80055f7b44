// Bridges in use: calls one after the other, 64 in flight, and what they take when the work is done. All of them live
// at the same time, and only one works.
import { type Candidate, startOf } from "../candidates.ts";
import type { Echo, Host } from "../host.ts";
import { median, type Take } from "../samples.ts";
import { type Scene, settle, takeTurns, withHosts } from "../scene.ts";

const IN_FLIGHT = 64;
const WARM_UP_CALLS = 300;
const TEXT = "t".repeat(200);

export async function measureCalls(scene: Scene): Promise<void> {
  const starts = scene.candidates.map((candidate) => startOf(candidate, `${scene.origin}/mcp`));
  await withHosts(starts, async (hosts) => {
    const hostOf = new Map(scene.candidates.map((candidate, at) => [candidate, hosts[at]]));
    const each = (what: string, rounds: number, work: (host: Host, take: Take) => Promise<void>) =>
      takeTurns(scene, what, rounds, (candidate, take) => work(present(hostOf, candidate), take), false);
    const { counts } = scene;

    await each("handshake", 1, (host) => host.handshake());
    await each("calls", 1, (host) => oneByOne(host, Math.min(WARM_UP_CALLS, counts.calls), () => {}));
    await each("calls", counts.callRounds, (host, take) => oneByOne(host, counts.calls, take));
    if (counts.callsForMemory > 0) await memoryAfterCalls(scene, each);
    if (counts.idleMs > 0) await idleTime(scene, hostOf);
    for (const sse of [false, true])
      await each("64 in flight", counts.floodRounds, (host, take) =>
        measuredFlood(host, counts.floodCalls, { text: TEXT, sse }, take),
      );
  });
}

type Each = (what: string, rounds: number, work: (host: Host, take: Take) => Promise<void>) => Promise<void>;

async function oneByOne(host: Host, calls: number, take: Take): Promise<void> {
  const tookMs: number[] = [];
  const before = host.cpuMs();
  for (let call = 0; call < calls; call += 1) {
    const startedMs = performance.now();
    await host.echo({ text: TEXT });
    tookMs.push(performance.now() - startedMs);
  }
  take("calls.p50Ms", median(tookMs));
  take("calls.cpuMs", perCall(before, host.cpuMs(), calls));
}

async function memoryAfterCalls({ counts }: Scene, each: Each): Promise<void> {
  const soFar = Math.min(WARM_UP_CALLS, counts.calls) + counts.callRounds * counts.calls;
  await each("calls", 1, (host) => flood(host, Math.max(0, counts.callsForMemory - soFar), { text: TEXT }));
  await settle(counts.settleMs);
  await each("memory", 1, async (host, take) => {
    take("used.rssMb", host.memory()?.rssMb);
    take("used.privateMb", host.memory()?.privateMb);
  });
}

/** Of all at the same time: idle ones do not disturb each other. */
async function idleTime({ counts, samples }: Scene, hostOf: ReadonlyMap<Candidate, Host | undefined>) {
  await settle(counts.settleMs);
  const before = new Map([...hostOf].map(([candidate, host]) => [candidate, host?.cpuMs()]));
  await settle(counts.idleMs);
  for (const [candidate, host] of hostOf)
    samples.of(candidate.name)("idle.cpuMs", perCall(before.get(candidate), host?.cpuMs(), 1));
}

async function measuredFlood(host: Host, calls: number, given: Echo, take: Take): Promise<void> {
  const [cpuBefore, startedMs] = [host.cpuMs(), performance.now()];
  await flood(host, calls, given);
  const kind = given.sse ? "sse" : "json";
  take(`flood.${kind}.perSecond`, (calls * 1_000) / (performance.now() - startedMs));
  take(`flood.${kind}.cpuMs`, perCall(cpuBefore, host.cpuMs(), calls));
}

async function flood(host: Host, calls: number, given: Echo): Promise<void> {
  let left = calls;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await host.echo(given);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}

function perCall(before: number | undefined, after: number | undefined, calls: number): number | undefined {
  return before === undefined || after === undefined ? undefined : (after - before) / calls;
}

function present(hostOf: ReadonlyMap<Candidate, Host | undefined>, candidate: Candidate): Host {
  const host = hostOf.get(candidate);
  if (host === undefined) throw new Error("it was not started");
  return host;
}
