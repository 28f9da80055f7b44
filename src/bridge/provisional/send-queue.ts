// Where messages wait, in the host's order, until there is a session to send them in. Nothing stays longer than
// somebody wants it: a remote may be away for days.

import type { Clock } from "../../core/ports/clock.ts";
import { isSettled, type OutboundMessage } from "../messages/outbound-message.ts";

export interface SendQueue {
  /** False: it is not kept, since too much waits already. */
  admit(parcel: OutboundMessage): boolean;
  /** It still waits here, and was not sent. */
  holds(parcel: OutboundMessage): boolean;
  /** Hands out what still waits, in order. */
  empty(take: (parcel: OutboundMessage) => void): void;
}

/** What all that waits may take together. */
const MOST_BYTES = 64 << 20;
/** Nobody waits for a notification's answer, so it would stay for ever; later than this it is no news any more. */
const NOTIFICATION_MS = 60_000;
/** What these speak of, a request of one side to the other, did not outlive the old session. */
const OF_ONE_SESSION = new Set(["response", "notifications/cancelled", "notifications/progress"]);

export function createSendQueue(clock: Clock): SendQueue {
  const parcels = new Set<OutboundMessage>();
  let bytes = 0;

  function leave(parcel: OutboundMessage): void {
    if (parcels.delete(parcel)) bytes -= parcel.bytes.length;
  }

  return {
    admit(parcel) {
      if (OF_ONE_SESSION.has(parcel.operation) || bytes + parcel.bytes.length > MOST_BYTES) return false;
      parcels.add(parcel);
      bytes += parcel.bytes.length;
      if (parcel.requests.length === 0) clock.after(NOTIFICATION_MS, () => leave(parcel));
      else void Promise.all(parcel.requests.map((one) => one.whenDone)).then(() => leave(parcel));
      return true;
    },
    holds: (parcel) => parcels.has(parcel),
    empty(take) {
      const all = [...parcels];
      parcels.clear();
      bytes = 0;
      for (const parcel of all) if (!isSettled(parcel)) take(parcel);
    },
  };
}
