// Requests that the bridge itself makes. Their ids begin with random text and never meet the host's (ERA-6).

import {
  type MessageId,
  type NotificationMessage,
  type RequestMessage,
  readMessage,
  withId,
} from "../../core/mcp/message.ts";
import type { Random } from "../../core/ports/random.ts";

export interface BridgeRequests {
  nextId(): MessageId;
  make(method: string, params?: unknown): RequestMessage;
  /** The host's own words under an id of ours. */
  repeat(request: RequestMessage): RequestMessage;
  isOwn(id: MessageId): boolean;
}

export function createBridgeRequests(random: Random): BridgeRequests {
  let prefix: string | undefined;
  let count = 0;

  function nextId(): MessageId {
    prefix ??= `drawbridge-${random.token(9)}-`;
    count += 1;
    const value = prefix + count;
    return { raw: JSON.stringify(value), key: `s${value}` };
  }

  return {
    nextId,
    make(method, params) {
      const id = nextId();
      const tail = params === undefined ? "" : `,"params":${JSON.stringify(params)}`;
      return asRequest(
        Buffer.from(`{"jsonrpc":"2.0","id":${id.raw},"method":${JSON.stringify(method)}${tail}}`),
      );
    },
    repeat: (request) => asRequest(withId(request, nextId())),
    isOwn: (id) => prefix !== undefined && id.key.startsWith(`s${prefix}`),
  };
}

export function notification(method: string, params?: unknown): NotificationMessage {
  const tail = params === undefined ? "" : `,"params":${JSON.stringify(params)}`;
  const bytes = Buffer.from(`{"jsonrpc":"2.0","method":${JSON.stringify(method)}${tail}}`);
  const found = readMessage(bytes);
  if (found.kind !== "notification") throw new TypeError(`not a notification: ${method}`);
  return found;
}

function asRequest(bytes: Buffer): RequestMessage {
  const found = readMessage(bytes);
  if (found.kind !== "request") throw new TypeError("not a request");
  return found;
}
