// The heap without full collections: what V8 frees by itself, soon and cheaply.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

export function collectMinor(): void {
  collect({ type: "minor" });
}

/** What is in use when everything young was collected, in MiB. */
export function heapMib(): number {
  // Twice collected is old; the third one finds what only that held.
  for (let round = 0; round < 3; round += 1) collectMinor();
  return process.memoryUsage().heapUsed / (1 << 20);
}

/** What stays, in MiB, when `count` things of 32 KiB come and go, each after the next has come. */
export function heldByQueue<T>(
  count: number,
  come: (kept: readonly unknown[]) => T,
  go: (one: T) => void,
): number {
  let last: T | undefined;
  const before = heapMib();
  for (let at = 0; at < count; at += 1) {
    const next = come(new Array(4_096).fill(at));
    if (last !== undefined) go(last);
    last = next;
    if (at % 7 === 0) collectMinor();
  }
  if (last !== undefined) go(last);
  last = undefined;
  return heapMib() - before;
}
