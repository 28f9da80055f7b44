// What Node tells of a request and its answer. All requests share these functions: closures of each one's own are a
// tenth of the memory that calls leave behind.
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { IncomingMessage as Answer } from "./node-http.ts";

/** Hears of one request, and of its answer where there is one. */
export interface RequestListener {
  /** Node may report the same break again after it was settled. */
  onError(error: Error): void;
  onSocket(socket: Socket): void;
  onAnswer(answer: IncomingMessage): void;
  /** An answer with 1xx. */
  onInterim(): void;
  /** Switched to another protocol; the connection is closed. */
  onSwitched(): void;
  /** Comes for every request, also for one that had neither error nor answer. */
  onClose(): void;
  onAnswerClose(): void;
  /** What the body breaks with instead. */
  bodyError(error: Error): Error;
}

const LISTENER = Symbol("listener");
interface Heard {
  [LISTENER]: RequestListener;
}

/** Call it as long as nothing is written. */
export function listenToRequest(outgoing: ClientRequest, listener: RequestListener): void {
  (outgoing as ClientRequest & Heard)[LISTENER] = listener;
  // `once` would make an object and two functions for each.
  outgoing.on("error", onError);
  outgoing.on("socket", onSocket);
  outgoing.on("response", onResponse);
  // Ends that come without an error and without an answer, so that nothing waits for ever (promise 2).
  outgoing.on("information", onInformation);
  outgoing.on("upgrade", onUpgrade);
  outgoing.on("close", onClose);
}

export function listenToAnswer(answer: IncomingMessage, listener: RequestListener): void {
  (answer as IncomingMessage & Heard)[LISTENER] = listener;
  answer.on("close", onAnswerClose);
  // What breaks the body later is told in our words too. `_destroy` is the hook streams offer for it, and
  // unlike a stream piped behind it costs nothing per chunk.
  answer._destroy = destroyAnswer;
}

function onError(this: Heard, error: Error): void {
  this[LISTENER].onError(error);
}

function onSocket(this: Heard, socket: Socket): void {
  this[LISTENER].onSocket(socket);
}

function onResponse(this: Heard, answer: IncomingMessage): void {
  this[LISTENER].onAnswer(answer);
}

function onInformation(this: Heard): void {
  this[LISTENER].onInterim();
}

function onUpgrade(this: Heard, _: IncomingMessage, socket: Socket): void {
  socket.destroy();
  this[LISTENER].onSwitched();
}

function onClose(this: Heard): void {
  this[LISTENER].onClose();
}

function onAnswerClose(this: Heard): void {
  this[LISTENER].onAnswerClose();
}

function destroyAnswer(
  this: IncomingMessage,
  error: Error | null,
  done: (error?: Error | null) => void,
): void {
  const { [LISTENER]: listener } = this as IncomingMessage & Heard;
  Answer.prototype._destroy.call(this, error, (late) => done(late ? listener.bodyError(late) : late));
}
