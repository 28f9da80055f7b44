// Every message goes through here: from the host to the remote, and back to the host's standard output.

import { asFailure, Failure, RPC_CODES } from "../../core/failure/failure.ts";
import { skipBlank } from "../../core/mcp/json-scan.ts";
import {
  type Batch,
  batchOf,
  type Message,
  type NotificationMessage,
  type RequestMessage,
  type ResponseMessage,
  type Unreadable,
} from "../../core/mcp/message.ts";
import { errorAnswer, failureAnswer } from "../../core/mcp/rpc-error.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Diagnostics } from "../../core/ports/diagnostics.ts";
import { answerBug, reportBug } from "../messages/guard.ts";
import type { MessageHandler } from "../messages/message-handler.ts";
import { MessageReader } from "../messages/message-reader.ts";
import {
  createOutboundMessage,
  type MessageOrigin,
  type OutboundMessage,
  type ToolSafety,
} from "../messages/outbound-message.ts";
import { PendingRequest } from "../messages/pending-request.ts";
import type { McpSession } from "../session/mcp-session.ts";
import { answerPending } from "../transport/transport.ts";
import { MessageLog } from "./message-log.ts";
import { OpenRequests } from "./open-requests.ts";
import type { RemoteRequests } from "./remote-requests.ts";
import type { HostStdio } from "./stdio.ts";

export interface MessageRouterOptions {
  /** True: the message is of another era than the bridge's own, and comes back by `accept`. Default: none is. */
  readonly takes?: (message: Message) => boolean;
  readonly stdio: Pick<HostStdio, "send">;
  readonly clock: Pick<Clock, "sleep">;
  readonly diagnostics: Diagnostics;
  readonly toolSafety: ToolSafety;
  readonly remoteRequests: RemoteRequests;
  /** Asked in order. */
  readonly handlers: readonly MessageHandler[];
  /** Takes what no handler kept. */
  readonly send: (outbound: OutboundMessage) => void;
}

const NONE: readonly PendingRequest[] = [];

export class MessageRouter {
  readonly #options: MessageRouterOptions;
  readonly open = new OpenRequests();
  readonly #log: MessageLog;
  readonly #reader: MessageReader;

