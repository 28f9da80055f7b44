// Receives what the host asks while there is no session: answers what it can, lets the rest wait, and no longer
// than a host waits (LIFE-1, LIFE-2).

import type { Failure } from "../../core/failure/failure.ts";
import { type Batch, isObject, type Message, type RequestMessage } from "../../core/mcp/message.ts";
import { resultAnswer } from "../../core/mcp/rpc-error.ts";
import type { Authorizer } from "../../core/ports/authorizer.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { SessionSettings } from "../../core/settings.ts";
import type { Reconnect } from "../connecting/reconnect.ts";
import { isSettled, type OutboundMessage } from "../messages/outbound-message.ts";
import type { PendingRequest } from "../messages/pending-request.ts";
import { isTransient } from "../sending/retry-policy.ts";
import { notOpenYet, signInRequired } from "../sending/sign-in-required.ts";
import { isListMethod, LISTS, type ListCache, type ListMethod } from "../session/list-cache.ts";
import type { SessionState } from "../session/session-state.ts";
import { failPending } from "../transport/transport.ts";
import { listWaitMs, provisionalInitialize, SIGN_IN_TOOLS } from "./canned-answers.ts";
import type { SendQueue } from "./send-queue.ts";

export interface ProvisionalAnswers {
  /** Answers `initialize` in the remote's place when its time is over. */
  answerInitializeLater(initialize: RequestMessage, host: PendingRequest): void;
  /** Answers it now, if it still waits. */
  answerInitializeNow(initialize: RequestMessage, host: PendingRequest): Promise<void>;
  /** Takes what cannot be sent now. */
  receive(outbound: OutboundMessage, message: Message | Batch): void;
  /** An answer in place of a list that could not be fetched; undefined: there is none. */
  rememberedAnswer(message: RequestMessage, pending: PendingRequest): Buffer | undefined;
  /** Lists that the host was told out of memory, or not at all, and what it was told. Forgotten by the call. */
  takeServedLists(): ReadonlyMap<ListMethod, string>;
  /** Nobody is trying to connect any more: everything that waits is answered. */
  failQueued(failure: Failure): void;
  /** The last reason why there is no session. */
  lastFailure: Failure | undefined;
}

