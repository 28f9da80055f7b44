// What the remote lists: remembered for hosts that ask while it cannot be reached, and for judging calls.

import { within } from "../../core/deadline.ts";
import {
  isObject,
  type JsonObject,
  type RequestMessage,
  type ResponseMessage,
} from "../../core/mcp/message.ts";
import { asCursor, isListMethod, type ListMethod, listFacts } from "../../core/mcp/methods.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { CachedRemote, CachedResult, Era, RemoteCache } from "../../core/ports/remote-cache.ts";
import type { MessageHandler } from "../messages/message-handler.ts";

interface ToolFacts {
  readonly readOnly: boolean;
  readonly idempotent: boolean;
}

type Change = (now: CachedRemote) => CachedRemote;

/** A list of which the last page has not come yet. */
interface OpenList {
  readonly first: CachedResult;
  readonly members: readonly unknown[];
  readonly nextCursor: unknown;
  /** Of all pages. */
  readonly bytes: number;
}

/** Begins with the process: over before a host has to be told anything. */
const LOAD_MS = 1_500;
/** Longer lists are not remembered, and not joined. What is larger is not read any more, so it could not be filtered either. */
export const MAX_MEMBERS = 10_000;
export const MAX_LIST_BYTES = 8_000_000;
/** Of a tool. What is longer is nothing that a host calls. */
const MAX_TOOL_NAME = 256;
/** Hosts whose list is known to be the sign-in tool: more are not remembered, and are not told of the change. */
const MAX_HOSTS = 20;
const MAX_HOST_NAME = 100;

export class ListCache implements MessageHandler {
  readonly #remoteCache: RemoteCache;
  readonly #clock: Clock;
  readonly #open = new Map<ListMethod, OpenList>();
  #remembered: CachedRemote = { lists: {} };
  #loadingHints: Promise<void> | undefined;
  #reading: Promise<void> | undefined;
  #loading: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();
  /** In the lists of this run. */
  #tools = new Map<string, ToolFacts>();
  /** Those of the list whose pages are coming. */
  #listed = new Map<string, ToolFacts>();

  constructor(remoteCache: RemoteCache, clock: Clock) {
    this.#remoteCache = remoteCache;
    this.#clock = clock;
  }

