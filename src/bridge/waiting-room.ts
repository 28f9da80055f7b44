// Where messages wait, in the host's order, until there is a session to send them in.

import type { Failure } from "../core/failure.ts";
import { failOpen } from "./exchange.ts";
import { isSettled, type Parcel } from "./parcel.ts";

export interface WaitingRoom {
  readonly size: number;
  admit(parcel: Parcel): void;
  /** Hands out what still waits, in order. */
  empty(deliver: (parcel: Parcel) => void): void;
  /** Answers every request with `failure` and forgets the rest. */
  fail(failure: Failure): void;
}

export function createWaitingRoom(): WaitingRoom {
  let parcels: Parcel[] = [];

  function takeAll(): Parcel[] {
    const all = parcels;
    parcels = [];
    return all;
  }

  return {
    get size() {
      return parcels.length;
    },
    admit: (parcel) => {
      parcels.push(parcel);
    },
    empty(deliver) {
      for (const parcel of takeAll()) if (!isSettled(parcel)) deliver(parcel);
    },
    fail(failure) {
      for (const parcel of takeAll()) failOpen(parcel, failure);
    },
  };
}
