// What happens when the remote is there at last, after the host was told something in its place.

import { isObject } from "../../core/mcp/message.ts";
import type { Diagnostics } from "../../core/ports/diagnostics.ts";
import { notification, type OwnRequests } from "../messages/bridge-requests.ts";
import { ask } from "../sending/ask-remote.ts";
import type { Delivery } from "../sending/sender.ts";
import { type Catalogue, LISTS, type ListMethod } from "../session/list-cache.ts";

export interface ReturnOptions {
  readonly delivery: Delivery;
  readonly own: OwnRequests;
  readonly catalogue: Catalogue;
  readonly diagnostics: Diagnostics;
  readonly send: (message: Buffer) => void;
}

/** Lists again what the host was told, and tells it what changed. */
export async function announceChanges(
  options: ReturnOptions,
  told: ReadonlyMap<ListMethod, string>,
): Promise<void> {
  const changed = new Set<string>();
  await Promise.all(
    [...told].map(async ([method, before]) => {
      if (before !== (await listedNow(options, method))) changed.add(LISTS[method].changed);
    }),
  );
  for (const method of changed) options.send(notification(method).bytes);
}

/** The list as JSON; empty when the remote has none. */
async function listedNow(options: ReturnOptions, method: ListMethod): Promise<string> {
  const request = options.own.make(method);
  try {
    const answer = await ask(options.delivery, request);
    options.catalogue.onList(request, answer);
    const { result } = answer.value;
    return isObject(result) ? JSON.stringify(result[LISTS[method].member]) : "";
  } catch {
    options.diagnostics.event("return.list-failed", { method });
    return "";
  }
}
