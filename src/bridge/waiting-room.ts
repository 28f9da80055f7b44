// Where messages wait, in the host's order, until there is a session to send them in.

import { isSettled, type Parcel } from "./parcel.ts";

export interface WaitingRoom {
  admit(parcel: Parcel): void;
  /** It still waits here, and was not sent. */
  holds(parcel: Parcel): boolean;
  /** Hands out what still waits, in order. */
  empty(take: (parcel: Parcel) => void): void;
}

export function createWaitingRoom(): WaitingRoom {
  let parcels: Parcel[] = [];

  function takeAll(): Parcel[] {
    const all = parcels;
    parcels = [];
    return all;
  }

  return {
    admit: (parcel) => {
      parcels.push(parcel);
    },
    holds: (parcel) => parcels.includes(parcel),
    empty(take) {
      for (const parcel of takeAll()) if (!isSettled(parcel)) take(parcel);
    },
  };
}
