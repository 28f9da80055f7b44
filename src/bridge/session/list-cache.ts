// What the remote lists: remembered for hosts that ask while it cannot be reached, and for judging calls.

import {
  isObject,
  type JsonObject,
  type RequestMessage,
  type ResponseMessage,
} from "../../core/mcp/message.ts";
import { isListMethod, type ListMethod } from "../../core/mcp/methods.ts";
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

export class ListCache implements MessageHandler {
  readonly #memory: RemoteCache;
  #remembered: CachedRemote = { lists: {} };
  #loading: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #tools = new Map<string, ToolFacts>();

  constructor(memory: RemoteCache) {
    this.#memory = memory;
  }

  /** Reads what earlier runs remembered. Once; later calls return at once. */
  load(): Promise<void> {
    this.#loading ??= this.#memory.read().then((earlier) => {
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
    const isFirstPage = !isObject(params) || params.cursor === undefined;
    if (method === "tools/list") this.#noteTools(result.tools, isFirstPage);
    const isWhole = isFirstPage && result.nextCursor === undefined;
    if (isWhole) this.#keep((now) => ({ ...now, lists: { ...now.lists, [method]: result } }));
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
        const before = await this.#memory.read();
        if (JSON.stringify(before) !== JSON.stringify(now)) await this.#memory.write(now);
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
