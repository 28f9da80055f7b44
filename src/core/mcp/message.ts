// One JSON-RPC message as it travels: its bytes, untouched, and what the bridge must know to carry it.

import { isUtf8 } from "node:buffer";
import { type ScannedObject, type Span, scanArray, scanObject, skipBlank } from "./json-scan.ts";

export type JsonObject = { readonly [name: string]: unknown };

/** An id as it was written, and a key that is equal for equal values (`1` and `1.0`, `"b"` and `"\u0062"`). */
export interface MessageId {
  /** JSON text: `7`, `12345678901234567890`, `"a"`, `null`. */
  readonly raw: string;
  readonly key: string;
}

interface Carried {
  /** One line without its end. */
  readonly bytes: Buffer;
  readonly value: JsonObject;
}

export interface RequestMessage extends Carried {
  readonly kind: "request";
  readonly id: MessageId;
  readonly method: string;
}

export interface NotificationMessage extends Carried {
  readonly kind: "notification";
  readonly method: string;
  /** `params.requestId`, of `notifications/cancelled`. */
  readonly requestId: MessageId | undefined;
}

export interface ResponseMessage extends Carried {
  readonly kind: "response";
  readonly id: MessageId;
}

export type Message = RequestMessage | NotificationMessage | ResponseMessage;

/** JSON-RPC 2.0 batch, which revision 2025-03-26 allows. */
export interface Batch {
  readonly kind: "batch";
  readonly bytes: Buffer;
  readonly members: readonly (Message | Unreadable)[];
}

/** Bytes that are not one clear message. */
export interface Unreadable {
  readonly kind: "unreadable";
  /** -32700 not JSON, -32600 JSON but no message. */
  readonly rpcCode: -32700 | -32600;
  /** Completes "The message ...". */
  readonly reason: string;
  /** The id it would have had, where that is certain. */
  readonly id: MessageId | undefined;
  /** It has no method: it was meant as a response, and nobody waits for an answer to it. */
  readonly response: boolean;
}

const TOP_LEVEL = new Set(["id", "method", "params"]);
const IN_PARAMS = new Set(["name", "uri", "requestId"]);
const LINE_ENDS = /[\r\n]/g;

/**
 * Reads one line of the host, one JSON answer or the data of one event. `bytes` may carry a BOM and line ends
 * between tokens (valid JSON has them nowhere else); the message's own `bytes` do not, else they are the same memory.
 * Refused: what two readers could read as two messages, because `id`, `method`, `params`, or in `params` `name` or
 * `uri`, is there twice.
 */
export function readMessage(bytes: Buffer): Message | Batch | Unreadable {
  const body = startsWithBom(bytes) ? bytes.subarray(3) : bytes;
  if (!isUtf8(body)) return unreadable(-32700, "is not UTF-8");
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    return unreadable(-32700, "is not JSON");
  }
  const line = onOneLine(body);
  if (!Array.isArray(value)) return readOne(line, value);
  if (value.length === 0) return unreadable(-32600, "is an empty batch");
  const spans = scanArray(line, skipBlank(line, 0));
  const members = spans.map(({ start, end }, at) => readOne(line.subarray(start, end), value[at]));
  return { kind: "batch", bytes: line, members };
}

