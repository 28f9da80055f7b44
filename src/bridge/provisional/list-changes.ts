// Tells the host that a list is another one than it was served in the remote's place.

import { within } from "../../core/deadline.ts";
import { asFailure, isFailure } from "../../core/failure/failure.ts";
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
/** Of a list that is too large to be compared, or of which a page is missing: the host looks for itself, once. */
const NOT_COMPARED = "?";
/** For the first page, and for all others. */
const LIST_MS = 60_000;
/** A list that only another sign-in can bring: that is waited for, and nobody asks again before. */
const REFUSED = Symbol("refused");

export class ListChanges {
  readonly #options: ListChangesOptions;
  /** What the host was served in the remote's place, as JSON; empty: a list of the bridge's own. */
  readonly #served = new Map<ListMethod, string>();
  /** Of those, the ones that nothing but a sign-in can bring. */
  readonly #refused = new Set<ListMethod>();
  #failures = 0;
  #waits = false;
  #comparing = false;
  /** Something happened while lists were compared: they are compared once more. */
  #again = false;

  constructor(options: ListChangesOptions) {
    this.#options = options;
    options.authorizer.onSignIn((signIn) => signIn === undefined && this.checkAnew());
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

  /** There is another session, or somebody has signed in: what was refused may be given now. */
  checkAnew(): void {
    this.#refused.clear();
    this.#check();
  }

  /** Lists again what the host was served, and tells it what is another list now. Where there is a session. */
  #check(): void {
    const { session, diagnostics } = this.#options;
    if (session.mcpSession === undefined || this.#open === 0) return;
    if (this.#comparing) {
      this.#again = true;
      return;
    }
    this.#comparing = true;
    this.#compare()
      .catch((error: unknown) => reportBug(diagnostics, error))
      .finally(() => {
        this.#comparing = false;
        if (this.#again) this.#check();
        else if (this.#open > 0) this.#checkLater();
        else this.#failures = 0;
        this.#again = false;
      });
  }

  /** How many lists may have to be corrected, and can be asked for now. */
  get #open(): number {
    return [...this.#served.keys()].filter((method) => !this.#refused.has(method)).length;
  }

  async #compare(): Promise<void> {
    const said = new Set<string>();
    await Promise.all(
      [...this.#served]
        .filter(([method]) => !this.#refused.has(method))
        .map(async ([method, before]) => {
          const now = await this.#listedNow(method);
          // The host may have got the list meanwhile.
          if (now === undefined || this.#served.get(method) !== before) return;
          if (now === REFUSED) {
            this.#refused.add(method);
            return;
          }
          this.#served.delete(method);
          const { changed } = listFacts(method);
          if (now === before || said.has(changed)) return;
          said.add(changed);
          this.#options.send(notification(changed).bytes);
        }),
    );
  }

  /** Without a session, the next one checks. */
  #checkLater(): void {
    const { clock, random } = this.#options;
    if (this.#waits) return;
    this.#waits = true;
    this.#failures += 1;
    clock.after(backOffMs(this.#failures + 3, random.fraction(), MAX_PAUSE_MS), () => {
      this.#waits = false;
      this.#check();
    });
  }

  /** The list as JSON; undefined: there was no answer. */
  async #listedNow(method: ListMethod): Promise<string | typeof REFUSED | undefined> {
    const { lists, listCache, diagnostics, clock } = this.#options;
    const capabilities = listCache.initialize?.capabilities;
    if (isObject(capabilities) && capabilities[method.replace(/\/.*/, "")] === undefined) return NO_MEMBERS;
    try {
      const fetching = lists.fetch(method, { pagesMs: LIST_MS });
      const answer = await within(clock, 2 * LIST_MS, fetching, () => undefined);
      if (answer === undefined) return undefined;
      const { result, isResultTooLarge } = answer.response.value;
      if (isResultTooLarge || answer.isCut) return NOT_COMPARED;
      const list = isObject(result) ? result[listFacts(method).member] : undefined;
      return Array.isArray(list) ? JSON.stringify(list) : NO_MEMBERS;
    } catch (error) {
      diagnostics.event("list-changes.failed", { method });
      const isRefused = asFailure(error).family === "AUTH" && !isFailure(error, "AUTH_SIGN_IN_REQUIRED");
      return isRefused ? REFUSED : undefined;
    }
  }
}
