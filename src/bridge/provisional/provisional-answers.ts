// Answers what the host asks while there is no session, lets the rest wait, and no longer than a host waits (LIFE-1, LIFE-2).

import { Failure } from "../../core/failure/failure.ts";
import type { NotificationMessage, RequestMessage, ResponseMessage } from "../../core/mcp/message.ts";
import { isListMethod, methodFacts } from "../../core/mcp/methods.ts";
import { resultAnswer } from "../../core/mcp/rpc-error.ts";
import type { SessionSettings } from "../../core/settings.ts";
import type { SessionConnector } from "../connecting/session-connector.ts";
import { hostFacts } from "../host/known-hosts.ts";
import { guarded } from "../messages/guard.ts";
import type { MessageHandler } from "../messages/message-handler.ts";
import type { OutboundMessage } from "../messages/outbound-message.ts";
import type { PendingRequest } from "../messages/pending-request.ts";
import { isTransient } from "../sending/retry-policy.ts";
import { notOpenYet, signInRequired } from "../sending/sign-in-required.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import { failPending } from "../transport/transport.ts";
import { RENEWAL_MS, REQUEST_MS } from "./host-waits.ts";
import type { ListChanges } from "./list-changes.ts";
import type { ProvisionalHandshake } from "./provisional-handshake.ts";
import type { ProvisionalLists } from "./provisional-lists.ts";
import type { SendQueue } from "./send-queue.ts";
import { SIGN_IN_OPERATION } from "./sign-in-tool-list.ts";

export interface ProvisionalAnswersOptions extends BridgeContext {
  readonly settings: SessionSettings;
  readonly connector: SessionConnector;
  readonly handshake: ProvisionalHandshake;
  readonly lists: ProvisionalLists;
  readonly listChanges: ListChanges;
  readonly sendQueue: SendQueue;
  /** It greets nobody: each of its messages stands for itself. */
  readonly isHostModern: () => boolean;
}

export class ProvisionalAnswers implements MessageHandler {
  /** The last reason why there is no session. */
  lastFailure: Failure | undefined;
  readonly #options: ProvisionalAnswersOptions;
  /** The host's requests for lists. */
  readonly #lists = new WeakMap<PendingRequest, RequestMessage>();
  /** The host has tools that the remote itself listed. */
  #hasTools = false;

  constructor(options: ProvisionalAnswersOptions) {
    this.#options = options;
  }

  /** Answers what needs no session. */
  onRequest(message: RequestMessage, pending: PendingRequest): boolean {
    const { settings, session, handshake, connector, lists } = this.#options;
    const { method } = message;
    if (isListMethod(method)) this.#lists.set(pending, message);
    if (!session.isAwaited || !settings.provisional) return false;
    const { standsIn } = handshake;
    const isAccepted = method === "ping" || (method === "logging/setLevel" && standsIn);
    const answer = isAccepted ? resultAnswer(pending.id, {}) : standsIn ? lists.atOnce(message) : undefined;
    if (answer === undefined) return false;
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
    const { session, sendQueue, connector, settings } = this.#options;
    if (outbound.ofOneSession) return false;
    if (!session.isAwaited) {
      this.#answerFromMemory(outbound);
      return false;
    }
    if (!sendQueue.add(outbound)) failPending(outbound, tooMuchWaits());
    if (outbound.requests.length === 0) return true;
    connector.ensure(outbound.cause, outbound.operation);
    if (!settings.provisional) return true;
    for (const pending of outbound.requests) {
      this.#after(this.#limitMs(pending), pending, () => {
        if (sendQueue.holds(outbound)) this.#answerAtLast(pending, this.#reason());
      });
    }
    return true;
  }

  /** How long a message waits for other credentials, a person's sign-in among them. Undefined: as long as it takes. */
  patienceMs({ requests: [pending], operation }: OutboundMessage): number | undefined {
    // The sign-in tool waits for the person, and has a limit of its own.
    if (!this.#options.settings.provisional || operation === SIGN_IN_OPERATION) return undefined;
    if (pending === undefined || !isListMethod(pending.method)) return this.#requestMs;
    // Nobody misses prompts and resources that arrive later.
    return pending.method === "tools/list" ? Math.max(this.#limitMs(pending), RENEWAL_MS) : RENEWAL_MS;
  }

  onResponse(request: RequestMessage, response: ResponseMessage, bytes: Buffer): Buffer {
    const { handshake, lists, listChanges } = this.#options;
    if (!isListMethod(request.method)) return bytes;
    if (response.value.error === undefined) {
      listChanges.received(request, request.method);
      if (request.method === "tools/list") {
        this.#hasTools = true;
        lists.receivedTools();
      }
    }
    return (handshake.wasAnswered ? lists.corrected(request, response) : undefined) ?? bytes;
  }

  /** A list in place of one that could not be fetched. */
  onFailure(request: RequestMessage, failure: Failure): Buffer | undefined {
    const { settings, lists, session, handshake, isHostModern } = this.#options;
    if (!settings.provisional) return undefined;
    // In a session, too: some remotes let everybody begin one. Who was refused one is told why.
    const hasGreeted = session.mcpSession !== undefined || handshake.wasAnswered || isHostModern();
    if (failure.family === "AUTH" && hasGreeted) return lists.atLast(request);
    return isTransient(failure) ? lists.remembered(request) : undefined;
  }

  /** The session is ready: what waited is sent, and the host learns what it was told wrongly. */
  onReady(send: (outbound: OutboundMessage) => void): void {
    this.lastFailure = undefined;
    this.#options.sendQueue.empty(send);
    this.#options.listChanges.checkAnew();
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

  get #requestMs(): number {
    return this.#options.settings.handshakeWaitMs ?? REQUEST_MS;
  }

  /** From now. */
  #limitMs({ method }: PendingRequest): number {
    const { clock, handshake } = this.#options;
    // In a session that was lost the host has its tools, and waits as with any request.
    if (method !== "tools/list" || this.#hasTools) return this.#requestMs;
    return handshake.listMs - clock.monotonicMs();
  }

  /** For hosts known to give their first list little time: what is remembered, in place of an answer that comes too late. */
  #answerFromMemory({ requests: [pending] }: OutboundMessage): void {
    const { settings, session, lists } = this.#options;
    const request = pending && this.#lists.get(pending);
    if (request?.method !== "tools/list" || pending === undefined || this.#hasTools) return;
    if (!settings.provisional || hostFacts(session.initialize).remembered === undefined) return;
    this.#after(this.#limitMs(pending), pending, () => {
      const list = lists.remembered(request);
      if (list !== undefined) pending.answer(list);
    });
  }

  #after(ms: number, pending: PendingRequest, work: () => void): void {
    const { clock, diagnostics } = this.#options;
    const cancel = clock.after(ms, () => pending.done || guarded(diagnostics, [pending], work));
    void pending.whenDone.then(cancel);
  }

  /** Some hosts never ask for a list again, so one that says how to sign in is better than an error. */
  #answerAtLast(pending: PendingRequest, failure: Failure): void {
    const { settings, handshake, lists } = this.#options;
    const request = settings.provisional ? this.#lists.get(pending) : undefined;
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
