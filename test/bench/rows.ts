// The rows of the table, each with its target.
import { median, type Samples } from "./samples.ts";

/** What the program should reach. */
export type Target =
  /** A ratio to the floor, which may be exceeded by so many MB. */
  | { readonly kind: "at-most"; readonly ratio: number; readonly plusMb?: number }
  /** A ratio to the floor, where more is better. */
  | { readonly kind: "at-least"; readonly ratio: number }
  /** A value by itself. */
  | { readonly kind: "value"; readonly atMost: number };

export interface Row {
  readonly metric: string;
  readonly what: string;
  readonly unit: "" | "/s" | "MB" | "ms";
  readonly target: Target;
  /** Ratio of processor time that the program has where it misses the target. It may not get worse in CI. */
  readonly notYet?: number;
}

const atMost = (ratio: number, plusMb?: number): Target => ({
  kind: "at-most",
  ratio,
  ...(plusMb === undefined ? {} : { plusMb }),
});
const atLeast = (ratio: number): Target => ({ kind: "at-least", ratio });
const value = (most: number): Target => ({ kind: "value", atMost: most });

export const ROWS: readonly Row[] = [
  row("start.ms", "start to `tools/list`: time", "ms", atMost(1.15)),
  row("start.cpuMs", "start to `tools/list`: CPU", "ms", atMost(1.15), 1.35),
  row("grant.file.ms", "the same with a stored grant, key in a file: time", "ms", atMost(1.3)),
  row("grant.file.cpuMs", "the same with a stored grant, key in a file: CPU", "ms", atMost(1.3), 1.65),
  row("grant.keychain.ms", "the same with a stored grant, key in the keychain: time", "ms", atMost(1.5)),
  row(
    "grant.keychain.cpuMs",
    "the same with a stored grant, key in the keychain: CPU",
    "ms",
    atMost(1.5),
    2.2,
  ),
  row("idle.rssMb", "idle: resident memory", "MB", atMost(1.1)),
  row("idle.privateMb", "idle: private memory", "MB", atMost(1.25)),
  row("refresh.privateMb", "after a refresh: private memory", "MB", atMost(1.3)),
  row("signIn.privateMb", "after a sign-in: private memory", "MB", atMost(1.3, 25)),
  row("used.rssMb", "after 5,000 calls: resident memory", "MB", atMost(1.15)),
  row("used.privateMb", "after 5,000 calls: private memory", "MB", atMost(1.3)),
  row("calls.p50Ms", "one call at a time: median time", "ms", atMost(1.1)),
  row("calls.cpuMs", "one call at a time: CPU per call", "ms", atMost(1.2), 1.35),
  row("flood.json.perSecond", "64 in flight, JSON: calls", "/s", atLeast(0.9)),
  row("flood.sse.perSecond", "64 in flight, SSE: calls", "/s", atLeast(0.9)),
  row("flood.json.cpuMs", "64 in flight, JSON: CPU per call", "ms", atMost(1.15), 1.6),
  row("flood.sse.cpuMs", "64 in flight, SSE: CPU per call", "ms", atMost(1.15), 2),
  ...[1, 16, 64, 256].flatMap((mib) => [
    row(`payload.json.${mib}.ms`, `${mib} MiB down, JSON: time`, "ms", atMost(0.8)),
    row(`payload.sse.${mib}.ms`, `${mib} MiB down, SSE: time`, "ms", atMost(0.8)),
    row(`payload.upload.${mib}.ms`, `${mib} MiB up: time`, "ms", atMost(1.05)),
  ]),
  // Linear, with room for what a machine does to single measurements.
  row("payload.json.growth", "largest against 16 MiB, JSON: time per MiB", "", value(1.25)),
  row("payload.sse.growth", "largest against 16 MiB, SSE: time per MiB", "", value(1.25)),
  row("payload.upload.growth", "largest against 16 MiB, up: time per MiB", "", value(1.25)),
  row("many.ms", "ten at once: time", "ms", atMost(1.2)),
  row("many.cpuMs", "ten at once: CPU", "ms", atMost(1.2), 1.45),
  row("many.privateMb", "ten at once: private memory", "MB", atMost(1.25)),
  row("idle.cpuMs", "idle for 10 s: CPU", "ms", value(1)),
  row("install.packages", "installation: packages", "", value(3)),
  row("install.mb", "installation: size", "MB", value(3)),
];

/** How far processor time may be over its target before CI fails: machines differ, and a target is a goal. */
const CHECK_MARGIN = 1.3;

/** One candidate's figure in a row. */
export interface Figure {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly samples: number;
  /** To the floor's median, where the floor has one. */
  readonly ratio?: number;
}

export function figure(samples: Samples, metric: string, name: string, floor: string): Figure | undefined {
  const values = samples.values(metric, name);
  const middle = median(values);
  if (middle === undefined) return undefined;
  const base = median(samples.values(metric, floor));
  return {
    median: middle,
    least: Math.min(...values),
    most: Math.max(...values),
    samples: values.length,
    ...(base ? { ratio: middle / base } : {}),
  };
}

/** Undefined: there is nothing to compare with. */
export function reached(target: Target, own: Figure, floor: Figure | undefined): boolean | undefined {
  switch (target.kind) {
    case "value":
      return own.median <= target.atMost;
    case "at-most":
      return floor && own.median <= floor.median * target.ratio + (target.plusMb ?? 0);
    case "at-least":
      return floor && own.median >= floor.median * target.ratio;
  }
}

/** Whether CI is to fail: a ratio of processor time that is far over its target. */
export function isTooSlow({ metric, target, notYet = 0 }: Row, own: Figure): boolean {
  if (!metric.endsWith(".cpuMs") || target.kind !== "at-most") return false;
  return (own.ratio ?? 0) > Math.max(target.ratio, notYet) * CHECK_MARGIN;
}

function row(metric: string, what: string, unit: Row["unit"], target: Target, notYet?: number): Row {
  return { metric, what, unit, target, ...(notYet === undefined ? {} : { notYet }) };
}
