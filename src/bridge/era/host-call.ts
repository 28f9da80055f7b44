// One request of a modern host as a legacy remote has it, over as many requests of the host as its questions take.

import {
  type JsonObject,
  type MessageId,
  type RequestMessage,
  type ResponseMessage,
  sameAsDouble,
} from "../../core/mcp/message.ts";
import { readId } from "../../core/mcp/message-id.ts";
import { type InputRequest, notDeclared } from "./input-requests.ts";
import type { RemoteQuestion } from "./input-required.ts";
import { META, metaOf } from "./modern-meta.ts";
import { RawObject } from "./raw-object.ts";
import { declaredCapabilities } from "./to-legacy.ts";

export class HostCall {
  /** As the host sent it first. */
  readonly message: RequestMessage;
  /** Of the request to the remote. */
  id: MessageId;
  /** Of the host's request that waits; undefined: the host has to send it again. */
  hostId: MessageId | undefined;
  /** Open ones, by the bridge's names for them. */
  readonly questions = new Map<string, RemoteQuestion>();
  /** The remote's answer, if nobody waits for it. */
  answer: ResponseMessage | undefined;
  /** Is to be sent to the remote again when the questions are answered. */
  isToRepeat = false;
  /** When the host can no longer take it up, while nothing of it waits. */
  expiresAtMs = 0;
  readonly #token: MessageId | undefined;
  #hostToken: MessageId | undefined;
  #capabilities: JsonObject;
  #logLevel: string | undefined;

  constructor(message: RequestMessage, id: MessageId) {
    this.message = message;
    this.id = id;
    this.hostId = message.id;
    this.#token = tokenOf(message);
    this.#hostToken = this.#token;
    this.#capabilities = declaredCapabilities(message);
    this.#logLevel = levelOf(message);
  }

  get method(): string {
    return this.message.method;
  }

  /** The host's least level; undefined: it wants no log messages, or does not wait. */
  get logLevel(): string | undefined {
    return this.hostId && this.#logLevel;
  }

  /** The host sent it again. */
  takenUp(message: RequestMessage): void {
    this.hostId = message.id;
    this.#hostToken = tokenOf(message);
    this.#capabilities = declaredCapabilities(message);
    this.#logLevel = levelOf(message);
  }

  /** Can the host be asked this now or when it sends the call again? */
  takes(question: InputRequest): boolean {
    return CARRIES_QUESTIONS.has(this.method) && notDeclared(question, this.#capabilities) === undefined;
  }

  /** @param token as the remote says it. @returns that of the host; undefined: it is of another call */
  hostToken(token: MessageId): { readonly own: MessageId | undefined } | undefined {
    const isOwn = this.#token && (this.#token.key === token.key || sameAsDouble(this.#token, token));
    return isOwn ? { own: this.hostId && this.#hostToken } : undefined;
  }
}

/** Requests that may be answered with a question (2026-07-28, patterns/mrtr, Supported Requests). */
const CARRIES_QUESTIONS = new Set(["tools/call", "prompts/get", "resources/read"]);

function tokenOf({ bytes }: RequestMessage): MessageId | undefined {
  return tokenIn(new RawObject(bytes).object("params").object("_meta"));
}

/** `progressToken`, by its value: whoever passes it on may write it in another way. */
export function tokenIn(parent: RawObject): MessageId | undefined {
  const token = parent.get("progressToken");
  return token && readId(token, { start: 0, end: token.length });
}

function levelOf(message: RequestMessage): string | undefined {
  const level = metaOf(message)[META.logLevel];
  return typeof level === "string" ? level : undefined;
}