function readOne(bytes: Buffer, value: unknown): Message | Unreadable {
  if (!isObject(value)) return unreadable(-32600, "is not a JSON object");
  const top = scanObject(bytes, skipBlank(bytes, 0), TOP_LEVEL);
  const idSpan = top.members.get("id");
  const id = idSpan && readId(bytes, idSpan);
  if (top.repeated !== undefined) {
    return unreadable(-32600, `has ${top.repeated} twice`, top.repeated === "id" ? undefined : id);
  }
  const params = scanParams(bytes, top);
  if (params?.repeated === "name" || params?.repeated === "uri") {
    return unreadable(-32600, `has params.${params.repeated} twice`, id);
  }
  if (idSpan && !id) return unreadable(-32600, "has an id that is neither a string nor a number");
  if (value.jsonrpc !== "2.0") return unreadable(-32600, 'lacks "jsonrpc": "2.0"', id);
  if (!top.members.has("method")) return readResponse(bytes, value, id);
  // A reader that looks for a result first would take it for the answer to one of its own requests.
  // Some libraries write all four members and leave two of them null.
  if ((value.result ?? value.error ?? null) !== null)
    return unreadable(-32600, "is a request and a response in one", id);
  const method = value.method;
  if (typeof method !== "string") return unreadable(-32600, "has a method that is not a string", id);
  if (id) return { kind: "request", bytes, value, id, method };
  const requestSpan = params?.members.get("requestId");
  return {
    kind: "notification",
    bytes,
    value,
    method,
    requestId: requestSpan && readId(bytes, requestSpan),
  };
}

/** A response that a host would drop as malformed counts as unreadable: the host would wait for ever. */
function readResponse(
  bytes: Buffer,
  value: JsonObject,
  id: MessageId | undefined,
): ResponseMessage | Unreadable {
  if (!id) return unreadable(-32600, "has neither method nor id", undefined, true);
  const error = value.error;
  const wellFormed =
    error === undefined
      ? isObject(value.result)
      : isObject(error) && Number.isInteger(error.code) && typeof error.message === "string";
  if (!wellFormed) return unreadable(-32600, "has neither a result object nor a complete error", id, true);
  return { kind: "response", bytes, value, id };
}

function scanParams(bytes: Buffer, top: ScannedObject): ScannedObject | undefined {
  const span = top.members.get("params");
  return span && bytes[span.start] === 0x7b ? scanObject(bytes, span.start, IN_PARAMS) : undefined;
}

function readId(bytes: Buffer, span: Span): MessageId | undefined {
  const raw = bytes.toString("utf8", span.start, span.end);
  if (raw.startsWith('"')) return { raw, key: `s${JSON.parse(raw)}` };
  if (raw === "null") return { raw, key: "null" };
  return /^[-0-9]/.test(raw) ? { raw, key: `n${numberKey(raw)}` } : undefined;
}

/** Integers of any size are compared exactly; the rest as the double that every reader makes of them. */
function numberKey(raw: string): string {
  if (/^-?\d+$/.test(raw)) return raw === "-0" ? "0" : raw;
  const value = Number(raw);
  return Number.isSafeInteger(value) ? String(value) : `~${value}`;
}

/** A batch of these members, byte for byte. */
export function batchOf(members: readonly Message[]): Batch {
  const parts = members.flatMap(({ bytes }, at) => [Buffer.from(at === 0 ? "[" : ","), bytes]);
  return { kind: "batch", bytes: Buffer.concat([...parts, Buffer.from("]")]), members };
}

/** Would a reader that keeps numbers as doubles take the two ids for one? Remotes written in JavaScript do. */
export function sameAsDouble(a: MessageId, b: MessageId): boolean {
  return a.key.startsWith("n") && b.key.startsWith("n") && Number(a.raw) === Number(b.raw);
}

/** The bytes with another id in the place of their own; every other byte stays. */
export function withId({ bytes }: RequestMessage | ResponseMessage, id: MessageId): Buffer {
  const span = scanObject(bytes, skipBlank(bytes, 0), TOP_LEVEL).members.get("id");
  if (!span) return bytes;
  return Buffer.concat([bytes.subarray(0, span.start), Buffer.from(id.raw), bytes.subarray(span.end)]);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unreadable(rpcCode: -32700 | -32600, reason: string, id?: MessageId, response = false): Unreadable {
  return { kind: "unreadable", rpcCode, reason, id, response };
}

function startsWithBom(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function onOneLine(bytes: Buffer): Buffer {
  if (bytes.indexOf(0x0a) < 0 && bytes.indexOf(0x0d) < 0) return bytes;
  return Buffer.from(bytes.toString("latin1").replace(LINE_ENDS, " "), "latin1");
}
