// Answers what the host asks while there is no session, lets the rest wait, and no longer than a host waits (LIFE-1, LIFE-2).

import { Failure } from "../../core/failure/failure.ts";
import type { NotificationMessage, RequestMessage, ResponseMessage } from "../../core/mcp/message.ts";
import { isListMethod, methodFacts } from "../../core/mcp/methods.ts";
import { resultAnswer } from "../../core/mcp/rpc-error.ts";
import type { SessionSettings } from "../../core/settings.ts";
import type { SessionConnector } from "../connecting/session-connector.ts";
import { guarded } from "../messages/guard.ts";
import type { MessageHandler } from "../messages/message-handler.ts";
import type { OutboundMessage } from "../messages/outbound-message.ts";
import type { PendingRequest } from "../messages/pending-request.ts";
import { isTransient } from "../sending/retry-policy.ts";
import { notOpenYet, signInRequired } from "../sending/sign-in-required.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import { failPending } from "../transport/transport.ts";
import { REQUEST_MS } from "./host-waits.ts";
import type { ListChanges } from "./list-changes.ts";
import type { ProvisionalHandshake } from "./provisional-handshake.ts";
import type { ProvisionalLists } from "./provisional-lists.ts";
import type { SendQueue } from "./send-queue.ts";

export interface ProvisionalAnswersOptions extends BridgeContext {
  readonly settings: SessionSettings;
  readonly connector: SessionConnector;
  readonly handshake: ProvisionalHandshake;
  readonly lists: ProvisionalLists;
  readonly listChanges: ListChanges;
  readonly sendQueue: SendQueue;
}

export class ProvisionalAnswers implements MessageHandler {
  /** The last reason why there is no session. */
  lastFailure: Failure | undefined;
  readonly #options: ProvisionalAnswersOptions;
  /** Requests that wait for a session. */
  readonly #waiting = new Map<PendingRequest, RequestMessage>();
  #hadSession = false;

  constructor(options: ProvisionalAnswersOptions) {
    this.#options = options;
  }

  /** Answers what needs no session. */
  onRequest(message: RequestMessage, pending: PendingRequest): boolean {
    const { settings, session, handshake, connector, lists } = this.#options;
    if (!session.isAwaited || !settings.provisional) return false;
    const { standsIn } = handshake;
    const { method } = message;
    const isAccepted = method === "ping" || (method === "logging/setLevel" && standsIn);
    const answer = isAccepted ? resultAnswer(pending.id, {}) : standsIn ? lists.atOnce(message) : undefined;
    if (answer === undefined) {
      this.#waiting.set(pending, message);
      void pending.whenDone.then(() => this.#waiting.delete(pending));
      return false;
    }
    pending.answer(answer);
    if (!isAccepted) connector.ensure(methodFacts(method).background ? "background" : "host", method);
    return true;
  }

  /** Without a session nobody understands what speaks of one. */
  onNotification({ method }: NotificationMessage): boolean {
    const { session } = this.#options;
    return session.isAwaited && session.current === undefined && methodFacts(method).ofOneSession === true;
  }

  /** Keeps what cannot be sent now. */
  onOutbound(outbound: OutboundMessage): boolean {
    const { session, sendQueue, connector, settings, clock, diagnostics } = this.#options;
    if (!session.isAwaited || outbound.ofOneSession) return false;
    if (!sendQueue.add(outbound)) failPending(outbound, tooMuchWaits());
    if (outbound.requests.length === 0) return true;
    connector.ensure(outbound.cause, outbound.operation);
    if (!settings.provisional) return true;
    for (const pending of outbound.requests) {
      clock.after(this.#limitMs(pending), () =>
        guarded(diagnostics, [pending], () => {
          if (sendQueue.holds(outbound)) this.#answerAtLast(pending, this.#reason());
        }),
      );
    }
    return true;
  }

  onResponse(request: RequestMessage, response: ResponseMessage, bytes: Buffer): Buffer {
    const { handshake, lists, listChanges } = this.#options;
    if (!isListMethod(request.method)) return bytes;
    if (response.value.error === undefined) listChanges.received(request, request.method);
    return (handshake.wasAnswered ? lists.corrected(request, response) : undefined) ?? bytes;
  }

  /** A remembered list in place of one that could not be fetched. */
  onFailure(request: RequestMessage, failure: Failure): Buffer | undefined {
    const { settings, lists } = this.#options;
    return settings.provisional && isTransient(failure) ? lists.remembered(request) : undefined;
  }

  /** The session is ready: what waited is sent, and the host learns what it was told wrongly. */
  onReady(send: (outbound: OutboundMessage) => void): void {
    this.lastFailure = undefined;
    this.#hadSession = true;
    this.#options.sendQueue.empty(send);
    void this.#options.listChanges.check();
  }

  /** Nobody is trying to connect any more: everything that waits is answered. */
  failQueued(failure: Failure): void {
    const { settings, sendQueue } = this.#options;
    this.lastFailure = failure;
    // It may come back while they wait; their own time answers them.
    if (settings.provisional && isTransient(failure)) return;
    sendQueue.empty((outbound) => {
      for (const pending of outbound.requests) this.#answerAtLast(pending, failure);
    });
  }

  /** From now. */
  #limitMs({ method }: PendingRequest): number {
    const { settings, clock, handshake } = this.#options;
    // In a session that was lost the host has its lists, and waits as with any request.
    if (method !== "tools/list" || this.#hadSession) return settings.handshakeWaitMs ?? REQUEST_MS;
    return handshake.listMs - clock.monotonicMs();
  }

  /** Some hosts never ask for a list again, so one that says how to sign in is better than an error. */
  #answerAtLast(pending: PendingRequest, failure: Failure): void {
    const { settings, handshake, lists } = this.#options;
    const request = settings.provisional ? this.#waiting.get(pending) : undefined;
    const list = request && (handshake.wasAnswered ? lists.atLast(request) : lists.remembered(request));
    if (list === undefined) pending.fail(failure);
    else pending.answer(list);
  }

  #reason(): Failure {
    const inProgress = this.#options.authorizer.inProgress();
    return inProgress === undefined ? (this.lastFailure ?? notOpenYet()) : signInRequired(inProgress);
  }
}

function tooMuchWaits(): Failure {
  return new Failure("NETWORK_TIMEOUT", "Too many messages already wait for a session with the server.", {
    received: "no",
  });
}
