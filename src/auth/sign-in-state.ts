import type { SignInInProgress } from "../core/ports/authorizer.ts";

/** What others may know of a sign-in while it goes on. */
export class SignInState {
  /** Called whenever an address becomes known, and with undefined when the sign-in is over. */
  readonly listeners: ((signIn: SignInInProgress | undefined) => void)[] = [];
  #current: SignInInProgress | undefined;

  get current(): SignInInProgress | undefined {
    return this.#current;
  }

  /** The same sign-in has another address now, for whoever asks; nobody is called. */
  renew(next: SignInInProgress): void {
    this.#current = next;
  }

  set current(next: SignInInProgress | undefined) {
    const isChange = next !== this.#current;
    this.#current = next;
    if (isChange) for (const listener of this.listeners) listener(next);
  }
}
