// What the remote lists: remembered for hosts that ask while it cannot be reached, and for judging calls.

import {
  isObject,
  type JsonObject,
  type RequestMessage,
  type ResponseMessage,
} from "../../core/mcp/message.ts";
import type { CachedRemote, CachedResult, RemoteCache } from "../../core/ports/remote-cache.ts";

/** List methods whose results are remembered, with the member that holds the list and who is told of changes. */
export const LISTS = {
  "tools/list": { member: "tools", changed: "notifications/tools/list_changed" },
  "prompts/list": { member: "prompts", changed: "notifications/prompts/list_changed" },
  "resources/list": { member: "resources", changed: "notifications/resources/list_changed" },
  "resources/templates/list": {
    member: "resourceTemplates",
    changed: "notifications/resources/list_changed",
  },
} as const;

export type ListMethod = keyof typeof LISTS;

export function isListMethod(method: string): method is ListMethod {
  return Object.hasOwn(LISTS, method);
}

/** No honest list nests so deep; `JSON.stringify` and `String` run out of stack a little further down. */
const MAX_DEPTH = 200;

function isDeeper(value: unknown, left = MAX_DEPTH): boolean {
  if (typeof value !== "object" || value === null) return false;
  return left === 0 || Object.values(value).some((member) => isDeeper(member, left - 1));
}

export interface ListCache {
  /** Reads what earlier runs remembered. Once; later calls return at once. */
  load(): Promise<void>;
  /** The result of the last handshake, in this run or an earlier one that was loaded. */
  readonly initialize: CachedResult | undefined;
  /** The last whole list, likewise. */
  list(method: ListMethod): CachedResult | undefined;
  onInitialize(response: ResponseMessage): void;
  onList(request: RequestMessage, response: ResponseMessage): void;
  /** Names of the tools the remote listed last. */
  toolNames(): readonly string[];
  /** Annotated as read-only or idempotent in the last list of this run (NET-3). */
  mayRepeat(tool: string): boolean;
  isReadOnly(tool: string): boolean;
  /** The transport that carried the last handshake. */
  readonly transport: "http" | "sse" | undefined;
  onTransport(kind: "http" | "sse"): void;
  /** Resolves when everything new is kept. */
  flush(): Promise<void>;
}

interface ToolFacts {
  readonly readOnly: boolean;
  readonly idempotent: boolean;
}

export function createListCache(memory: RemoteCache): ListCache {
  let remembered: CachedRemote = { lists: {} };
  let loading: Promise<void> | undefined;
  let writing: Promise<void> = Promise.resolve();
  let tools = new Map<string, ToolFacts>();

  function load(): Promise<void> {
    loading ??= memory.read().then((earlier) => {
      // What this run has already seen is newer.
      remembered = { ...earlier, ...remembered, lists: { ...earlier.lists, ...remembered.lists } };
    });
    return loading;
  }

  function keep(change: (now: CachedRemote) => CachedRemote): void {
    remembered = change(remembered);
    writing = writing.then(load).then(async () => {
      const now = remembered;
      const before = await memory.read();
      if (JSON.stringify(before) !== JSON.stringify(now)) await memory.write(now);
    });
  }

  function noteTools(listed: unknown, isFirstPage: boolean): void {
    if (isFirstPage) tools = new Map();
    if (!Array.isArray(listed)) return;
    for (const tool of listed) {
      if (!isObject(tool) || typeof tool.name !== "string") continue;
      const hints: JsonObject = isObject(tool.annotations) ? tool.annotations : {};
      tools.set(tool.name, {
        readOnly: hints.readOnlyHint === true,
        idempotent: hints.idempotentHint === true,
      });
    }
  }

  return {
    load,
    get initialize() {
      return remembered.initialize;
    },
    get transport() {
      return remembered.transport;
    },
    onTransport(kind) {
      // The usual one goes without saying.
      if (kind === "sse" || remembered.transport === "sse") keep((now) => ({ ...now, transport: kind }));
    },
    list: (method) => remembered.lists[method],
    onInitialize(response) {
      const { result } = response.value;
      if (isObject(result) && !isDeeper(result)) keep((now) => ({ ...now, initialize: result }));
    },
    onList(request, response) {
      const { method } = request;
      const { result } = response.value;
      if (!isListMethod(method) || !isObject(result) || isDeeper(result)) return;
      const { params } = request.value;
      const isFirstPage = !isObject(params) || params.cursor === undefined;
      if (method === "tools/list") noteTools(result.tools, isFirstPage);
      const isWhole = isFirstPage && result.nextCursor === undefined;
      if (isWhole) keep((now) => ({ ...now, lists: { ...now.lists, [method]: result } }));
    },
    toolNames() {
      if (tools.size > 0) return [...tools.keys()];
      const listed = remembered.lists["tools/list"]?.tools;
      return Array.isArray(listed)
        ? listed.flatMap((tool) => (isObject(tool) ? [String(tool.name)] : []))
        : [];
    },
    mayRepeat(name) {
      const tool = tools.get(name);
      return tool !== undefined && (tool.readOnly || tool.idempotent);
    },
    isReadOnly: (name) => tools.get(name)?.readOnly === true,
    flush: () => writing,
  };
}
