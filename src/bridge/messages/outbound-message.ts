// What goes to the remote in one POST, with what delivery must know about it.

import type { Batch, JsonObject, Message } from "../../core/mcp/message.ts";
import { isObject } from "../../core/mcp/message.ts";
import type { RequestCause } from "../../core/ports/authorizer.ts";
import type { PendingRequest } from "./pending-request.ts";

export interface OutboundMessage {
  /** Sent as they are. */
  readonly bytes: Buffer;
  /** The requests in it; none in a notification or an answer of the host. */
  readonly requests: readonly PendingRequest[];
  /** Method and name, such as `tools/call:delete`: what a step-up is counted for. */
  readonly operation: string;
  readonly cause: RequestCause;
  /** May the remote get it twice? */
  readonly safe: boolean;
  /** It is an `initialize`: goes without a session and makes one. */
  readonly handshake: boolean;
}

/** Does the last known tool list call it read-only or idempotent? */
export type ToolSafety = (tool: string) => boolean;

/** Reading these, or saying them twice, changes nothing at the remote (NET-3). */
const SAFE_METHODS = new Set([
  "initialize",
  "ping",
  "tools/list",
  "prompts/list",
  "prompts/get",
  "resources/list",
  "resources/read",
  "resources/templates/list",
  "resources/subscribe",
  "resources/unsubscribe",
  "completion/complete",
  "logging/setLevel",
  "notifications/initialized",
  "notifications/cancelled",
  "notifications/roots/list_changed",
]);

export function createOutboundMessage(
  message: Message | Batch,
  requests: readonly PendingRequest[],
  toolSafety: ToolSafety,
  cause?: RequestCause,
): OutboundMessage {
  return {
    bytes: message.bytes,
    requests,
    operation: operationOf(message),
    cause: cause ?? causeOf(message),
    safe: isSafe(message, toolSafety),
    handshake: message.kind === "request" && message.method === "initialize",
  };
}

/** True when every request in it is answered or given up. Never for a parcel without requests. */
export function isSettled(outbound: OutboundMessage): boolean {
  return outbound.requests.length > 0 && outbound.requests.every((pending) => pending.done);
}

/** A decoded string of `params`. */
export function paramOf(value: JsonObject, name: string): string | undefined {
  const { params } = value;
  const found = isObject(params) ? params[name] : undefined;
  return typeof found === "string" ? found : undefined;
}

function operationOf(message: Message | Batch): string {
  if (message.kind === "batch") return "batch";
  if (message.kind === "response") return "response";
  const name = paramOf(message.value, "name") ?? paramOf(message.value, "uri");
  return name === undefined ? message.method : `${message.method}:${name}`;
}

/** A ping comes from a timer in the host, not from its person: it opens no browser. */
function causeOf(message: Message | Batch): RequestCause {
  return message.kind === "request" && message.method !== "ping" ? "host" : "background";
}

function isSafe(message: Message | Batch | { kind: "unreadable" }, toolSafety: ToolSafety): boolean {
  if (message.kind === "unreadable") return true;
  if (message.kind === "batch") return message.members.every((member) => isSafe(member, toolSafety));
  if (message.kind === "response") return false;
  if (SAFE_METHODS.has(message.method)) return true;
  const tool = message.method === "tools/call" ? paramOf(message.value, "name") : undefined;
  return tool !== undefined && toolSafety(tool);
}
