// Work, or a limit of time: whichever comes first, the other is called off or left alone.
import type { Clock } from "./ports/clock.ts";

/** A limit of time that work listens to. Call it off in `finally`. */
export class Deadline {
  readonly #timer = new AbortController();
  readonly #outer: AbortSignal | undefined;
  /** Aborts when time is up, or when `outer` does. */
  readonly signal: AbortSignal;
  readonly cancelTimer: () => void;

  constructor(clock: Clock, ms: number, outer?: AbortSignal) {
    this.#outer = outer;
    this.signal = outer ? AbortSignal.any([outer, this.#timer.signal]) : this.#timer.signal;
    this.cancelTimer = clock.after(ms, () => this.#timer.abort());
  }

  /** Time is up, and nobody called it off from outside. */
  get passed(): boolean {
    return this.#timer.signal.aborted && this.#outer?.aborted !== true;
  }
}

/**
 * As `work`, or as `late` when that takes longer than `ms`; the work goes on. Keeps the process alive meanwhile: what
 * is waited for may not, such as a native keychain.
 */
export async function within<T, L>(
  clock: Clock,
  ms: number,
  work: Promise<T>,
  late: () => L,
): Promise<T | L> {
  const done = new AbortController();
  try {
    return await Promise.race([work, clock.sleep(ms, done.signal).then(late)]);
  } finally {
    done.abort();
  }
}

/** As `work`, unless `signal` aborts before; then rejects with its reason, and the work goes on for others. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
