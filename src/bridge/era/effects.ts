import type { Message, MessageId } from "../../core/mcp/message.ts";

/** What follows from a message. `bridge`: it is said to the bridge as a legacy host would say it. */
export interface Effect {
  readonly to: "host" | "bridge";
  readonly message: Message;
}

export function toHost(message: Message): Effect {
  return { to: "host", message };
}

export function toBridge(message: Message): Effect {
  return { to: "bridge", message };
}

/** Where ids, secrets and times come from. */
export interface DialogueContext {
  readonly nextId: () => MessageId;
  /** Nobody can guess it. */
  readonly newState: () => string;
  readonly nowMs: () => number;
}
