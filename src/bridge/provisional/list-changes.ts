// What happens when the remote is there at last, after the host was told something in its place.

import { isObject } from "../../core/mcp/message.ts";
import type { Diagnostics } from "../../core/ports/diagnostics.ts";
import { type BridgeRequests, notification } from "../messages/bridge-requests.ts";
import { askRemote } from "../sending/ask-remote.ts";
import type { Sender } from "../sending/sender.ts";
import { LISTS, type ListCache, type ListMethod } from "../session/list-cache.ts";

export interface ListChangesOptions {
  readonly sender: Sender;
  readonly bridgeRequests: BridgeRequests;
  readonly listCache: ListCache;
  readonly diagnostics: Diagnostics;
  readonly send: (message: Buffer) => void;
}

/** Lists again what the host was told, and tells it what changed. */
export async function announceChanges(
  options: ListChangesOptions,
  servedLists: ReadonlyMap<ListMethod, string>,
): Promise<void> {
  const changed = new Set<string>();
  await Promise.all(
    [...servedLists].map(async ([method, before]) => {
      if (before !== (await listedNow(options, method))) changed.add(LISTS[method].changed);
    }),
  );
  for (const method of changed) options.send(notification(method).bytes);
}

/** The list as JSON; empty when the remote has none. */
async function listedNow(options: ListChangesOptions, method: ListMethod): Promise<string> {
  const request = options.bridgeRequests.make(method);
  try {
    const answer = await askRemote(options.sender, request);
    options.listCache.onList(request, answer);
    const { result } = answer.value;
    return isObject(result) ? JSON.stringify(result[LISTS[method].member]) : "";
  } catch {
    options.diagnostics.event("list-changes.failed", { method });
    return "";
  }
}
