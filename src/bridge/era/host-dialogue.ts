// What a modern host says, as a legacy host would say it, and what such a host hears, for the modern one. All state of the
// translation is here; no I/O: each message in gives the messages that follow from it.

import {
  isObject,
  type JsonObject,
  type NotificationMessage,
  type RequestMessage,
  type ResponseMessage,
} from "../../core/mcp/message.ts";
import { methodFacts } from "../../core/mcp/methods.ts";
import { errorMessage, notificationMessage, requestMessage } from "./edit-message.ts";
import { type DialogueContext, type Effect, toBridge, toHost } from "./effects.ts";
import { HostCalls } from "./host-calls.ts";
import { HostListens } from "./host-listens.ts";
import { requestState } from "./input-required.ts";
import { levelRank } from "./log-levels.ts";
import { META, metaOf } from "./modern-meta.ts";
import { RawObject } from "./raw-object.ts";
import { requestFault } from "./request-fault.ts";
import { discoverResult, initializeFor, modernResponse } from "./to-legacy.ts";

/** What this era has no word for, and words of it that a remote of the other one has no say in. */
const UNSAID = new Set([
  "notifications/cancelled",
  "notifications/elicitation/complete",
  "notifications/tasks/status",
  "notifications/subscriptions/acknowledged",
  "notifications/tasks",
]);
const NOT_FOUND = { code: -32601, message: "Method not found" };

export class HostDialogue {
  readonly #context: DialogueContext;
  readonly #calls: HostCalls;
  readonly #listens = new HostListens();
  /** Those that wait for the handshake. */
  #waiting: RequestMessage[] = [];
  #handshakeKey: string | undefined;
  #handshake: ResponseMessage | undefined;
  #logLevel: string | undefined;

  constructor(context: DialogueContext) {
    this.#context = context;
    this.#calls = new HostCalls(context);
  }

  /** A request of the host. */
  request(message: RequestMessage): Effect[] {
    const fault = requestFault(message);
    if (fault !== undefined) return [toHost(errorMessage(message.id, JSON.stringify(fault)))];
    if (this.#handshake !== undefined) return this.#inSession(message, this.#handshake);
    this.#waiting.push(message);
    if (this.#handshakeKey !== undefined) return [];
    const initialize = initializeFor(message, this.#context.nextId());
    this.#handshakeKey = initialize.id.key;
    return [toBridge(initialize)];
  }

  /** Does the host send a call again that waits here? */
  isAgain(message: RequestMessage): boolean {
    return this.#calls.isAgain(message);
  }

  /** The host does not want the answer any more. @returns undefined: it is not known here */
  cancel(key: string): Effect[] | undefined {
    const { length } = this.#waiting;
    this.#waiting = this.#waiting.filter(({ id }) => id.key !== key);
    if (this.#waiting.length < length) return [];
    const unwanted = this.#listens.close(key);
    if (unwanted === undefined) return this.#calls.cancel(key);
    return unwanted.map((uri) => this.#say("resources/unsubscribe", { uri }));
  }

  /** The bridge's answer to a request that it was told. @param key of that request's id */
  answered(key: string, response: ResponseMessage): Effect[] {
    return key === this.#handshakeKey
      ? this.#shaken(response)
      : this.#calls.answered(key, response, this.#serverInfo);
  }

  /** A request or notification of the remote. @param key of the request with whose answer it came, if that is known */
  fromRemote(message: RequestMessage | NotificationMessage, key?: string): Effect[] {
    return message.kind === "request" ? this.#calls.asked(message, key) : this.#told(message, key);
  }

  /** Gives up the calls that the host has not taken up in time. */
  expire(): Effect[] {
    return this.#calls.expire();
  }

  /** The host speaks the other era from now on, and waits for none of its requests. */
  leave(): void {
    this.#waiting = [];
    this.#handshakeKey = undefined;
  }

  /** The bridge ends. */
  end(): Effect[] {
    return this.#listens.end().map(toHost);
  }

  #shaken(response: ResponseMessage): Effect[] {
    this.#handshakeKey = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    if (response.value.error !== undefined)
      return waiting.map(({ id, method }) => toHost(modernResponse(method, response, id)));
    this.#handshake = response;
    const initialized = toBridge(notificationMessage("notifications/initialized", "{}"));
    return [initialized, ...waiting.flatMap((message) => this.#inSession(message, response))];
  }

  #inSession(message: RequestMessage, handshake: ResponseMessage): Effect[] {
    const { method, id } = message;
    if (method === "server/discover") return [toHost(discoverResult(handshake, id))];
    if (method === "subscriptions/listen") return this.#listen(message);
    // Tasks of this era are other ones than those of 2025-11-25.
    if (methodFacts(method).era === "legacy" || method.startsWith("tasks/"))
      return [toHost(errorMessage(id, JSON.stringify(NOT_FOUND)))];
    const state = requestState(message);
    if (state !== undefined) return this.#calls.takeUp(message, state, this.#serverInfo);
    return [...this.#level(message), ...this.#calls.begin(message)];
  }

  /** Legacy remotes have one level for the whole session: the lowest that any call wanted. */
  #level(message: RequestMessage): Effect[] {
    const level = metaOf(message)[META.logLevel];
    if (typeof level !== "string") return [];
    const isLower = levelRank(level) < levelRank(this.#logLevel);
    if (!isLower || !isObject(this.#capabilities.logging)) return [];
    this.#logLevel = level;
    return [this.#say("logging/setLevel", { level })];
  }

  #listen(message: RequestMessage): Effect[] {
    const { acknowledged, subscribe } = this.#listens.open(message, this.#capabilities);
    return [toHost(acknowledged), ...subscribe.map((uri) => this.#say("resources/subscribe", { uri }))];
  }

  #told(message: NotificationMessage, key: string | undefined): Effect[] {
    const { method } = message;
    const told = this.#listens.told(message);
    if (told !== undefined) return told.map(toHost);
    if (method === "notifications/progress") return this.#calls.progress(message);
    if (method === "notifications/cancelled") this.#calls.withdrawn(message);
    if (UNSAID.has(method)) return [];
    if (method === "notifications/message" && !this.#calls.isLogWanted(message, key)) return [];
    return [toHost(message)];
  }

  /** A request whose answer nobody needs. */
  #say(method: string, params: object): Effect {
    return toBridge(requestMessage(this.#context.nextId(), method, JSON.stringify(params)));
  }

  get #capabilities(): JsonObject {
    const result = this.#handshake?.value.result;
    return isObject(result) && isObject(result.capabilities) ? result.capabilities : {};
  }

  get #serverInfo(): Buffer | undefined {
    return this.#handshake && new RawObject(this.#handshake.bytes).object("result").get("serverInfo");
  }
}
