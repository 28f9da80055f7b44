// Tells the host that a list is another one than it was served in the remote's place.

import { isObject, type RequestMessage, type ResponseMessage } from "../../core/mcp/message.ts";
import { type ListMethod, listFacts } from "../../core/mcp/methods.ts";
import { type BridgeRequests, notification } from "../messages/bridge-requests.ts";
import { askRemote } from "../sending/ask-remote.ts";
import { backOffMs } from "../sending/retry-policy.ts";
import type { Sender } from "../sending/sender.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import type { ListCache } from "../session/list-cache.ts";

export interface ListChangesOptions extends BridgeContext {
  readonly sender: Sender;
  readonly bridgeRequests: BridgeRequests;
  readonly listCache: ListCache;
  readonly send: (message: Buffer) => void;
}

const MAX_PAUSE_MS = 60_000;
/** Of a remote that lists nothing of the kind. */
const NO_MEMBERS = "[]";

export class ListChanges {
  readonly #options: ListChangesOptions;
  /** What the host was served in the remote's place, as JSON; empty: a list of the bridge's own. */
  readonly #served = new Map<ListMethod, string>();
  #failures = 0;
  #waits = false;

  constructor(options: ListChangesOptions) {
    this.#options = options;
  }

  /** The host was served a list that the remote did not send. @param list undefined: one of the bridge's own */
  served(method: ListMethod, list: unknown): void {
    this.#served.set(method, list === undefined ? "" : JSON.stringify(list));
    // The session is there, and one answer failed: it is asked again, for nobody else will.
    if (this.#options.session.mcpSession !== undefined) this.#checkLater();
  }

  /** The host has it from the remote itself now. */
  received(request: RequestMessage, method: ListMethod): void {
    const { params } = request.value;
    if (!isObject(params) || params.cursor === undefined) this.#served.delete(method);
  }

  /** Lists again what the host was served, and tells it what is another list now. */
  async check(): Promise<void> {
    const all = [...this.#served];
    this.#served.clear();
    const changed = new Set<string>();
    await Promise.all(
      all.map(async ([method, before]) => {
        const now = await this.#listedNow(method);
        if (now === undefined) this.#served.set(method, before);
        else if (now !== before) changed.add(listFacts(method).changed);
      }),
    );
    for (const method of changed) this.#options.send(notification(method).bytes);
    if (this.#served.size > 0) this.#checkLater();
    else this.#failures = 0;
  }

  #checkLater(): void {
    const { clock, random, session } = this.#options;
    if (this.#waits) return;
    this.#waits = true;
    this.#failures += 1;
    clock.after(backOffMs(this.#failures + 3, random.fraction(), MAX_PAUSE_MS), () => {
      this.#waits = false;
      // Without a session, the next one checks.
      if (session.mcpSession !== undefined && this.#served.size > 0) void this.check();
    });
  }

  /** The list as JSON; undefined: there was no answer. */
  async #listedNow(method: ListMethod): Promise<string | undefined> {
    const { bridgeRequests, sender, listCache, diagnostics } = this.#options;
    const capabilities = listCache.initialize?.capabilities;
    if (isObject(capabilities) && capabilities[method.replace(/\/.*/, "")] === undefined) return NO_MEMBERS;
    const request = bridgeRequests.make(method);
    let answer: ResponseMessage;
    try {
      answer = await askRemote(sender, request);
    } catch {
      diagnostics.event("list-changes.failed", { method });
      return undefined;
    }
    listCache.onList(request, answer);
    const { result } = answer.value;
    return isObject(result) ? JSON.stringify(result[listFacts(method).member]) : NO_MEMBERS;
  }
}
