import type { SignInInProgress } from "../core/ports/authorizer.ts";

/** What others may know of a sign-in while it goes on. */
export class SignInState {
  /** Called whenever an address becomes known. */
  readonly listeners: (() => void)[] = [];
  #current: SignInInProgress | undefined;

  get current(): SignInInProgress | undefined {
    return this.#current;
  }

  set current(next: SignInInProgress | undefined) {
    this.#current = next;
    if (next !== undefined) for (const listener of this.listeners) listener();
  }
}
