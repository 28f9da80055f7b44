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
  greet(initialize: RequestMessage, host: PendingRequest): void;
  /** Answers it now, if it still waits. */
  greetNow(initialize: RequestMessage, host: PendingRequest): Promise<void>;
  /** Takes what cannot be sent now. */
  receive(parcel: OutboundMessage, message: Message | Batch): void;
  /** An answer in place of a list that could not be fetched; undefined: there is none. */
  standInFor(message: RequestMessage, waiting: PendingRequest): Buffer | undefined;
  /** Lists that the host was told out of memory, or not at all, and what it was told. Forgotten by the call. */
  takeTold(): ReadonlyMap<ListMethod, string>;
  /** Nobody is trying to connect any more: everything that waits is answered. */
  giveUp(failure: Failure): void;
  /** The last reason why there is no session. */
  trouble: Failure | undefined;
}

export interface ProvisionalAnswersOptions {
  readonly settings: SessionSettings;
  readonly remoteUrl: URL;
  readonly session: SessionState;
  readonly room: SendQueue;
  readonly connector: Reconnect;
  readonly catalogue: ListCache;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  /** Edits a list as the tool filter wants. */
  readonly filtered: (result: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  /** The host was answered in the remote's place. */
  readonly onGreeted: () => void;
}

export function createProvisionalAnswers(options: ProvisionalAnswersOptions): ProvisionalAnswers {
  const { settings, session, room, connector, catalogue, authorizer, clock } = options;
  const told = new Map<ListMethod, string>();
  /** The host was answered before the remote was, and has not met the remote since. */
  let standsIn = false;
  /** The host was answered `initialize` by us. */
  let greeted = false;
  const desk: ProvisionalAnswers = {
    greet,
    greetNow,
    receive,
    standInFor,
    takeTold,
    giveUp,
    trouble: undefined,
  };

  function greet(initialize: RequestMessage, host: PendingRequest): void {
    if (settings.provisional) {
      clock.after(settings.handshakeWaitMs, () => void greetNow(initialize, host));
    }
  }

  async function greetNow(initialize: RequestMessage, host: PendingRequest): Promise<void> {
    await catalogue.load();
    if (host.done) return;
    standsIn = true;
    greeted = true;
    host.answer(resultAnswer(host.id, provisionalInitialize(initialize, catalogue, options.remoteUrl)));
    options.onGreeted();
  }

  function receive(parcel: OutboundMessage, message: Message | Batch): void {
    const [waiting] = parcel.requests;
    if (
      message.kind === "request" &&
      waiting &&
      settings.provisional &&
      answeredAtOnce(message, waiting, parcel)
    ) {
      return;
    }
    if (!room.admit(parcel)) failPending(parcel, reason());
    if (parcel.requests.length === 0) return;
    connector.ensure(parcel.cause);
    if (!settings.provisional) return;
    const limitMs = listWaitMs(session.initialize, settings.listWaitMs);
    const firstMs = Math.min(
      settings.handshakeWaitMs,
      isToolList(parcel) ? limitMs : Number.POSITIVE_INFINITY,
    );
    clock.after(firstMs, () => patienceOver(parcel, message, limitMs - firstMs));
  }

  function answeredAtOnce(
    message: RequestMessage,
    waiting: PendingRequest,
    parcel: OutboundMessage,
  ): boolean {
    if (message.method === "ping" || (message.method === "logging/setLevel" && standsIn)) {
      waiting.answer(resultAnswer(waiting.id, {}));
      return true;
    }
    const answer = standsIn && isListMethod(message.method) ? standInFor(message, waiting) : undefined;
    if (answer === undefined) return false;
    waiting.answer(answer);
    connector.ensure(parcel.cause);
    return true;
  }

  function patienceOver(parcel: OutboundMessage, message: Message | Batch, listLeftMs: number): void {
    if (isSettled(parcel) || !room.holds(parcel)) return;
    const [waiting] = parcel.requests;
    if (message.kind === "request" && waiting && isListMethod(message.method)) {
      const answer = standInFor(message, waiting);
      if (answer !== undefined) {
        waiting.answer(answer);
        return;
      }
      if (isToolList(parcel) && !isDown()) {
        clock.after(Math.max(listLeftMs, 0), () => room.holds(parcel) && offerSignIn(parcel));
        return;
      }
      told.set(message.method, "");
    }
    failPending(parcel, reason());
  }

  /** It is the remote that is missing, not a person: no tool of ours helps against that. */
  function isDown(): boolean {
    return desk.trouble !== undefined && isTransient(desk.trouble) && authorizer.inProgress() === undefined;
  }

  /** Some hosts never ask for the list again, so a tool that brings the others is better than an error. */
  function offerSignIn(parcel: OutboundMessage): void {
    told.set("tools/list", "");
    for (const waiting of parcel.requests) waiting.answer(resultAnswer(waiting.id, SIGN_IN_TOOLS));
  }

  function giveUp(failure: Failure): void {
    desk.trouble = failure;
    // It may come back while they wait; their own time answers them.
    if (settings.provisional && isTransient(failure)) return;
    room.empty((parcel) => {
      if (settings.provisional && greeted && isToolList(parcel)) offerSignIn(parcel);
      else failPending(parcel, failure);
    });
  }

  function reason(): Failure {
    const inProgress = authorizer.inProgress();
    return inProgress === undefined ? (desk.trouble ?? notOpenYet()) : signInRequired(inProgress);
  }

  function standInFor(message: RequestMessage, waiting: PendingRequest): Buffer | undefined {
    const { method } = message;
    const { params } = message.value;
    if (!isListMethod(method) || (isObject(params) && params.cursor !== undefined)) return undefined;
    const remembered = catalogue.list(method);
    if (remembered === undefined) return undefined;
    told.set(method, JSON.stringify(remembered[LISTS[method].member]));
    return resultAnswer(waiting.id, method === "tools/list" ? options.filtered(remembered) : remembered);
  }

  function takeTold(): ReadonlyMap<ListMethod, string> {
    standsIn = false;
    const all = new Map(told);
    told.clear();
    return all;
  }

  return desk;
}

function isToolList(parcel: OutboundMessage): boolean {
  return parcel.operation === "tools/list";
}
