// Tells the host that a list is another one than it was served in the remote's place.

import { isObject, type RequestMessage } from "../../core/mcp/message.ts";
import { type ListMethod, listFacts } from "../../core/mcp/methods.ts";
import { notification } from "../messages/bridge-requests.ts";
import { reportBug } from "../messages/guard.ts";
import type { ListFetcher } from "../sending/list-fetcher.ts";
import { backOffMs } from "../sending/retry-policy.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import type { ListCache } from "../session/list-cache.ts";

export interface ListChangesOptions extends BridgeContext {
  readonly lists: ListFetcher;
  readonly listCache: ListCache;
  readonly send: (message: Buffer) => void;
}

const MAX_PAUSE_MS = 60_000;
/** Of a remote that has no list of the kind, or an empty one. */
const NO_MEMBERS = "[]";
/** Of a list that is not compared: the host looks for itself, once. */
const NOT_COMPARED = "?";

export class ListChanges {
  readonly #options: ListChangesOptions;
  /** What the host was served in the remote's place, as JSON; empty: a list of the bridge's own. */
  readonly #served = new Map<ListMethod, string>();
  #failures = 0;
  #waits = false;
  #comparing = false;
  /** Something happened while lists were compared: they are compared once more. */
  #again = false;

  constructor(options: ListChangesOptions) {
    this.#options = options;
    options.authorizer.onSignIn((signIn) => signIn === undefined && this.check());
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

  /** Lists again what the host was served, and tells it what is another list now. Where there is a session. */
  check(): void {
    const { session, diagnostics } = this.#options;
    if (session.mcpSession === undefined || this.#served.size === 0) return;
    if (this.#comparing) {
      this.#again = true;
      return;
    }
    this.#comparing = true;
    this.#compare()
      .catch((error: unknown) => reportBug(diagnostics, error))
      .finally(() => {
        this.#comparing = false;
        if (this.#again) this.check();
        else if (this.#served.size > 0) this.#checkLater();
        else this.#failures = 0;
        this.#again = false;
      });
  }

  async #compare(): Promise<void> {
    const changed = new Set<string>();
    await Promise.all(
      [...this.#served].map(async ([method, before]) => {
        const now = await this.#listedNow(method);
        // The host may have got the list meanwhile.
        if (now === undefined || this.#served.get(method) !== before) return;
        this.#served.delete(method);
        if (now !== before) changed.add(listFacts(method).changed);
      }),
    );
    for (const method of changed) this.#options.send(notification(method).bytes);
  }

  /** Without a session, the next one checks. */
  #checkLater(): void {
    const { clock, random } = this.#options;
    if (this.#waits) return;
    this.#waits = true;
    this.#failures += 1;
    clock.after(backOffMs(this.#failures + 3, random.fraction(), MAX_PAUSE_MS), () => {
      this.#waits = false;
      this.check();
    });
  }

  /** The list as JSON; undefined: there was no answer. */
  async #listedNow(method: ListMethod): Promise<string | undefined> {
    const { lists, listCache, diagnostics } = this.#options;
    const capabilities = listCache.initialize?.capabilities;
    if (isObject(capabilities) && capabilities[method.replace(/\/.*/, "")] === undefined) return NO_MEMBERS;
    try {
      const answer = await lists.fetch(method);
      if (answer === undefined) return undefined;
      const { result, isResultTooLarge } = answer.value;
      if (isResultTooLarge) return NOT_COMPARED;
      const list = isObject(result) ? result[listFacts(method).member] : undefined;
      return Array.isArray(list) ? JSON.stringify(list) : NO_MEMBERS;
    } catch {
      diagnostics.event("list-changes.failed", { method });
      return undefined;
    }
  }
}
