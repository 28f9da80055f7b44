// What goes to the remote in one POST, with what sending it must know.

import type { Batch, Message, RequestMessage, ResponseMessage, Unreadable } from "../../core/mcp/message.ts";
import { methodFacts } from "../../core/mcp/methods.ts";
import type { Credentials, RequestCause } from "../../core/ports/authorizer.ts";
import type { RequestHandle } from "../../core/ports/http.ts";
import type { PendingRequest } from "./pending-request.ts";

/** Takes a request or notification that came with an answer. */
export type OnAccompanying = (message: Exclude<Message, ResponseMessage>) => void;

/** A message of a host that speaks the modern era by itself. */
export interface ModernOrigin {
  /** Takes the message back unanswered: the remote does not speak this era, or cannot be reached now. */
  readonly handBack: () => void;
}

/** Who said a message that did not come from the host as it is. */
export interface MessageOrigin {
  /** One line without its end. @param response of the remote, which it is or was made of; undefined: the bridge's own */
  readonly onAnswer: (answer: Buffer, response: ResponseMessage | undefined) => void;
  readonly onMessage: OnAccompanying;
  readonly modern?: ModernOrigin | undefined;
}

/** Filled in by who sends. */
export interface Signed {
  /** Undefined: nobody was signed in. */
  by?: Credentials | undefined;
}

export interface OutboundMessage {
  /** What `bytes` are. */
  readonly message: Message | Batch;
  /** Sent as they are. */
  readonly bytes: Buffer;
  /** Sent with it, besides what every request has. Lower-case names. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The requests in it; none in a notification or an answer of the host. */
  readonly requests: readonly PendingRequest[];
  /** Method and name, such as `tools/call:delete`: what a step-up is counted for. */
  readonly operation: string;
  readonly cause: RequestCause;
  /** May the remote get it twice? */
  readonly safe: boolean;
  /** It speaks of one session, and means nothing in the next: an answer to the remote, a cancellation. */
  readonly ofOneSession: boolean;
  /** It is an `initialize`: goes without a session and makes one. */
  readonly handshake: boolean;
  /** Nothing overtakes it: `notifications/initialized`. */
  readonly first: boolean;
  /** No time limit of ours on its answer. */
  readonly unlimited: boolean;
  /** Joins the events of a host's message, of its HTTP requests and of a sign-in; absent: nobody asked for it. */
  readonly correlation: number | undefined;
  /** Ends the HTTP request that carries it now. */
  readonly handle: RequestHandle;
  /** What it was last sent with. */
  readonly signed: Signed;
  /** Gets what comes with the answers, in place of the host. */
  readonly onMessage?: OnAccompanying | undefined;
  /** It is of the modern era already. */
  readonly modern?: ModernOrigin | undefined;
  /** To hang up is to cancel, as the modern era has it. */
  readonly closesOnCancel?: boolean;
}

/** Does the last known tool list call it read-only or idempotent? */
export type ToolSafety = (tool: string) => boolean;

export interface OutboundOptions {
  /** Default: as of an unknown tool, which may do anything. */
  readonly toolSafety?: ToolSafety;
  /** Default: what the method says. */
  readonly cause?: RequestCause;
  /** Default: its own method and name. */
  readonly operation?: string | undefined;
  readonly correlation?: number | undefined;
  readonly onMessage?: OnAccompanying | undefined;
  readonly modern?: ModernOrigin | undefined;
}

export function createOutboundMessage(
  message: Message | Batch,
  requests: readonly PendingRequest[],
  { toolSafety = neverSafe, cause, operation, correlation, onMessage, modern }: OutboundOptions = {},
): OutboundMessage {
  const method = "method" in message ? message.method : undefined;
  return {
    message,
    bytes: message.bytes,
    requests,
    operation: operation ?? operationOf(message),
    cause: cause ?? causeOf(message),
    safe: isSafe(message, toolSafety),
    ofOneSession: isOfOneSession(message),
    handshake: message.kind === "request" && method === "initialize",
    first: hasFact(message, "first"),
    unlimited: hasFact(message, "unlimited"),
    correlation,
    handle: {},
    signed: {},
    onMessage,
    modern,
  };
}

/** True when every request in it is answered or given up. Never where there is none in it. */
export function isSettled(outbound: OutboundMessage): boolean {
  return outbound.requests.length > 0 && outbound.requests.every((pending) => pending.done);
}

/** The same, also where an answer is kept back: nothing more is to come. */
export function isAnswered({ requests }: OutboundMessage): boolean {
  return requests.length > 0 && requests.every(({ done, kept }) => done || kept !== undefined);
}

/** The tool that a request calls, if it calls one. */
export function calledTool(request: RequestMessage): string | undefined {
  return request.method === "tools/call" ? request.value.param("name") : undefined;
}

const neverSafe = (): boolean => false;

function operationOf(message: Message | Batch): string {
  if (message.kind === "batch") return "batch";
  if (message.kind === "response") return "response";
  const name = message.value.param("name") ?? message.value.param("uri");
  return name === undefined ? message.method : `${message.method}:${name}`;
}

function causeOf(message: Message | Batch): RequestCause {
  return message.kind === "request" && !methodFacts(message.method).background ? "host" : "background";
}

function isOfOneSession(message: Message | Batch | Unreadable): boolean {
  if (message.kind === "batch") return message.members.every(isOfOneSession);
  return (
    message.kind === "response" || ("method" in message && methodFacts(message.method).ofOneSession === true)
  );
}

function hasFact(message: Message | Batch | Unreadable, fact: "first" | "unlimited"): boolean {
  if (message.kind === "batch") return message.members.some((member) => hasFact(member, fact));
  return "method" in message && methodFacts(message.method)[fact] === true;
}

function isSafe(message: Message | Batch | Unreadable, toolSafety: ToolSafety): boolean {
  if (message.kind === "unreadable") return true;
  if (message.kind === "batch") return message.members.every((member) => isSafe(member, toolSafety));
  if (message.kind === "response") return false;
  if (methodFacts(message.method).safe) return true;
  const tool = message.kind === "request" ? calledTool(message) : undefined;
  return tool !== undefined && toolSafety(tool);
}
