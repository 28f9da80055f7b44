// Bounds what unfinished messages take together. Two hundred large answers that arrive at once would otherwise all be
// in memory before the first of them shows that the host does not read (LIFE-4).

import type { Clock } from "../../core/ports/clock.ts";
import type { LedgerEntry, MemoryLedger } from "./memory-ledger.ts";

/** One message that is being put together. */
export interface MemoryShare {
  /** Its bytes so far. */
  grow(bytes: number): void;
  /** False: read no further before `onTurn` is called. */
  mayGrow(): boolean;
  /** It is complete, or given up. */
  leave(): void;
}

export interface MemoryBudget {
  /** @param onTurn it may (again) grow @param onOver there is no room for it any more */
  enter(onTurn: () => void, onOver: () => void): MemoryShare;
}

/** Beyond this, only one message at a time goes on. */
const MOST_BYTES = 8 << 20;
/** A message that does not come to its end must not hold up the others: the turn passes on after so long. */
const TURN_MS = 1_000;

export function createMemoryBudget(clock: Clock, ledger: MemoryLedger): MemoryBudget {
  /** In order of their turns. */
  const members = new Set<Member>();
  let total = 0;
  let isPassing = false;

  interface Member {
    bytes: number;
    readonly onTurn: () => void;
    readonly entry: LedgerEntry;
  }

  const isFull = (): boolean => total > MOST_BYTES;
  const first = (): Member | undefined => members.values().next().value;

  function passLater(): void {
    if (isPassing) return;
    isPassing = true;
    clock.after(TURN_MS, passOn);
  }

  function passOn(): void {
    isPassing = false;
    if (!isFull()) return;
    const now = first();
    if (now !== undefined) {
      members.delete(now);
      members.add(now);
    }
    first()?.onTurn();
    passLater();
  }

  function leave(member: Member): void {
    if (!members.delete(member)) return;
    member.entry.leave();
    const wasFull = isFull();
    total -= member.bytes;
    if (!wasFull) return;
    if (isFull()) first()?.onTurn();
    else for (const other of [...members]) other.onTurn();
  }

  return {
    enter(onTurn, onOver) {
      const entry = ledger.enter(() => {
        leave(member);
        onOver();
      });
      const member: Member = { bytes: 0, onTurn, entry };
      members.add(member);
      return {
        grow(bytes) {
          if (!members.has(member)) return;
          total += bytes - member.bytes;
          member.bytes = bytes;
          entry.grow(bytes);
          if (isFull()) passLater();
        },
        mayGrow: () => !isFull() || first() === member,
        leave: () => leave(member),
      };
    },
  };
}
