// Tells the host that a list is another one than it was served in the remote's place.

import { Deadline } from "../../core/deadline.ts";
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
/** A list that the remote refuses to who is signed in: nobody asks again before another sign-in. */
const REFUSED = Symbol("refused");

export class ListChanges {
  readonly #options: ListChangesOptions;
  /** What the host was served in the remote's place, as JSON; empty: a list of the bridge's own. */
  readonly #served = new Map<ListMethod, string>();
  /** Of those, the ones that the remote refuses to who is signed in. */
  readonly #refused = new Set<ListMethod>();
  readonly #comparing = new Set<ListMethod>();
  /** Something happened while they were compared: they are compared once more. */
  readonly #again = new Set<ListMethod>();
  /** Lists of which the host was once told that there is more than it was given. */
  readonly #cut = new Set<ListMethod>();
  #failures = 0;
  #waits = false;

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

  /** The host was given the beginning of a list. Once: a remote that never gives more would be asked for ever. */
  servedCut(method: ListMethod): void {
    if (this.#cut.has(method)) return;
    this.#cut.add(method);
    this.served(method, undefined);
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
    if (session.mcpSession === undefined) return;
    for (const method of this.#open()) {
      if (this.#comparing.has(method)) {
        this.#again.add(method);
        continue;
      }
      this.#comparing.add(method);
      this.#compare(method)
        .catch((error: unknown) => reportBug(diagnostics, error))
        .finally(() => this.#compared(method));
    }
  }

  #compared(method: ListMethod): void {
    this.#comparing.delete(method);
    if (this.#again.delete(method)) this.#check();
    else if (this.#open().length > 0) this.#checkLater();
    else this.#failures = 0;
  }

  /** Lists that may have to be corrected, and can be asked for now. */
  #open(): readonly ListMethod[] {
    return [...this.#served.keys()].filter((method) => !this.#refused.has(method));
  }

  async #compare(method: ListMethod): Promise<void> {
    const before = this.#served.get(method);
    const now = await this.#listedNow(method);
    // The host may have got the list meanwhile.
    if (now === undefined || this.#served.get(method) !== before) return;
    if (now === REFUSED) {
      this.#refused.add(method);
      return;
    }
    this.#served.delete(method);
    if (now !== before) this.#options.send(notification(listFacts(method).changed).bytes);
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
    const { lists, listCache, diagnostics, clock, session } = this.#options;
    const capabilities = listCache.initialize?.capabilities;
    if (isObject(capabilities) && capabilities[method.replace(/\/.*/, "")] === undefined) return NO_MEMBERS;
    const deadline = new Deadline(clock, 2 * LIST_MS);
    try {
      // In this session: that one list is not found is no reason to make another.
      const answer = await lists.fetch(method, LIST_MS, {
        inside: session.mcpSession,
        signal: deadline.signal,
      });
      const { result, isResultTooLarge } = answer.response.value;
      if (isResultTooLarge || answer.isCut) return NOT_COMPARED;
      const list = isObject(result) ? result[listFacts(method).member] : undefined;
      return Array.isArray(list) ? JSON.stringify(list) : NO_MEMBERS;
    } catch (error) {
      diagnostics.event("list-changes.failed", { method });
      const isRefused = asFailure(error).family === "AUTH" && !isFailure(error, "AUTH_SIGN_IN_REQUIRED");
      return isRefused ? REFUSED : undefined;
    } finally {
      deadline.cancelTimer();
    }
  }
}
