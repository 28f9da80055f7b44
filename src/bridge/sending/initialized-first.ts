import { within } from "../../core/deadline.ts";
import type { Clock } from "../../core/ports/clock.ts";

/** How long a remote may take to answer it. */
const ANSWER_MS = 500;

/**
 * Keeps back what follows `notifications/initialized` until the remote has answered that: each request may have a
 * connection of its own, and strict remotes refuse what overtakes it, or end the session (NET-1).
 */
export class InitializedFirst {
  readonly #clock: Clock;
  #unanswered: Promise<void> | undefined;
  #onPassed: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** It goes out now. @returns call it when there is an answer, or will be none */
  begin(): () => void {
    let answered = (): void => undefined;
    const answer = new Promise<void>((resolve) => {
      answered = resolve;
    });
    const unanswered = within(this.#clock, ANSWER_MS, answer, () => undefined).finally(() => {
      if (this.#unanswered === unanswered) this.#unanswered = undefined;
      this.#pass();
    });
    this.#unanswered = unanswered;
    return answered;
  }

  /** Resolves when what else is to be sent may go, in the order in which it came; undefined: now. */
  get turn(): Promise<void> | undefined {
    // A host that asks before it has said it, or never says it, has its own order.
    if (this.#unanswered === undefined) this.#pass();
    return this.#unanswered;
  }

  /** Calls `action`, and none that was given before, when the host's first message of the session has had its turn. */
  afterFirst(action: () => void): void {
    this.#onPassed = action;
  }

  #pass(): void {
    const action = this.#onPassed;
    this.#onPassed = undefined;
    action?.();
  }
}
