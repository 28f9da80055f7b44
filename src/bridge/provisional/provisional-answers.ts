// Answers what the host asks while there is no session, lets the rest wait, and no longer than a host waits (LIFE-1, LIFE-2).

import type { Failure } from "../../core/failure/failure.ts";
import {
  type Batch,
  isObject,
  type Message,
  type RequestMessage,
  type ResponseMessage,
} from "../../core/mcp/message.ts";
import { isListMethod, listFacts } from "../../core/mcp/methods.ts";
import { resultAnswer } from "../../core/mcp/rpc-error.ts";
import type { SessionSettings } from "../../core/settings.ts";
import type { SessionConnector } from "../connecting/session-connector.ts";
import { guarded } from "../messages/guard.ts";
import type { MessageHandler } from "../messages/message-handler.ts";
import { isSettled, type OutboundMessage } from "../messages/outbound-message.ts";
import type { PendingRequest } from "../messages/pending-request.ts";
import { isTransient } from "../sending/retry-policy.ts";
import { notOpenYet, signInRequired } from "../sending/sign-in-required.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import type { ListCache } from "../session/list-cache.ts";
import { failPending } from "../transport/transport.ts";
import { listWaitMs, provisionalInitialize, SIGN_IN_TOOLS } from "./canned-answers.ts";
import type { ListChanges } from "./list-changes.ts";
import type { SendQueue } from "./send-queue.ts";

export interface ProvisionalAnswersOptions extends BridgeContext {
  readonly settings: SessionSettings;
  readonly remoteUrl: URL;
  readonly sendQueue: SendQueue;
  readonly connector: SessionConnector;
  readonly listCache: ListCache;
  readonly listChanges: ListChanges;
  /** Edits a list as the tool filter wants. */
  readonly filtered: (result: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  /** The host was answered in the remote's place. */
  readonly onInitializeAnswered: () => void;
}

export class ProvisionalAnswers implements MessageHandler {
  /** The last reason why there is no session. */
  lastFailure: Failure | undefined;
  readonly #options: ProvisionalAnswersOptions;
  /** The host was answered before the remote was, and has not met the remote since. */
  #standsIn = false;
  /** The host's `initialize` was answered here. */
  #answeredInitialize = false;

  constructor(options: ProvisionalAnswersOptions) {
    this.#options = options;
  }

  /** Answers `initialize` in the remote's place when its time is over. */
  answerInitializeLater(initialize: RequestMessage, host: PendingRequest): void {
    const { settings, clock } = this.#options;
    if (!settings.provisional) return;
    clock.after(settings.handshakeWaitMs, () => void this.answerInitializeNow(initialize, host));
  }

  /** Answers it now, if it still waits. */
  async answerInitializeNow(initialize: RequestMessage, host: PendingRequest): Promise<void> {
    const { listCache, remoteUrl, diagnostics } = this.#options;
    await listCache.load();
    if (host.done) return;
    this.#standsIn = true;
    this.#answeredInitialize = true;
    guarded(diagnostics, [host], () => {
      host.answer(resultAnswer(host.id, provisionalInitialize(initialize, listCache, remoteUrl)));
      this.#options.onInitializeAnswered();
    });
  }

