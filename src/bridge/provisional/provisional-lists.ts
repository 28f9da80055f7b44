// The lists that a host is given in the remote's place: what was remembered, else an empty one, of tools the sign-in tool.

import { isObject, type RequestMessage, type ResponseMessage } from "../../core/mcp/message.ts";
import { isListMethod, listFacts } from "../../core/mcp/methods.ts";
import { resultAnswer } from "../../core/mcp/rpc-error.ts";
import { hostName } from "../host/known-hosts.ts";
import type { ListCache } from "../session/list-cache.ts";
import type { SessionState } from "../session/session-state.ts";
import type { ListChanges } from "./list-changes.ts";
import { SIGN_IN_TOOLS } from "./sign-in-tool-list.ts";

export interface ProvisionalListsOptions {
  readonly session: Pick<SessionState, "initialize">;
  readonly listCache: ListCache;
  readonly listChanges: ListChanges;
  /** Edits a list as the tool filter wants. */
  readonly filtered: (result: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
}

/** -32601: a remote that has nothing of the kind. */
const METHOD_NOT_FOUND = -32601;

export class ProvisionalLists {
  readonly #options: ProvisionalListsOptions;

  constructor(options: ProvisionalListsOptions) {
    this.#options = options;
  }

  /** What was remembered, as the answer; undefined: nothing was, or it is no list from its beginning. */
  remembered(request: RequestMessage): Buffer | undefined {
    const { listCache, listChanges, filtered } = this.#options;
    const { method, id } = request;
    if (!isListMethod(method) || isLaterPage(request)) return undefined;
    const result = listCache.list(method);
    if (result === undefined) return undefined;
    listChanges.served(method, result[listFacts(method).member]);
    return resultAnswer(id, method === "tools/list" ? filtered(result) : result);
  }

  /** An answer that needs no waiting: nobody misses prompts and resources that arrive later. */
  atOnce(request: RequestMessage): Buffer | undefined {
    const { method } = request;
    return this.remembered(request) ?? (method === "tools/list" ? undefined : this.#standIn(request));
  }

  /** An answer when there is no more time; undefined: it asks for no list. */
  atLast(request: RequestMessage): Buffer | undefined {
    return this.remembered(request) ?? this.#standIn(request);
  }

  /**
   * The host was told, in the remote's place, that there may be any list. @returns an empty one in place of the error of a
   * remote that has none: some hosts give up a server for that error
   */
  corrected(request: RequestMessage, response: ResponseMessage): Buffer | undefined {
    const { method, id } = request;
    const { error } = response.value;
    if (!isListMethod(method)) return undefined;
    if (!isObject(error) || error.code !== METHOD_NOT_FOUND) return undefined;
    return resultAnswer(id, { [listFacts(method).member]: [] });
  }

  /** The host may have had the sign-in tool as its list; now it has the remote's own. */
  receivedTools(): void {
    const { listCache, session } = this.#options;
    listCache.offered(hostName(session.initialize), false);
  }

  #standIn(request: RequestMessage): Buffer | undefined {
    const { listCache, listChanges, session } = this.#options;
    const { method, id } = request;
    if (!isListMethod(method) || isLaterPage(request)) return undefined;
    if (method !== "tools/list") {
      listChanges.served(method, []);
      return resultAnswer(id, { [listFacts(method).member]: [] });
    }
    listCache.offered(hostName(session.initialize), true);
    listChanges.served(method, undefined);
    return resultAnswer(id, SIGN_IN_TOOLS);
  }
}

function isLaterPage({ value }: RequestMessage): boolean {
  return isObject(value.params) && value.params.cursor !== undefined;
}
