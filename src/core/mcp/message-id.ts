// Ids of messages, which are to be compared by value and kept as they were written.

import type { Span } from "./json-scan.ts";

/** An id as it was written, and a key that is equal for equal values (`1` and `1.0`, `"b"` and `"\u0062"`). */
export interface MessageId {
  /** JSON text: `7`, `12345678901234567890`, `"a"`, `null`; empty where the message has no id. */
  readonly raw: string;
  readonly key: string;
}

/** Of an error without the member, which says what `null` says. */
export const NO_ID: MessageId = { raw: "", key: "null" };

/** @returns undefined: it is neither a string nor a number nor null */
export function readId(bytes: Buffer, { start, end }: Span): MessageId | undefined {
  const raw = bytes.toString("utf8", start, end);
  if (raw.startsWith('"')) {
    const text: unknown = JSON.parse(raw);
    return typeof text === "string" ? { raw, key: `s${text}` } : undefined;
  }
  if (raw === "null") return { raw, key: "null" };
  return /^[-0-9]/.test(raw) ? { raw, key: `n${numberKey(raw)}` } : undefined;
}

/** Integers of any size are compared exactly; the rest as the double that every reader makes of them. */
function numberKey(raw: string): string {
  if (/^-?\d+$/.test(raw)) return raw === "-0" ? "0" : raw;
  const value = Number(raw);
  return Number.isSafeInteger(value) ? String(value) : `~${value}`;
}

/** Would a reader that keeps numbers as doubles take the two ids for one? Remotes written in JavaScript do. */
export function sameAsDouble(a: MessageId, b: MessageId): boolean {
  return a.key.startsWith("n") && b.key.startsWith("n") && Number(a.raw) === Number(b.raw);
}
