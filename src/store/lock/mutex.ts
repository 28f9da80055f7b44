import { unlessAborted } from "../../core/deadline.ts";

/** Lets one task of this process at a time pass, in order. */
export interface Mutex {
  /** Runs `act` when it is its turn. @throws `signal.reason` when aborted before; what `act` throws */
  take<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T>;
}

export function createMutex(): Mutex {
  let last: Promise<unknown> = Promise.resolve();
  return {
    take(signal, act) {
      const before = last;
      const mine = unlessAborted(before, signal).then(act);
      // Who gives up waiting does not let the next one pass.
      last = Promise.allSettled([before, mine]);
      return mine;
    },
  };
}
