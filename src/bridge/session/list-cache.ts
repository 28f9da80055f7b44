// What the remote lists: remembered for hosts that ask while it cannot be reached, and for judging calls.

import {
  isObject,
  type JsonObject,
  type RequestMessage,
  type ResponseMessage,
} from "../../core/mcp/message.ts";
import { isListMethod, type ListMethod, listFacts } from "../../core/mcp/methods.ts";
import type { CachedRemote, CachedResult, RemoteCache } from "../../core/ports/remote-cache.ts";
import type { MessageHandler } from "../messages/message-handler.ts";

/** No honest list nests so deep; `JSON.stringify` and `String` run out of stack a little further down. */
const MAX_DEPTH = 200;

function isDeeper(value: unknown, left = MAX_DEPTH): boolean {
  if (typeof value !== "object" || value === null) return false;
  return left === 0 || Object.values(value).some((member) => isDeeper(member, left - 1));
}

interface ToolFacts {
  readonly readOnly: boolean;
  readonly idempotent: boolean;
}

/** A list of which the last page has not come yet. */
interface OpenList {
  readonly first: CachedResult;
  readonly members: readonly unknown[];
  readonly nextCursor: unknown;
}

/** Longer lists are not remembered. */
const MAX_MEMBERS = 10_000;

export class ListCache implements MessageHandler {
  readonly #remoteCache: RemoteCache;
  readonly #open = new Map<ListMethod, OpenList>();
  #remembered: CachedRemote = { lists: {} };
  #loading: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #tools = new Map<string, ToolFacts>();

  constructor(remoteCache: RemoteCache) {
    this.#remoteCache = remoteCache;
  }

  /** Reads what earlier runs remembered. Once; later calls return at once. */
  load(): Promise<void> {
    this.#loading ??= this.#remoteCache.read().then((earlier) => {
      // What this run has already seen is newer.
      const now = this.#remembered;
      this.#remembered = { ...earlier, ...now, lists: { ...earlier.lists, ...now.lists } };
    });
    return this.#loading;
  }

  /** The result of the last handshake, in this run or an earlier one that was loaded. */
  get initialize(): CachedResult | undefined {
    return this.#remembered.initialize;
  }

  /** The transport that carried the last handshake. */
  get transport(): "http" | "sse" | undefined {
    return this.#remembered.transport;
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
    if (isObject(result) && !isDeeper(result)) this.#keep((now) => ({ ...now, initialize: result }));
  }

  onResponse(request: RequestMessage, response: ResponseMessage, bytes: Buffer): Buffer {
    if (isListMethod(request.method)) this.onList(request, response);
    return bytes;
  }

  onList(request: RequestMessage, response: ResponseMessage): void {
    const { method } = request;
    const { result } = response.value;
    if (!isListMethod(method) || !isObject(result) || isDeeper(result)) return;
    const { params } = request.value;
    const cursor = isObject(params) ? params.cursor : undefined;
    if (method === "tools/list") {
      this.#noteTools(result.tools, cursor === undefined);
      if (cursor === undefined) this.offered(false);
    }
    const whole = this.#joined(method, cursor, result);
    if (whole !== undefined) this.#keep((now) => ({ ...now, lists: { ...now.lists, [method]: whole } }));
  }

  /** The list with all its pages, as one; undefined: there are more to come, or it is not this list's next page. */
  #joined(method: ListMethod, cursor: unknown, result: CachedResult): CachedResult | undefined {
    const open = this.#open.get(method);
    this.#open.delete(method);
    const { nextCursor } = result;
    if (cursor === undefined && nextCursor === undefined) return result;
    const { member } = listFacts(method);
    const own = result[member];
    if (!Array.isArray(own) || (cursor !== undefined && cursor !== open?.nextCursor)) return undefined;
    const first = cursor === undefined || open === undefined ? result : open.first;
    const members = cursor === undefined || open === undefined ? own : [...open.members, ...own];
    if (members.length > MAX_MEMBERS) return undefined;
    if (nextCursor !== undefined) {
      this.#open.set(method, { first, members, nextCursor });
      return undefined;
    }
    const { nextCursor: _, ...rest } = first;
    return { ...rest, [member]: members };
  }

  /** Does the host have the sign-in tool as its list of tools? It may keep that list, so the next run has to know. */
  get isOffered(): boolean {
    return this.#remembered.signInToolOffered === true;
  }

  offered(signInToolOffered: boolean): void {
    if (signInToolOffered !== this.isOffered) this.#keep((now) => ({ ...now, signInToolOffered }));
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

  readonly isReadOnly = (name: string): boolean => this.#tools.get(name)?.readOnly === true;

  /** Resolves when everything new is kept. */
  flush(): Promise<void> {
    return this.#writing;
  }

  #keep(change: (now: CachedRemote) => CachedRemote): void {
    this.#remembered = change(this.#remembered);
    this.#writing = this.#writing
      .then(() => this.load())
      .then(async () => {
        const now = this.#remembered;
        const before = await this.#remoteCache.read();
        if (JSON.stringify(before) !== JSON.stringify(now)) await this.#remoteCache.write(now);
      });
  }

  #noteTools(listed: unknown, isFirstPage: boolean): void {
    if (isFirstPage) this.#tools = new Map();
    if (!Array.isArray(listed)) return;
    for (const tool of listed) {
      if (!isObject(tool) || typeof tool.name !== "string") continue;
      const hints: JsonObject = isObject(tool.annotations) ? tool.annotations : {};
      this.#tools.set(tool.name, {
        readOnly: hints.readOnlyHint === true,
        idempotent: hints.idempotentHint === true,
      });
    }
  }
}
