// Where messages wait, in the host's order, until there is a session to send them in. Nothing stays longer than
// somebody wants it: a remote may be away for days.

import type { Clock } from "../../core/ports/clock.ts";
import { isSettled, type OutboundMessage } from "../messages/outbound-message.ts";
import { type LedgerEntry, type MemoryLedger, noMemory } from "../transport/memory-ledger.ts";
import { failPending } from "../transport/transport.ts";

/** What all that waits may take together. */
const MOST_BYTES = 64 << 20;
/** Nobody waits for a notification's answer, so it would stay for ever; later than this it is no news any more. */
const NOTIFICATION_MS = 60_000;

export class SendQueue {
  readonly #clock: Clock;
  readonly #memory: MemoryLedger;
  readonly #waiting = new Map<OutboundMessage, LedgerEntry>();
  #bytes = 0;

  constructor(clock: Clock, memory: MemoryLedger) {
    this.#clock = clock;
    this.#memory = memory;
  }

  /** False: it is not kept, since too much waits already. */
  add(outbound: OutboundMessage): boolean {
    const { bytes, requests } = outbound;
    if (this.#bytes + bytes.length > MOST_BYTES) return false;
    const entry = this.#memory.enter(() => this.#giveUp(outbound));
    this.#waiting.set(outbound, entry);
    this.#bytes += bytes.length;
    entry.grow(bytes.length);
    if (!this.#waiting.has(outbound)) return false;
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
    const all = [...this.#waiting.keys()];
    for (const entry of this.#waiting.values()) entry.leave();
    this.#waiting.clear();
    this.#bytes = 0;
    for (const outbound of all) if (!isSettled(outbound)) take(outbound);
  }

  #giveUp(outbound: OutboundMessage): void {
    this.#leave(outbound);
    failPending(outbound, noMemory());
  }

  #leave(outbound: OutboundMessage): void {
    const entry = this.#waiting.get(outbound);
    if (!this.#waiting.delete(outbound)) return;
    this.#bytes -= outbound.bytes.length;
    entry?.leave();
  }
}
