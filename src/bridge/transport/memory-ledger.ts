// Counts the bytes of all messages that are unfinished or wait, and has the newest given up when they are too many.

import { Failure } from "../../core/failure/failure.ts";

/** One message. */
export interface LedgerEntry {
  /** Its bytes so far. */
  grow(bytes: number): void;
  /** It is handed on, or given up. Idempotent. */
  leave(): void;
}

interface Entry {
  bytes: number;
  readonly onOver: () => void;
}

export class MemoryLedger {
  readonly #maxBytes: number;
  /** The newest last. */
  readonly #entries = new Set<Entry>();
  #total = 0;

  /** @param maxBytes of all messages together (`--max-memory`) */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @param onOver there is no room for it any more; its entry has left */
  enter(onOver: () => void): LedgerEntry {
    const entry: Entry = { bytes: 0, onOver };
    this.#entries.add(entry);
    return {
      grow: (bytes) => this.#grow(entry, bytes),
      leave: () => this.#leave(entry),
    };
  }

  #grow(entry: Entry, bytes: number): void {
    if (!this.#entries.has(entry)) return;
    this.#total += bytes - entry.bytes;
    entry.bytes = bytes;
    if (this.#total <= this.#maxBytes) return;
    // Those that hold nothing yet would make no room.
    const newest = [...this.#entries].filter((one) => one.bytes > 0).reverse();
    for (const one of newest) {
      if (this.#total <= this.#maxBytes) return;
      this.#leave(one);
      one.onOver();
    }
  }

  #leave(entry: Entry): void {
    if (this.#entries.delete(entry)) this.#total -= entry.bytes;
  }
}

/** What a message is told for which there is no room. */
export function noMemory(): Failure {
  return new Failure("NETWORK_TOO_LARGE", "Unfinished messages together are larger than allowed.", {
    hint: "Raise --max-memory if you expect that.",
  });
}
