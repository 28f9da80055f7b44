// The host's requests that are not answered yet.

import type { Failure } from "../../core/failure/failure.ts";
import { methodFacts } from "../../core/mcp/methods.ts";
import type { PendingRequest } from "../messages/pending-request.ts";

export class OpenRequests {
  /** No `Set`: an outgrown table of one points at the table that replaced it, and so at all later requests. */
  readonly #all: PendingRequest[] = [];
  #standing = 0;
  #onIdle: (() => void) | undefined;

  /** Those that somebody waits for: what stays open for as long as it is wanted does not count. */
  get count(): number {
    return this.#standing === 0 ? this.#all.length : this.#all.length - this.#standing;
  }

  get all(): readonly PendingRequest[] {
    return [...this.#all];
  }

  add(pending: PendingRequest): void {
    this.#all.push(pending);
    if (methodFacts(pending.method).standing) this.#standing += 1;
  }

  remove(pending: PendingRequest): void {
    const at = this.#all.indexOf(pending);
    if (at >= 0) {
      this.#all.splice(at, 1);
      if (methodFacts(pending.method).standing) this.#standing -= 1;
    }
    if (this.count === 0) this.#onIdle?.();
  }

  /** Does the host wait for an answer to a request of this method? */
  has(method: string): boolean {
    return this.all.some((pending) => pending.method === method);
  }

  /** Resolves when there is none. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle = resolve;
      if (this.count === 0) resolve();
    });
  }

  /** Answers all of them with `failure`. */
  fail(failure: Failure): void {
    for (const pending of this.all) pending.fail(failure);
  }

  /** The host does not want the answer any more. @param key of the request's id */
  cancel(key: string | undefined): void {
    for (const pending of this.all) {
      // The specification forbids to cancel `initialize`.
      if (pending.id.key === key && pending.method !== "initialize") pending.cancel();
    }
  }
}
