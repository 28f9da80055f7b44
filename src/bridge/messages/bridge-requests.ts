// Requests that the bridge itself makes. Their ids begin with random text and never meet the host's (ERA-6).

import {
  type MessageId,
  type NotificationMessage,
  type RequestMessage,
  readMessage,
  withId,
} from "../../core/mcp/message.ts";
import type { Random } from "../../core/ports/random.ts";

export class BridgeRequests {
  readonly #random: Random;
  #prefix: string | undefined;
  #count = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  nextId(): MessageId {
    this.#prefix ??= `drawbridge-${this.#random.token(9)}-`;
    this.#count += 1;
    const value = this.#prefix + this.#count;
    return { raw: JSON.stringify(value), key: `s${value}` };
  }

  make(method: string, params?: unknown): RequestMessage {
    const { key } = this.nextId();
    return asRequest(Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: key.slice(1), method, params })));
  }

  /** The host's own words under an id of ours. */
  repeat(request: RequestMessage): RequestMessage {
    return asRequest(withId(request, this.nextId()));
  }

  isOwn(id: MessageId): boolean {
    return this.#prefix !== undefined && id.key.startsWith(`s${this.#prefix}`);
  }
}

export function notification(method: string, params?: unknown): NotificationMessage {
  const found = readMessage(Buffer.from(JSON.stringify({ jsonrpc: "2.0", method, params })));
  if (found.kind !== "notification") throw new TypeError(`not a notification: ${method}`);
  return found;
}

function asRequest(bytes: Buffer): RequestMessage {
  const found = readMessage(bytes);
  if (found.kind !== "request") throw new TypeError("not a request");
  return found;
}