  /** What needs no key of what earlier runs remembered. */
  loadHints(): Promise<void> {
    this.#loadingHints ??= this.#remoteCache.hints().then((hints) => {
      this.#remembered = { ...hints, ...this.#remembered };
    });
    return this.#loadingHints;
  }

  /** Reads what earlier runs remembered. Once; later calls return at once. A keychain that hangs is not waited for. */
  load(): Promise<void> {
    this.#loading ??= within(this.#clock, LOAD_MS, this.#read(), () => undefined);
    return this.#loading;
  }

  #read(): Promise<void> {
    this.#reading ??= this.#remoteCache.read().then((earlier) => {
      // What this run has already seen is newer.
      const now = this.#remembered;
      this.#remembered = { ...earlier, ...now, lists: { ...earlier.lists, ...now.lists } };
    });
    return this.#reading;
  }

  /** The result of the last handshake, in this run or an earlier one that was loaded. */
  get initialize(): CachedResult | undefined {
    return this.#remembered.initialize;
  }

  /** The transport that carried the last handshake. */
  get transport(): "http" | "sse" | undefined {
    return this.#remembered.transport;
  }

  /** The only era that the remote speaks. */
  get era(): Era | undefined {
    return this.#remembered.era;
  }

  onEra(era: Era | undefined): void {
    this.#keep(({ era: _, ...now }) => (era === undefined ? now : { ...now, era }));
  }

  onTransport(kind: "http" | "sse"): void {
    // The usual one goes without saying.
    if (kind === "sse" || this.transport === "sse") this.#keep((now) => ({ ...now, transport: kind }));
  }

  /** The last whole list, likewise. */
  list(method: ListMethod): CachedResult | undefined {
    return this.#remembered.lists[method];
  }

  onInitialize(response: ResponseMessage): void {
    const { result } = response.value;
    if (isObject(result)) this.#keep((now) => ({ ...now, initialize: result }), true);
  }

  onResponse(request: RequestMessage, response: ResponseMessage, bytes: Buffer): Buffer {
    if (isListMethod(request.method)) this.onList(request, response);
    return bytes;
  }

  onList(request: RequestMessage, response: ResponseMessage): void {
    const { method } = request;
    const { result } = response.value;
    if (!isListMethod(method) || !isObject(result)) return;
    const { params } = request.value;
    const cursor = isObject(params) ? params.cursor : undefined;
    if (method === "tools/list")
      this.#noteTools(result.tools, cursor === undefined, asCursor(result.nextCursor) === undefined);
    const whole = this.#joined(method, cursor, result, response.bytes.length);
    if (whole !== undefined) this.#keep((now) => ({ ...now, lists: { ...now.lists, [method]: whole } }));
  }

  /** The list with all its pages, as one; undefined: there are more to come, or it is not this list's next page. */
  #joined(
    method: ListMethod,
    cursor: unknown,
    result: CachedResult,
    pageBytes: number,
  ): CachedResult | undefined {
    const open = this.#open.get(method);
    this.#open.delete(method);
    const nextCursor = asCursor(result.nextCursor);
    if (cursor === undefined && nextCursor === undefined) return result;
    const { member } = listFacts(method);
    const own = result[member];
    if (!Array.isArray(own) || (cursor !== undefined && cursor !== open?.nextCursor)) return undefined;
    const first = cursor === undefined || open === undefined ? result : open.first;
    const members = cursor === undefined || open === undefined ? own : [...open.members, ...own];
    const bytes = pageBytes + (cursor === undefined ? 0 : (open?.bytes ?? 0));
    if (members.length > MAX_MEMBERS || bytes > MAX_LIST_BYTES) return undefined;
    if (nextCursor !== undefined) {
      this.#open.set(method, { first, members, nextCursor, bytes });
      return undefined;
    }
    const { nextCursor: _, ...rest } = first;
    return { ...rest, [member]: members };
  }

  /** Was the host of this name last given the sign-in tool as its list? It may keep that over its end. */
  isOffered(host: string): boolean {
    return this.#remembered.signInToolOfferedTo?.includes(host.slice(0, MAX_HOST_NAME)) === true;
  }

  offered(host: string, isOffered: boolean): void {
    if (isOffered === this.isOffered(host)) return;
    const name = host.slice(0, MAX_HOST_NAME);
    this.#keep((now) => {
      const others = (now.signInToolOfferedTo ?? []).filter((one) => one !== name);
      return { ...now, signInToolOfferedTo: isOffered ? [...others, name].slice(-MAX_HOSTS) : others };
    });
  }

  /** Names of the tools the remote listed last. */
  toolNames(): readonly string[] {
    if (this.#tools.size > 0) return [...this.#tools.keys()];
    const listed = this.list("tools/list")?.tools;
    if (!Array.isArray(listed)) return [];
    return listed.flatMap((tool) => (isObject(tool) && typeof tool.name === "string" ? [tool.name] : []));
  }

  /** Annotated as read-only or idempotent in the last list of this run (NET-3). */
  readonly mayRepeat = (name: string): boolean => {
    const tool = this.#tools.get(name);
    return tool !== undefined && (tool.readOnly || tool.idempotent);
  };

  /** The same of an earlier run's list, as long as this run has none: that is what the host was shown. */
  readonly isReadOnly = (name: string): boolean => {
    if (this.#tools.size > 0) return this.#tools.get(name)?.readOnly === true;
    const listed = this.list("tools/list")?.tools;
    return (
      Array.isArray(listed) &&
      listed.some((tool) => isObject(tool) && tool.name === name && factsOf(tool).readOnly)
    );
  };

  /** Resolves when everything new is kept. */
  flush(): Promise<void> {
    return this.#writing;
  }

  #keep(change: Change, isNewSession = false): void {
    this.#remembered = change(this.#remembered);
    this.#writing = this.#writing.then(() => this.#read()).then(() => this.#write(change, isNewSession));
  }

  /** What other copies of the program have written since stays. */
  #write(change: Change, isNewSession: boolean): Promise<void> {
    return this.#remoteCache.update((before) => {
      const its = this.#remembered.account;
      if (before.account !== its) {
        // What a session brings is of the account that it began with, or that was the first to sign in in it.
        if (its !== undefined && !isNewSession) return undefined;
        this.#remembered = before;
      }
      this.#remembered = change(this.#remembered);
      return change(before);
    });
  }

  #noteTools(listed: unknown, isFirstPage: boolean, isLastPage: boolean): void {
    if (isFirstPage) this.#listed = new Map();
    for (const tool of Array.isArray(listed) ? listed : []) {
      if (!isObject(tool) || typeof tool.name !== "string" || tool.name.length > MAX_TOOL_NAME) continue;
      // A list without end must not be kept.
      if (this.#listed.size >= MAX_MEMBERS) return;
      if (this.#tools.size >= 2 * MAX_MEMBERS) this.#tools = new Map(this.#listed);
      const facts = factsOf(tool);
      this.#listed.set(tool.name, facts);
      this.#tools.set(tool.name, facts);
    }
    // Until the last page is there, and for who asks for no other, earlier ones count.
    if (isLastPage) this.#tools = this.#listed;
  }
}

function factsOf({ annotations }: JsonObject): ToolFacts {
  const hints: JsonObject = isObject(annotations) ? annotations : {};
  return { readOnly: hints.readOnlyHint === true, idempotent: hints.idempotentHint === true };
}
