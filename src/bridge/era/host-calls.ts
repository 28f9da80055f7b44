// The calls of a modern host before a legacy remote. What the remote asks meanwhile ends the host's request with a question;
// the call waits, and goes on when the host sends it again with the answers (2026-07-28, patterns/mrtr).

import {
  isObject,
  type NotificationMessage,
  type RequestMessage,
  type ResponseMessage,
} from "../../core/mcp/message.ts";
import { editNotification, errorMessage, notificationMessage, resultMessage } from "./edit-message.ts";
import { type DialogueContext, type Effect, toBridge, toHost } from "./effects.ts";
import { HostCall, tokenIn } from "./host-call.ts";
import {
  declined,
  givenAnswers,
  inputRequiredResult,
  questionOf,
  type RemoteQuestion,
  requestState,
} from "./input-required.ts";
import { levelRank } from "./log-levels.ts";
import { RawObject } from "./raw-object.ts";
import { isSentAgain, legacyRequest, modernResponse, requiredElicitations } from "./to-legacy.ts";

/** How long a host may take to answer a question: a person is asked. */
export const STATE_MS = 600_000;
/** Calls that are open at once. */
const MAX_OPEN = 10_000;
/** Of one call that wait for the host, in number and in bytes of JSON. */
const MAX_QUESTIONS = 100;
const MAX_QUESTION_BYTES = 1 << 20;
const INVALID_STATE = {
  code: -32602,
  message: "Invalid params: requestState does not belong to this request",
};
const TOO_MANY = { code: -32603, message: "Too many calls are open." };
const OPEN_BRACE = 0x7b;

export class HostCalls {
  readonly #context: DialogueContext;
  /** By the key of the request to the remote. */
  readonly #open = new Map<string, HostCall>();
  /** Those that the host has to send again, by what it brings back. */
  readonly #states = new Map<string, HostCall>();
  #count = 0;

  constructor(context: DialogueContext) {
    this.#context = context;
  }