  /** Keeps what cannot be sent now. */
  onOutbound(outbound: OutboundMessage, message: Message | Batch): boolean {
    if (!this.#options.session.isAwaited) return false;
    // `initialized` is said by the handshake, as soon as there is a session.
    if (message !== this.#options.session.initialized) this.#keep(outbound, message);
    return true;
  }

  onResponse(request: RequestMessage, response: ResponseMessage, bytes: Buffer): Buffer {
    if (isListMethod(request.method) && response.value.error === undefined)
      this.#options.listChanges.received(request, request.method);
    return bytes;
  }

  /** A remembered list in place of one that could not be fetched. */
  onFailure(request: RequestMessage, failure: Failure, pending: PendingRequest): Buffer | undefined {
    return this.#options.settings.provisional && isTransient(failure)
      ? this.#rememberedAnswer(request, pending)
      : undefined;
  }

  /** The session is ready: what waited is sent, and the host learns what it was told wrongly. */
  onReady(send: (outbound: OutboundMessage) => void): void {
    this.lastFailure = undefined;
    this.#standsIn = false;
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
      if (settings.provisional && this.#answeredInitialize && isToolList(outbound))
        this.#offerSignIn(outbound);
      else failPending(outbound, failure);
    });
  }

  #keep(outbound: OutboundMessage, message: Message | Batch): void {
    const { settings, sendQueue, connector, session, clock, diagnostics } = this.#options;
    const [pending] = outbound.requests;
    if (
      message.kind === "request" &&
      pending &&
      settings.provisional &&
      this.#answeredAtOnce(message, pending, outbound)
    )
      return;
    if (!sendQueue.add(outbound)) failPending(outbound, this.#reason());
    if (outbound.requests.length === 0) return;
    connector.ensure(outbound.cause);
    if (!settings.provisional) return;
    const limitMs = listWaitMs(session.initialize, settings.listWaitMs);
    const firstMs = isToolList(outbound)
      ? Math.min(settings.handshakeWaitMs, limitMs)
      : settings.handshakeWaitMs;
    clock.after(firstMs, () =>
      guarded(diagnostics, outbound.requests, () => this.#onDeadline(outbound, message, limitMs - firstMs)),
    );
  }

  #answeredAtOnce(message: RequestMessage, pending: PendingRequest, outbound: OutboundMessage): boolean {
    if (message.method === "ping" || (message.method === "logging/setLevel" && this.#standsIn)) {
      pending.answer(resultAnswer(pending.id, {}));
      return true;
    }
    const answer = this.#standsIn ? this.#rememberedAnswer(message, pending) : undefined;
    if (answer === undefined) return false;
    pending.answer(answer);
    this.#options.connector.ensure(outbound.cause);
    return true;
  }

  #onDeadline(outbound: OutboundMessage, message: Message | Batch, listLeftMs: number): void {
    const { sendQueue, clock, listChanges } = this.#options;
    if (isSettled(outbound) || !sendQueue.holds(outbound)) return;
    const [pending] = outbound.requests;
    if (message.kind === "request" && pending && isListMethod(message.method)) {
      const answer = this.#rememberedAnswer(message, pending);
      if (answer !== undefined) {
        pending.answer(answer);
        return;
      }
      if (isToolList(outbound) && !this.#isDown()) {
        clock.after(Math.max(listLeftMs, 0), () => sendQueue.holds(outbound) && this.#offerSignIn(outbound));
        return;
      }
      listChanges.served(message.method, undefined);
    }
    failPending(outbound, this.#reason());
  }

  /** It is the remote that is missing, not a person: no tool of ours helps against that. */
  #isDown(): boolean {
    const { lastFailure } = this;
    return (
      lastFailure !== undefined &&
      isTransient(lastFailure) &&
      this.#options.authorizer.inProgress() === undefined
    );
  }

  /** Some hosts never ask for the list again, so a tool that brings the others is better than an error. */
  #offerSignIn(outbound: OutboundMessage): void {
    this.#options.listChanges.served("tools/list", undefined);
    for (const pending of outbound.requests) pending.answer(resultAnswer(pending.id, SIGN_IN_TOOLS));
  }

  #reason(): Failure {
    const inProgress = this.#options.authorizer.inProgress();
    return inProgress === undefined ? (this.lastFailure ?? notOpenYet()) : signInRequired(inProgress);
  }

  #rememberedAnswer({ method, value }: RequestMessage, pending: PendingRequest): Buffer | undefined {
    const { listCache, listChanges, filtered } = this.#options;
    const { params } = value;
    if (!isListMethod(method) || (isObject(params) && params.cursor !== undefined)) return undefined;
    const remembered = listCache.list(method);
    if (remembered === undefined) return undefined;
    listChanges.served(method, remembered[listFacts(method).member]);
    return resultAnswer(pending.id, method === "tools/list" ? filtered(remembered) : remembered);
  }
}

function isToolList(outbound: OutboundMessage): boolean {
  return outbound.operation === "tools/list";
}
