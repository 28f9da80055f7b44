// The remote's requests that the host has not answered yet, each with the session that asked: an answer to a session that
// is gone would answer some other request of the new one.

import type { Message, ResponseMessage } from "../../core/mcp/message.ts";
import type { OnAccompanying } from "../messages/outbound-message.ts";
import type { McpSession } from "../session/mcp-session.ts";
import type { SessionState } from "../session/session-state.ts";

/** What a host leaves open: the oldest are forgotten, so that nobody fills our memory with them. */
const MAX_OPEN = 10_000;

export class RemoteRequests {
  readonly #session: Pick<SessionState, "current">;
  /** Id key to the generation of the session. */
  readonly #open = new Map<string, number>();

  constructor(session: Pick<SessionState, "current">) {
    this.#session = session;
  }

  /** @param mcpSession in which the message came; undefined: in the one that is open now, if one is */
  note(message: Exclude<Message, ResponseMessage>, mcpSession: McpSession | undefined): void {
    if (message.kind === "request") {
      this.#open.set(message.id.key, (mcpSession ?? this.#session.current)?.generation ?? 0);
      for (const oldest of this.#open.keys()) {
        if (this.#open.size <= MAX_OPEN) break;
        this.#open.delete(oldest);
      }
    } else if (message.method === "notifications/cancelled" && message.requestId) {
      this.#open.delete(message.requestId.key);
    }
  }

  /** Notes what comes before it is handed on. */
  noting(take: OnAccompanying): OnAccompanying {
    return (message) => {
      this.note(message, undefined);
      take(message);
    };
  }

  /** True: the session that is open now asked for this answer, and has it with this call. */
  take(answer: ResponseMessage): boolean {
    if (this.#open.get(answer.id.key) !== (this.#session.current?.generation ?? 0)) return false;
    return this.#open.delete(answer.id.key);
  }
}