  begin(message: RequestMessage): Effect[] {
    if (this.#open.size + this.#states.size >= MAX_OPEN)
      return [toHost(errorMessage(message.id, JSON.stringify(TOO_MANY)))];
    return this.#send(new HostCall(message, this.#context.nextId()));
  }

  /** Does the host send a call again that waits here? */
  isAgain(message: RequestMessage): boolean {
    return this.#states.size > 0 && this.#states.has(requestState(message) ?? "");
  }

  /** The host sends a call again, with answers to what it was asked. @param state as it brings it back */
  takeUp(message: RequestMessage, state: string, serverInfo: Buffer | undefined): Effect[] {
    const call = this.#states.get(state);
    if (call === undefined || !isSentAgain(call.message, message) || this.#isLate(call))
      return [toHost(errorMessage(message.id, JSON.stringify(INVALID_STATE)))];
    this.#states.delete(state);
    call.takenUp(message);
    const given = givenAnswers(message);
    const effects: Effect[] = [];
    for (const [key, { id }] of call.questions) {
      const answer = given.get(key);
      if (answer === undefined || answer[0] !== OPEN_BRACE) continue;
      call.questions.delete(key);
      if (id !== undefined) effects.push(toBridge(resultMessage(id, answer)));
    }
    if (call.questions.size > 0) return [...effects, ...this.#ask(call)];
    if (!call.isToRepeat) return [...effects, ...answerOf(call, serverInfo)];
    call.isToRepeat = false;
    call.id = this.#context.nextId();
    return [...effects, ...this.#send(call)];
  }

  /** The remote's answer. @param key of the request's id */
  answered(key: string, response: ResponseMessage, serverInfo: Buffer | undefined): Effect[] {
    const call = this.#open.get(key);
    if (call === undefined) return [];
    this.#open.delete(key);
    const method = "elicitation/create";
    const required = requiredElicitations(response) ?? [];
    const questions = required.map((params) => ({ key: this.#nextKey(), id: undefined, method, params }));
    if (questions.length === 0 || !questions.every((question) => call.takes(question))) {
      call.answer = response;
      return answerOf(call, serverInfo);
    }
    for (const question of questions) call.questions.set(question.key, question);
    call.isToRepeat = true;
    return this.#ask(call);
  }

  /** The host does not want the answer any more. @returns undefined: there is no such call */
  cancel(key: string): Effect[] | undefined {
    for (const call of this.#open.values()) if (call.hostId?.key === key) return this.#drop(call);
    return undefined;
  }

  /** A request of the remote. @param key of the request with whose answer it came, if that is known */
  asked(message: RequestMessage, key: string | undefined): Effect[] {
    const question = questionOf(message, this.#nextKey());
    const all = [...this.#open.values()];
    // Where the stream does not say to which call it belongs, it is most likely the last one.
    const call = key === undefined ? all.findLast((one) => one.takes(question)) : this.#open.get(key);
    if (call?.takes(question) !== true || isFull(call, question)) return [toBridge(declined(message))];
    call.questions.set(question.key, question);
    return this.#ask(call);
  }

  /** The remote takes a question back. Who was asked already is not told: there is no word for it. */
  withdrawn({ requestId }: NotificationMessage): void {
    for (const { questions } of this.#open.values())
      for (const [key, { id }] of questions)
        if (id !== undefined && id.key === requestId?.key) questions.delete(key);
  }

  progress(message: NotificationMessage): Effect[] {
    const token = tokenIn(new RawObject(message.bytes).object("params"));
    for (const call of this.#open.values()) {
      const found = token && call.hostToken(token);
      if (found === undefined) continue;
      const { own } = found;
      if (own === undefined) return [];
      const edited = editNotification(message, (top) => {
        top.set("params", top.object("params").set("progressToken", own.raw).toBuffer());
      });
      return [toHost(edited)];
    }
    return [];
  }

  /**
   * Does the call that it belongs to, or one that waits where that is not known, want log messages of this level?
   * @param key of the request with whose answer it came, if that is known
   */
  isLogWanted({ value: { params } }: NotificationMessage, key: string | undefined): boolean {
    const level = isObject(params) && typeof params.level === "string" ? levelRank(params.level) : -1;
    return [...this.#open].some(
      ([own, { logLevel }]) => (key ?? own) === own && logLevel !== undefined && level >= levelRank(logLevel),
    );
  }

  /** Gives up the calls that the host has not taken up in time. */
  expire(): Effect[] {
    const late = [...this.#states].filter(([, call]) => this.#isLate(call));
    return late.flatMap(([state, call]) => {
      this.#states.delete(state);
      return this.#drop(call);
    });
  }

  #isLate({ expiresAtMs }: HostCall): boolean {
    return expiresAtMs <= this.#context.nowMs();
  }

  #send(call: HostCall): Effect[] {
    this.#open.set(call.id.key, call);
    return [toBridge(legacyRequest(call.message, call.id))];
  }

  /** Nothing where the host has to send it again first. */
  #ask(call: HostCall): Effect[] {
    const { hostId } = call;
    if (hostId === undefined || call.questions.size === 0) return [];
    const state = this.#context.newState();
    call.hostId = undefined;
    call.expiresAtMs = this.#context.nowMs() + STATE_MS;
    this.#states.set(state, call);
    return [toHost(inputRequiredResult(hostId, [...call.questions.values()], state))];
  }

  /** Nobody wants the call any more. What was asked may have been for another one, which goes on without. */
  #drop(call: HostCall): Effect[] {
    const isOpen = this.#open.delete(call.id.key);
    const params = new RawObject().set("requestId", call.id.raw).toBuffer();
    const effects = isOpen ? [toBridge(notificationMessage("notifications/cancelled", params))] : [];
    for (const { id, method } of call.questions.values())
      if (id !== undefined) effects.push(toBridge(declined({ id, method })));
    return effects;
  }

  #nextKey(): string {
    this.#count += 1;
    return `question-${this.#count}`;
  }
}

/** The host is asked one after the other; what waits is kept by the bridge. */
function isFull({ questions }: HostCall, { params }: RemoteQuestion): boolean {
  const waiting = [...questions.values()].reduce((sum, one) => sum + one.params.length, 0);
  return (
    questions.size > 0 && (questions.size >= MAX_QUESTIONS || waiting + params.length > MAX_QUESTION_BYTES)
  );
}

function answerOf({ hostId, answer, method }: HostCall, serverInfo: Buffer | undefined): Effect[] {
  if (hostId === undefined || answer === undefined) return [];
  return [toHost(modernResponse(method, answer, hostId, serverInfo))];
}