  constructor(options: MessageRouterOptions) {
    this.#options = options;
    this.#log = new MessageLog(options.diagnostics);
    this.#reader = new MessageReader({
      clock: options.clock,
      onMessage: (found) => this.#onLine(found),
      onBug: (error) => reportBug(options.diagnostics, error),
    });
  }

  /** A line of the host. */
  readonly fromHost = (line: Buffer): void => {
    if (!isBlank(line)) this.#reader.push(line);
  };

  /** Resolves when the lines so far are read; undefined: they are. */
  get reading(): Promise<void> | undefined {
    return this.#reader.reading;
  }

  /** A line of the host was longer than allowed. */
  readonly tooLong = (): void => {
    const failure = new Failure("LOCAL_BAD_MESSAGE", "The message is longer than allowed.", {
      hint: "Raise --max-message, or --max-memory, if you need lines of this length.",
    });
    this.#options.stdio.send(errorAnswer(undefined, RPC_CODES.LOCAL, failure.message, failure.data()));
  };

  /** A message that came on the remote's own stream, in `mcpSession`. */
  fromStream(message: Message | Unreadable, mcpSession: McpSession): void {
    const { diagnostics } = this.#options;
    if (message.kind === "unreadable") diagnostics.event("remote.unreadable", { reason: message.reason });
    else if (message.kind !== "response") this.fromRemote(message, mcpSession);
    else if (!answerPending(this.open.all, message)) diagnostics.event("remote.answer.dropped");
  }

  /** @param mcpSession in which it came; undefined: on the answer to a handshake, or without a session */
  fromRemote(message: Exclude<Message, ResponseMessage>, mcpSession: McpSession | undefined): void {
    this.#options.remoteRequests.note(message, mcpSession);
    this.#options.stdio.send(message.bytes);
  }

  #onLine(found: Message | Batch | Unreadable): void {
    if (found.kind === "unreadable") this.#refuse(found);
    else if (found.kind === "batch") this.#onBatch(found);
    else this.#onMessage(found);
  }

  #onMessage(message: Message): void {
    if (this.#options.takes?.(message) !== true) this.accept(message);
  }

  /** @param origin whose message it is; absent: the host's. @returns the request that waits, if it is one */
  accept(message: Message, origin?: MessageOrigin): PendingRequest | undefined {
    const correlation = this.#log.received(message);
    const pending = message.kind === "request" ? this.#wait(message, correlation, origin) : undefined;
    if (this.#passes(message, pending))
      this.#dispatch(message, pending ? [pending] : NONE, correlation, origin);
    return pending;
  }

  #onBatch(batch: Batch): void {
    const wrong = batch.members.find(
      (one) => one.kind === "unreadable" || (one.kind === "request" && one.method === "initialize"),
    );
    if (wrong) {
      const reason =
        wrong.kind === "unreadable" ? `one of which ${wrong.reason}` : "one of which is initialize";
      this.#refuseAll(batch, `is a batch, ${reason}`);
      return;
    }
    const correlation = this.#log.received(batch);
    const members: Message[] = [];
    const requests: PendingRequest[] = [];
    for (const member of batch.members) {
      if (member.kind === "unreadable") continue;
      const pending = member.kind === "request" ? this.#wait(member, correlation) : undefined;
      // Those that a handler answered are taken out of the batch.
      if (!this.#passes(member, pending)) continue;
      members.push(member);
      if (pending) requests.push(pending);
    }
    if (members.length === 0) return;
    const isWhole = members.length === batch.members.length;
    this.#dispatch(isWhole ? batch : batchOf(members), requests, correlation);
  }

  /** Shows one message to the handlers. True: it goes to the remote. */
  #passes(message: Message, pending: PendingRequest | undefined): boolean {
    try {
      if (message.kind === "notification") return this.#takesNotification(message);
      if (message.kind === "response") return this.#takesAnswer(message);
      for (const one of this.#options.handlers)
        if (pending && one.onRequest?.(message, pending)) return false;
      return true;
    } catch (error) {
      answerBug(this.#options.diagnostics, pending ? [pending] : NONE, error);
      return false;
    }
  }

  #takesAnswer(message: ResponseMessage): boolean {
    const { diagnostics, handlers, remoteRequests } = this.#options;
    if (handlers.some((one) => one.onHostResponse?.(message))) return false;
    if (remoteRequests.take(message)) return true;
    diagnostics.event("host.answer.dropped");
    return false;
  }

  #dispatch(
    message: Message | Batch,
    requests: readonly PendingRequest[],
    correlation: number | undefined,
    origin?: MessageOrigin,
  ): void {
    const { diagnostics, handlers, send, toolSafety, remoteRequests } = this.#options;
    try {
      const onMessage = origin && remoteRequests.noting(origin.onMessage);
      const more = { toolSafety, correlation, onMessage, modern: origin?.modern };
      const outbound = createOutboundMessage(message, requests, more);
      for (const one of handlers) if (one.onOutbound?.(outbound, message)) return;
      send(outbound);
    } catch (error) {
      answerBug(diagnostics, requests, error);
    }
  }

  #takesNotification(message: NotificationMessage): boolean {
    if (message.method === "notifications/cancelled") this.open.cancel(message.requestId?.key);
    return !this.#options.handlers.some((one) => one.onNotification?.(message));
  }

  #wait(request: RequestMessage, correlation: number | undefined, origin?: MessageOrigin): PendingRequest {
    const { stdio } = this.#options;
    const { id, method } = request;
    const say = (outcome: string, bytes: Buffer, of?: ResponseMessage): void => {
      this.#log.answered(correlation, request, outcome);
      if (origin === undefined) stdio.send(bytes);
      else origin.onAnswer(bytes, of);
    };
    const pending = new PendingRequest(id, method, {
      onResponse: (one) =>
        say(one.value.error === undefined ? "result" : "error", this.#edited(request, one), one),
      onAnswer: (bytes) => say("by the bridge", bytes),
      onFailure: (failure) => say(failure.code, this.#standIn(request, failure, pending)),
      onDone: (done) => this.open.remove(done),
    });
    this.open.add(pending);
    return pending;
  }

  #edited(request: RequestMessage, response: ResponseMessage): Buffer {
    try {
      let { bytes } = response;
      for (const one of this.#options.handlers) bytes = one.onResponse?.(request, response, bytes) ?? bytes;
      return bytes;
    } catch (error) {
      reportBug(this.#options.diagnostics, error);
      return failureAnswer(request.id, asFailure(error));
    }
  }

  #standIn(request: RequestMessage, failure: Failure, pending: PendingRequest): Buffer {
    try {
      for (const one of this.#options.handlers) {
        const bytes = one.onFailure?.(request, failure, pending);
        if (bytes !== undefined) return bytes;
      }
    } catch (error) {
      reportBug(this.#options.diagnostics, error);
    }
    return failureAnswer(request.id, failure);
  }

  #refuse(found: Unreadable): void {
    const { diagnostics, stdio } = this.#options;
    diagnostics.event("host.unreadable", { reason: found.reason });
    const failure = new Failure("LOCAL_BAD_MESSAGE", `The message ${found.reason}.`);
    const id = found.response ? undefined : found.id;
    stdio.send(errorAnswer(id, found.rpcCode, failure.message, failure.data()));
  }

  #refuseAll(batch: Batch, reason: string): void {
    for (const member of batch.members) {
      if (member.kind === "request" || member.kind === "unreadable") {
        const id = member.kind === "request" || !member.response ? member.id : undefined;
        this.#refuse({ kind: "unreadable", rpcCode: -32600, reason, id, response: false });
      }
    }
  }
}

function isBlank(line: Buffer): boolean {
  return skipBlank(line, 0) === line.length;
}
