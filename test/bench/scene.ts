// What every part of the benchmark works with, and how it takes turns.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { StrictIssuer } from "../support/issuers/strict-issuer.ts";
import type { Candidate } from "./candidates.ts";
import type { Counts } from "./counts.ts";
import { Host, type Start } from "./host.ts";
import { rotated, type Samples, type Take } from "./samples.ts";

export interface Scene {
  readonly node: string;
  readonly counts: Counts;
  readonly candidates: readonly Candidate[];
  readonly samples: Samples;
  /** Of the server. */
  readonly origin: string;
  readonly issuer: StrictIssuer;
  /** A folder of this run. */
  readonly folder: string;
  /** What went wrong; the rest is measured nevertheless. */
  readonly failures: string[];
  /** What was not measured, and why. */
  readonly leftOut: string[];
}

const hosts = new Set<Host>();

/** Starts bridges for `work`, and stops them whatever happens. */
export async function withHosts(
  starts: readonly Start[],
  work: (started: readonly Host[]) => Promise<void>,
): Promise<void> {
  const started = starts.map((start) => new Host(start));
  for (const host of started) hosts.add(host);
  try {
    await work(started);
  } finally {
    await Promise.all(started.map((host) => host.stop()));
    for (const host of started) hosts.delete(host);
  }
}

export function withHost(start: Start, work: (host: Host) => Promise<void>): Promise<void> {
  return withHosts([start], async ([host]) => host && work(host));
}

/** For the end of an interrupted run. */
export function killAll(): void {
  for (const host of hosts) host.kill();
}

/**
 * Has each candidate do `work` once a round, another one first each time. Where there are several, a first round that
 * does not count warms the caches. Who fails is left out of the remaining rounds.
 */
export async function takeTurns(
  { candidates, samples, failures }: Pick<Scene, "candidates" | "samples" | "failures">,
  what: string,
  rounds: number,
  work: (candidate: Candidate, take: Take) => Promise<void>,
  warmUp = true,
): Promise<void> {
  const out = new Set<Candidate>();
  for (let round = warmUp && rounds > 1 ? -1 : 0; round < rounds; round += 1)
    for (const candidate of rotated(candidates, round + 1)) {
      if (out.has(candidate)) continue;
      try {
        await work(candidate, round < 0 ? () => {} : samples.of(candidate.name));
      } catch (error) {
        out.add(candidate);
        failures.push(`${candidate.name}, ${what}: ${error instanceof Error ? error.message : error}`);
      }
    }
}

/** Starts the server of `server.ts`, on the same Node as the bridges: the file's pages are then nobody's private memory. */
export async function startServer(
  node: string,
  issuer: string,
): Promise<{ origin: string; stop: () => void }> {
  const child = spawn(node, [path.join(import.meta.dirname, "server.js"), issuer], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { origin: line.toString().trim(), stop: () => child.stdin.end() };
}

/** For memory and idle time: what has to be waited for here is that nothing happens. */
export function settle(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
