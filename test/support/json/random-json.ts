// Bytes that are JSON, nearly JSON, or not at all, and the verdict of readers that have nothing to do with the bridge's.
import type { Seeded } from "../clocks/seeded.ts";

const SCALARS = [
  "0",
  "-0",
  "1.5e+10",
  "12345678901234567890",
  "-2E-3",
  "true",
  "false",
  "null",
  '""',
  '"ü€😀"',
  '"\\u00e9\\ud83d\\n\\\\\\""',
];
const BLANKS = ["", "", "", " ", "\n", "\r\n\t"];
/** What a mutation puts in: the tokens themselves, and what is wrong nearly everywhere. */
const PIECES = [...'[]{}",:\\/+-.eE019utrfnl \n\t\0\x1f\x7f', "\\u00", "tru", "nul", "01", "1.", "//", "NaN"];
const RAW = [
  [0xff],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe2, 0x82],
  [0xef, 0xbb, 0xbf],
];

/** A JSON document, with a few mistakes or none. */
export function randomJson(random: Seeded): Buffer {
  let bytes: Buffer = Buffer.from(value(random, 1 + random.below(5)));
  for (let count = random.below(4); count > 0; count -= 1) bytes = mutated(bytes, random);
  return bytes;
}

function value(random: Seeded, depth: number): string {
  const blank = () => random.one(BLANKS);
  if (depth === 0 || random.chance(0.3)) return blank() + random.one(SCALARS) + blank();
  const members = Array.from({ length: random.below(4) }, () => value(random, depth - 1));
  if (random.chance(0.5)) return `${blank()}[${members.length > 0 ? members.join(",") : blank()}]${blank()}`;
  const named = members.map(
    (member) => `${blank()}${random.one(['"a"', '"\\u0061"', '""', '"€"'])}${blank()}:${member}`,
  );
  return `${blank()}{${members.length > 0 ? named.join(",") : blank()}}${blank()}`;
}

/** With one piece put in, taken out, or both. */
export function mutated(bytes: Buffer, random: Seeded): Buffer {
  const at = random.below(bytes.length + 1);
  const removed = random.chance(0.5) ? random.below(3) : 0;
  const piece = random.chance(0.15) ? Buffer.from(random.one(RAW)) : Buffer.from(random.one(PIECES));
  const put = random.chance(0.3) ? Buffer.alloc(0) : piece;
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + removed)]);
}

/** What `JSON.parse` behind a strict UTF-8 decoder says. */
export function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}
