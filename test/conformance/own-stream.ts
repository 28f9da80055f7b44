// When the bridge has asked for the server's own stream: a scenario counts the GET requests that come after a call.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { StdioHost } from "../support/hosts/stdio-host.ts";

/** The stream is open, or there will be none: the server has none, or one of the other era or transport. */
const SETTLED = /"event":"(?:stream\.open|stream\.none|stream\.failed|sse\.open)"|"remote":"modern"/;
/** A host would not wait at all; a server that leaves the GET unanswered must not hold up the run. */
const LONGEST_MS = 5_000;

/** Waits until the debug log tells that the bridge has asked for the server's own stream. The program runs with `--debug`. */
export async function ownStreamSettled(host: StdioHost): Promise<void> {
  const [, file = ""] = await host.stderrMatching(/Debug events go to (\S+)/);
  const end = performance.now() + LONGEST_MS;
  while (performance.now() < end && !SETTLED.test(readFileSync(file, "utf8"))) await sleep(10);
}
