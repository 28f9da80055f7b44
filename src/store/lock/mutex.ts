import { unlessAborted } from "../../core/deadline.ts";

/** Lets one task of this process at a time pass, in order. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `act` when it is its turn. @throws `signal.reason` when aborted before; what `act` throws */
  take<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const mine = unlessAborted(before, signal).then(act);
    // Who gives up waiting does not let the next one pass.
    this.#last = Promise.allSettled([before, mine]);
    return mine;
  }
}
