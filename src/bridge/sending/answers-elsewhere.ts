// Answers that come on the remote's own stream (GET), and not on the answer to their POST. The specification sends them
// there never (2025-11-25, basic/transports); remotes that grew out of HTTP+SSE do.

import { within } from "../../core/deadline.ts";
import type { ResponseMessage } from "../../core/mcp/message.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { OutboundMessage } from "../messages/outbound-message.ts";
import type { McpSession } from "../session/mcp-session.ts";
import { answerPending } from "../transport/transport.ts";

export class AnswersElsewhere {
  readonly #clock: Clock;
  readonly #lifetime: AbortSignal;
  /** No `Set`, as in `OpenRequests`. */
  readonly #sent: OutboundMessage[] = [];
  /** The session whose stream is open, or will be. */
  #listening: McpSession | undefined;
  readonly #onSilence = new Set<() => void>();

  constructor(clock: Clock, lifetime: AbortSignal) {
    this.#clock = clock;
    this.#lifetime = lifetime;
    lifetime.addEventListener("abort", () => this.#tell(), { once: true });
  }

  /** The stream of this session is asked for now or soon, and again when it breaks. */
  begin(mcpSession: McpSession): void {
    this.#listening = mcpSession;
    this.#tell();
  }

  /** It is asked for no more: there is none, or the session is another one. */
  end(mcpSession: McpSession): void {
    if (this.#listening !== mcpSession) return;
    this.#listening = undefined;
    this.#tell();
  }

  /** The message is sent: from now on its answer may come. @returns call it when nobody waits for that any more */
  expect(outbound: OutboundMessage): () => void {
    this.#sent.push(outbound);
    return () => void this.#sent.splice(this.#sent.indexOf(outbound), 1);
  }

  /** True: it answers a request that was sent. */
  take(message: ResponseMessage): boolean {
    for (const { requests } of this.#sent) if (answerPending(requests, message)) return true;
    return false;
  }

  /** Resolves when the message is answered, or will not be: after `forMs`, or when the stream of its session is over. */
  async wait(
    { requests }: OutboundMessage,
    mcpSession: McpSession | undefined,
    forMs: number,
  ): Promise<void> {
    if (mcpSession === undefined || this.#listening !== mcpSession || this.#lifetime.aborted) return;
    let onSilence = (): void => undefined;
    const silence = new Promise<void>((resolve) => {
      onSilence = resolve;
    });
    this.#onSilence.add(onSilence);
    const answered = Promise.all(requests.map((pending) => pending.whenDone));
    await within(this.#clock, forMs, Promise.race([answered, silence]), () => undefined);
    this.#onSilence.delete(onSilence);
  }

  #tell(): void {
    for (const tell of this.#onSilence) tell();
  }
}
