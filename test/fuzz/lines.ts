// The host's lines, against one cut of the whole.
import { createLineSplitter } from "../../src/bridge/host/line-splitter.ts";
import { MemoryLedger } from "../../src/bridge/transport/memory-ledger.ts";
import { seeded } from "../support/clocks/seeded.ts";
import { chunks, difference, type FuzzTarget, pieced } from "./target.ts";

const MOST = 24;

export const lines: FuzzTarget = (seed) => {
  const random = seeded(seed);
  const text = pieced(random, ["a", "{}", "\n", "\n", "\r\n", "\r", "\xe2\x82\xac", "0123456789"], 30);
  const ours: string[] = [];
  const split = createLineSplitter(
    MOST,
    new MemoryLedger(1_000),
    (line) => ours.push(line.toString("latin1")),
    () => ours.push("too long"),
  );
  for (const chunk of chunks(Buffer.from(text, "latin1"), random)) split(chunk);
  const parts = text.split("\n");
  // A line that is too long is told before it ends.
  const rest = (parts.pop() ?? "").length > MOST ? ["too long"] : [];
  const reference = parts.map((line) => (line.length > MOST ? "too long" : line.replace(/\r$/, "")));
  return difference(text, ours, [...reference, ...rest]);
};
