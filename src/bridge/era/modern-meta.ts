// What a request of the modern era says of itself, in `_meta` (2026-07-28, basic/index).

import { isObject, type JsonObject, type Message } from "../../core/mcp/message.ts";
import { RawObject } from "./raw-object.ts";

export const META = {
  protocolVersion: "io.modelcontextprotocol/protocolVersion",
  clientInfo: "io.modelcontextprotocol/clientInfo",
  clientCapabilities: "io.modelcontextprotocol/clientCapabilities",
  logLevel: "io.modelcontextprotocol/logLevel",
  serverInfo: "io.modelcontextprotocol/serverInfo",
  subscriptionId: "io.modelcontextprotocol/subscriptionId",
} as const;

/** `params._meta`, also of messages that are too large to be read as a whole. */
export function metaOf({ value, bytes }: Pick<Message, "value" | "bytes">): JsonObject {
  const { params } = value;
  if (isObject(params) && isObject(params._meta)) return params._meta;
  if (bytes.length <= SMALL_BYTES) return {};
  const meta = new RawObject(bytes).object("params").read("_meta");
  return isObject(meta) ? meta : {};
}

/** Messages up to here are read whole. */
const SMALL_BYTES = 256 << 10;

/** The protocol version that a request of the modern era names; undefined: it is none. */
export function modernVersionOf(message: Pick<Message, "value" | "bytes">): string | undefined {
  const version = metaOf(message)[META.protocolVersion];
  return typeof version === "string" ? version : undefined;
}

/** A JSON-RPC error that answers a request. */
export interface RequestFault {
  readonly code: number;
  readonly message: string;
  readonly data?: object;
}

export const LACKS_VERSION = invalidParams(`_meta lacks ${META.protocolVersion}`);

/** @param reason the end of "Invalid params: ..." */
export function invalidParams(reason: string): RequestFault {
  return { code: -32602, message: `Invalid params: ${reason}` };
}
