// Server-sent events, against a reader of whole lines as the standard tells it (WHATWG HTML 9.2.6).
import { createSseParser } from "../../src/bridge/transport/sse-parser.ts";
import { seeded } from "../support/clocks/seeded.ts";
import { chunks, difference, type FuzzTarget, pieced } from "./target.ts";

const PIECES = [
  "data",
  "data:",
  "data: x",
  "data:  {}",
  "event: ping",
  "event",
  "id: 7",
  "id",
  "id: \0",
  "retry: 15",
  "retry: 1x",
  ": comment",
  "dat",
  ":",
  " ",
  "\n",
  "\n",
  "\n\n",
  "\r",
  "\r\n",
  "\r\n",
  "\u20ac",
  "\ufeff",
];

type Told = readonly [what: string, ...details: (string | number)[]];

export const sse: FuzzTarget = (seed) => {
  const random = seeded(seed);
  const text = pieced(random, PIECES, 40);
  const ours: Told[] = [];
  const parser = createSseParser(1 << 20, {
    onEvent: ({ type, data }) => ours.push(["event", type, data.toString()]),
    onId: (id) => ours.push(["id", id]),
    onRetry: (ms) => ours.push(["retry", ms]),
    onTooLarge: () => ours.push(["too large"]),
  });
  for (const chunk of chunks(Buffer.from(text), random)) parser.push(chunk);
  return difference(text, ours, readWhole(text));
};

function readWhole(text: string): Told[] {
  const told: Told[] = [];
  const all = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/);
  let data = "";
  let type = "";
  let id: string | undefined;
  for (const line of all.slice(0, -1)) {
    if (line === "") {
      if (id !== undefined) told.push(["id", id]);
      if (data !== "") told.push(["event", type || "message", data.slice(0, -1)]);
      [data, type, id] = ["", "", undefined];
      continue;
    }
    const [, name, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === "data") data += `${value}\n`;
    if (name === "event") type = value;
    if (name === "id" && !value.includes("\0")) id = value;
    if (name === "retry" && /^[0-9]+$/.test(value)) told.push(["retry", Number.parseInt(value, 10)]);
  }
  return told;
}