export interface ProvisionalAnswersOptions {
  readonly settings: SessionSettings;
  readonly remoteUrl: URL;
  readonly session: SessionState;
  readonly sendQueue: SendQueue;
  readonly reconnect: Reconnect;
  readonly listCache: ListCache;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  /** Edits a list as the tool filter wants. */
  readonly filtered: (result: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  /** The host was answered in the remote's place. */
  readonly onInitializeAnswered: () => void;
}

export function createProvisionalAnswers(options: ProvisionalAnswersOptions): ProvisionalAnswers {
  const { settings, session, sendQueue, reconnect, listCache, authorizer, clock } = options;
  const servedLists = new Map<ListMethod, string>();
  /** The host was answered before the remote was, and has not met the remote since. */
  let answering = false;
  /** The host was answered `initialize` by us. */
  let answeredInitialize = false;
  const provisionalAnswers: ProvisionalAnswers = {
    answerInitializeLater,
    answerInitializeNow,
    receive,
    rememberedAnswer,
    takeServedLists,
    failQueued,
    lastFailure: undefined,
  };

  function answerInitializeLater(initialize: RequestMessage, host: PendingRequest): void {
    if (settings.provisional) {
      clock.after(settings.handshakeWaitMs, () => void answerInitializeNow(initialize, host));
    }
  }

  async function answerInitializeNow(initialize: RequestMessage, host: PendingRequest): Promise<void> {
    await listCache.load();
    if (host.done) return;
    answering = true;
    answeredInitialize = true;
    host.answer(resultAnswer(host.id, provisionalInitialize(initialize, listCache, options.remoteUrl)));
    options.onInitializeAnswered();
  }

  function receive(outbound: OutboundMessage, message: Message | Batch): void {
    const [pending] = outbound.requests;
    if (
      message.kind === "request" &&
      pending &&
      settings.provisional &&
      answeredAtOnce(message, pending, outbound)
    ) {
      return;
    }
    if (!sendQueue.add(outbound)) failPending(outbound, reason());
    if (outbound.requests.length === 0) return;
    reconnect.ensure(outbound.cause);
    if (!settings.provisional) return;
    const limitMs = listWaitMs(session.initialize, settings.listWaitMs);
    const firstMs = Math.min(
      settings.handshakeWaitMs,
      isToolList(outbound) ? limitMs : Number.POSITIVE_INFINITY,
    );
    clock.after(firstMs, () => onDeadline(outbound, message, limitMs - firstMs));
  }

  function answeredAtOnce(
    message: RequestMessage,
    pending: PendingRequest,
    outbound: OutboundMessage,
  ): boolean {
    if (message.method === "ping" || (message.method === "logging/setLevel" && answering)) {
      pending.answer(resultAnswer(pending.id, {}));
      return true;
    }
    const answer = answering && isListMethod(message.method) ? rememberedAnswer(message, pending) : undefined;
    if (answer === undefined) return false;
    pending.answer(answer);
    reconnect.ensure(outbound.cause);
    return true;
  }

  function onDeadline(outbound: OutboundMessage, message: Message | Batch, listLeftMs: number): void {
    if (isSettled(outbound) || !sendQueue.holds(outbound)) return;
    const [pending] = outbound.requests;
    if (message.kind === "request" && pending && isListMethod(message.method)) {
      const answer = rememberedAnswer(message, pending);
      if (answer !== undefined) {
        pending.answer(answer);
        return;
      }
      if (isToolList(outbound) && !isDown()) {
        clock.after(Math.max(listLeftMs, 0), () => sendQueue.holds(outbound) && offerSignIn(outbound));
        return;
      }
      servedLists.set(message.method, "");
    }
    failPending(outbound, reason());
  }

  /** It is the remote that is missing, not a person: no tool of ours helps against that. */
  function isDown(): boolean {
    return (
      provisionalAnswers.lastFailure !== undefined &&
      isTransient(provisionalAnswers.lastFailure) &&
      authorizer.inProgress() === undefined
    );
  }

  /** Some hosts never ask for the list again, so a tool that brings the others is better than an error. */
  function offerSignIn(outbound: OutboundMessage): void {
    servedLists.set("tools/list", "");
    for (const pending of outbound.requests) pending.answer(resultAnswer(pending.id, SIGN_IN_TOOLS));
  }

  function failQueued(failure: Failure): void {
    provisionalAnswers.lastFailure = failure;
    // It may come back while they wait; their own time answers them.
    if (settings.provisional && isTransient(failure)) return;
    sendQueue.empty((outbound) => {
      if (settings.provisional && answeredInitialize && isToolList(outbound)) offerSignIn(outbound);
      else failPending(outbound, failure);
    });
  }

  function reason(): Failure {
    const inProgress = authorizer.inProgress();
    return inProgress === undefined
      ? (provisionalAnswers.lastFailure ?? notOpenYet())
      : signInRequired(inProgress);
  }

  function rememberedAnswer(message: RequestMessage, pending: PendingRequest): Buffer | undefined {
    const { method } = message;
    const { params } = message.value;
    if (!isListMethod(method) || (isObject(params) && params.cursor !== undefined)) return undefined;
    const remembered = listCache.list(method);
    if (remembered === undefined) return undefined;
    servedLists.set(method, JSON.stringify(remembered[LISTS[method].member]));
    return resultAnswer(pending.id, method === "tools/list" ? options.filtered(remembered) : remembered);
  }

  function takeServedLists(): ReadonlyMap<ListMethod, string> {
    answering = false;
    const all = new Map(servedLists);
    servedLists.clear();
    return all;
  }

  return provisionalAnswers;
}

function isToolList(outbound: OutboundMessage): boolean {
  return outbound.operation === "tools/list";
}
