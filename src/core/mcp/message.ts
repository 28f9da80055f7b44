// One JSON-RPC message as it travels: its bytes, untouched, and what the bridge must know to carry it.

import { isUtf8 } from "node:buffer";
import { OPEN_BRACE } from "./json-bytes.ts";
import { isObject } from "./json-object.ts";
import type { Span } from "./json-scan.ts";
import { type MessageId, NO_ID, readId } from "./message-id.ts";
import {
  MAX_BATCH,
  type MessageOutline,
  OutlineReader,
  type Outlines,
  PARSED_BYTES,
  parsedOutlines,
} from "./message-outline.ts";
import { MessageValue, SMALL_BYTES } from "./message-value.ts";
import { isKnownMethod } from "./methods.ts";

export { isObject, type JsonObject } from "./json-object.ts";
export { type MessageId, sameAsDouble } from "./message-id.ts";
export type { MessageValue } from "./message-value.ts";

interface Carried {
  /** One line without its end. */
  readonly bytes: Buffer;
  readonly value: MessageValue;
}

export interface RequestMessage extends Carried {
  readonly kind: "request";
  readonly id: MessageId;
  /** Where the id lies in `bytes`. */
  readonly idStart: number;
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
  /** Of an error that has none, `NO_ID`. */
  readonly id: MessageId;
  /** Where the id lies in `bytes`, or would. */
  readonly idStart: number;
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

/** So many bytes are looked at before other work has its turn: some 10 ms, 50 on a slow computer. */
const PART_BYTES = 512 << 10;
/** A name or address that is longer means no good, and would have to be read whole. */
const LONGEST_BYTES = 64 << 10;
/** Ids are kept for as long as a request is open, and of those there may be ten thousand. */
const LONGEST_ID_BYTES = 4 << 10;

/**
 * Reads one line of the host, one JSON answer or the data of one event. A BOM before it is left out; line ends between
 * tokens (valid JSON has them nowhere else) become blanks, in `bytes` itself, which are the message's from now on.
 * Refused: what two readers could read as two messages, because a member that says what the message is, or `name`, `uri`,
 * `cursor` or `requestId` in `params`, is there twice, or once in another spelling that some readers take for it.
 */
export function readMessage(bytes: Buffer): Message | Batch | Unreadable {
  const body = withoutBom(bytes);
  if (!isUtf8(body)) return unreadable(-32700, "is not UTF-8");
  if (body.length <= PARSED_BYTES) return messagesIn(body, parsedOutlines(body));
  const reader = new OutlineReader(body);
  reader.advance(body.length);
  return messagesIn(body, reader);
}

/** The same in parts, between which `turn` lets other work have its turn. @param bytes see `isLarge` */
export async function readLargeMessage(
  bytes: Buffer,
  turn: () => Promise<void>,
): Promise<Message | Batch | Unreadable> {
  const body = withoutBom(bytes);
  if (!isUtf8(body)) return unreadable(-32700, "is not UTF-8");
  const reader = new OutlineReader(body);
  while (!reader.advance(PART_BYTES)) await turn();
  return messagesIn(body, reader);
}

/** Is it worth the detour to read these bytes in parts? */
export function isLarge(bytes: Buffer): boolean {
  return bytes.length > SMALL_BYTES;
}

function messagesIn(bytes: Buffer, outlines: Outlines): Message | Batch | Unreadable {
  const { fault, isBatch, count, messages } = outlines;
  if (fault === "syntax") return unreadable(-32700, "is not JSON");
  if (fault === "depth") return unreadable(-32600, "is nested deeper than allowed");
  const [first] = messages;
  if (first === undefined) return unreadable(-32600, "is an empty batch");
  if (!isBatch) return readOne(bytes, bytes, first);
  if (count > MAX_BATCH) return unreadable(-32600, `is a batch of more than ${MAX_BATCH} messages`);
  const members = messages.map((one) => readOne(bytes, bytes.subarray(one.start, one.end), one));
  return { kind: "batch", bytes, members };
}

/** @param all the bytes that the outline's positions are in, of which `bytes` are this message's */
function readOne(all: Buffer, bytes: Buffer, outline: MessageOutline): Message | Unreadable {
  const { members, start, parsed } = outline;
  if (all[start] !== OPEN_BRACE) return unreadable(-32600, "is not a JSON object");
  // Nothing in a small message is long, and in such most is read the fast way.
  const small = isObject(parsed) ? parsed : undefined;
  const tooLong = small ? undefined : tooLongIn(outline);
  if (tooLong !== undefined) return unreadable(-32600, tooLong);
  const idSpan = members.get("id");
  const isIdLong = idSpan !== undefined && idSpan.end - idSpan.start > LONGEST_ID_BYTES;
  const id = isIdLong ? undefined : idSpan && readId(all, idSpan);
  const methodSpan = members.get("method");
  const method = small ? small.method : methodSpan && readShort(all, methodSpan);
  if (outline.repeated || outline.variants) {
    const doubt = doubtOf(outline, method);
    const isIdClear = !outline.repeated?.has("id") && !outline.variants?.has("id");
    if (doubt !== undefined) return unreadable(-32600, doubt, isIdClear ? id : undefined);
  }
  if (isIdLong)
    return unreadable(-32600, `has an id of more than ${LONGEST_ID_BYTES >> 10} KiB`, undefined, !methodSpan);
  if (idSpan && !id) return unreadable(-32600, "has an id that is neither a string nor a number");
  const versionSpan = members.get("jsonrpc");
  const version = small ? small.jsonrpc : versionSpan && readShort(all, versionSpan);
  if (version !== "2.0") return unreadable(-32600, 'lacks "jsonrpc": "2.0"', id);
  const value = new MessageValue(all, outline);
  const idStart = (idSpan?.start ?? start + 1) - (all === bytes ? 0 : start);
  if (methodSpan === undefined) {
    const isError = members.has("error");
    // JSON-RPC 5: the id of an error is null where the request's was not known; some leave it out (2025-11-25 lets them).
    if (!id && !isError) return unreadable(-32600, "has neither method nor id", undefined, true);
    if (!isError && !members.has("result"))
      return unreadable(-32600, "has neither a result nor an error", id, true);
    return { kind: "response", bytes, value, id: id ?? NO_ID, idStart };
  }
  // A reader that looks for a result first would take it for the answer to one of its own requests.
  // Some libraries write all four members and leave two of them null.
  if (isThere(all, members.get("result")) || isThere(all, members.get("error")))
    return unreadable(-32600, "is a request and a response in one", id);
  if (typeof method !== "string") return unreadable(-32600, "has a method that is not a string", id);
  if (id) return { kind: "request", bytes, value, id, idStart, method };
  const requestSpan = members.get("params.requestId");
  return { kind: "notification", bytes, value, method, requestId: requestSpan && readId(all, requestSpan) };
}

/** Why two readers could see two messages, as the end of "The message ..."; undefined: they could not. */
function doubtOf({ members, repeated, variants }: MessageOutline, method: unknown): string | undefined {
  for (const path of repeated ?? []) return `has ${path} twice`;
  for (const path of variants ?? []) {
    const isInside = path.includes(".");
    // Methods that the bridge does not know may have parameters of any spelling.
    if (!isInside || members.has(path) || (typeof method === "string" && isKnownMethod(method)))
      return `has a member that some readers take for ${path}`;
  }
  return undefined;
}

function tooLongIn({ members }: MessageOutline): string | undefined {
  for (const [path, { start, end }] of members) {
    if ((path === "id" || path.startsWith("params.")) && end - start > LONGEST_BYTES)
      return `has ${path} of more than ${LONGEST_BYTES >> 10} KiB`;
  }
  return undefined;
}

/** A string or number, if it is short; undefined where it is not. */
function readShort(bytes: Buffer, { start, end }: Span): unknown {
  if (end - start > LONGEST_BYTES) return undefined;
  const text = bytes.toString("utf8", start, end);
  return text.startsWith('"') && !text.includes("\\") ? text.slice(1, -1) : JSON.parse(text);
}

function isThere(bytes: Buffer, span: Span | undefined): boolean {
  // Of all values only `null` begins with an n.
  return span !== undefined && bytes[span.start] !== 0x6e;
}

/** A batch of these members, byte for byte. */
export function batchOf(members: readonly Message[]): Batch {
  const parts = members.flatMap(({ bytes }, at) => [Buffer.from(at === 0 ? "[" : ","), bytes]);
  return { kind: "batch", bytes: Buffer.concat([...parts, Buffer.from("]")]), members };
}

/** The bytes with another id in the place of their own, or as their first member; every other byte stays. */
export function withId({ bytes, id, idStart }: RequestMessage | ResponseMessage, other: MessageId): Buffer {
  const idEnd = idStart + Buffer.byteLength(id.raw);
  const written = id.raw === "" ? `"id":${other.raw},` : other.raw;
  return Buffer.concat([bytes.subarray(0, idStart), Buffer.from(written), bytes.subarray(idEnd)]);
}

function unreadable(rpcCode: -32700 | -32600, reason: string, id?: MessageId, response = false): Unreadable {
  return { kind: "unreadable", rpcCode, reason, id, response };
}

function withoutBom(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
