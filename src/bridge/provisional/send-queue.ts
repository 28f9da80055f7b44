// Where messages wait, in the host's order, until there is a session to send them in. Nothing stays longer than
// somebody wants it: a remote may be away for days.

import type { Clock } from "../../core/ports/clock.ts";
import { isSettled, type OutboundMessage } from "../messages/outbound-message.ts";

export interface SendQueue {
  /** False: it is not kept, since too much waits already. */
  add(outbound: OutboundMessage): boolean;
  /** It still waits here, and was not sent. */
  holds(outbound: OutboundMessage): boolean;
  /** Hands out what still waits, in order. */
  empty(take: (outbound: OutboundMessage) => void): void;
}

/** What all that waits may take together. */
const MOST_BYTES = 64 << 20;
/** Nobody waits for a notification's answer, so it would stay for ever; later than this it is no news any more. */
const NOTIFICATION_MS = 60_000;
/** What these speak of, a request of one side to the other, did not outlive the old session. */
const OF_ONE_SESSION = new Set(["response", "notifications/cancelled", "notifications/progress"]);

export function createSendQueue(clock: Clock): SendQueue {
  const outboundMessages = new Set<OutboundMessage>();
  let bytes = 0;

  function leave(outbound: OutboundMessage): void {
    if (outboundMessages.delete(outbound)) bytes -= outbound.bytes.length;
  }

  return {
    add(outbound) {
      if (OF_ONE_SESSION.has(outbound.operation) || bytes + outbound.bytes.length > MOST_BYTES) return false;
      outboundMessages.add(outbound);
      bytes += outbound.bytes.length;
      if (outbound.requests.length === 0) clock.after(NOTIFICATION_MS, () => leave(outbound));
      else void Promise.all(outbound.requests.map((one) => one.whenDone)).then(() => leave(outbound));
      return true;
    },
    holds: (outbound) => outboundMessages.has(outbound),
    empty(take) {
      const all = [...outboundMessages];
      outboundMessages.clear();
      bytes = 0;
      for (const outbound of all) if (!isSettled(outbound)) take(outbound);
    },
  };
}
