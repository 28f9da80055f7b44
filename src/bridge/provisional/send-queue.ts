// Where messages wait, in the host's order, until there is a session to send them in. Nothing stays longer than
// somebody wants it: a remote may be away for days.

import type { Clock } from "../../core/ports/clock.ts";
import { isSettled, type OutboundMessage } from "../messages/outbound-message.ts";

/** What all that waits may take together. */
const MOST_BYTES = 64 << 20;
/** Nobody waits for a notification's answer, so it would stay for ever; later than this it is no news any more. */
const NOTIFICATION_MS = 60_000;

export class SendQueue {
  readonly #clock: Clock;
  readonly #waiting = new Set<OutboundMessage>();
  #bytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** False: it is not kept, since too much waits already. */
  add(outbound: OutboundMessage): boolean {
    const { bytes, requests } = outbound;
    if (this.#bytes + bytes.length > MOST_BYTES) return false;
    this.#waiting.add(outbound);
    this.#bytes += bytes.length;
    if (requests.length === 0) this.#clock.after(NOTIFICATION_MS, () => this.#leave(outbound));
    else void Promise.all(requests.map((one) => one.whenDone)).then(() => this.#leave(outbound));
    return true;
  }

  /** It still waits here, and was not sent. */
  holds(outbound: OutboundMessage): boolean {
    return this.#waiting.has(outbound);
  }

  /** Hands out what still waits, in order. */
  empty(take: (outbound: OutboundMessage) => void): void {
    const all = [...this.#waiting];
    this.#waiting.clear();
    this.#bytes = 0;
    for (const outbound of all) if (!isSettled(outbound)) take(outbound);
  }

  #leave(outbound: OutboundMessage): void {
    if (this.#waiting.delete(outbound)) this.#bytes -= outbound.bytes.length;
  }
}
