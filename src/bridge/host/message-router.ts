// Every message goes through here: from the host to a parcel, from the remote to the host's stdout.

import { Failure, RPC_CODES } from "../../core/failure/failure.ts";
import {
  type Batch,
  type Message,
  type NotificationMessage,
  type RequestMessage,
  type ResponseMessage,
  readMessage,
  type Unreadable,
} from "../../core/mcp/message.ts";
import { errorAnswer, failureAnswer } from "../../core/mcp/rpc-error.ts";
import type { Diagnostics } from "../../core/ports/diagnostics.ts";
import {
  createOutboundMessage,
  type OutboundMessage,
  type ToolSafety,
} from "../messages/outbound-message.ts";
import { createPendingRequest, type PendingRequest } from "../messages/pending-request.ts";
import type { SessionState } from "../session/session-state.ts";
import { answerPending } from "../transport/transport.ts";
import type { HostStdio } from "./stdio.ts";

export interface MessageRouter {
  fromHost(line: Buffer): void;
  tooLong(): void;
  /** How many requests of the host wait for an answer. */
  openRequests(): number;
  /** Resolves when none does. */
  idle(): Promise<void>;
  /** Answers every request of the host that waits. */
  failOpen(failure: Failure): void;
  /** A message that came on the remote's own stream. */
  fromStream(message: Message | Unreadable): void;
  /** A request or notification of the remote, on whatever answer it came. */
  fromRemote(message: Exclude<Message, ResponseMessage>): void;
}

export interface MessageRouterOptions {
  readonly stdio: HostStdio;
  readonly session: SessionState;
  readonly diagnostics: Diagnostics;
  readonly toolSafety: ToolSafety;
  /** The host opens the session. */
  readonly onInitialize: (message: RequestMessage, host: PendingRequest) => void;
  /** Everything else that goes to the remote. */
  readonly onOutbound: (outbound: OutboundMessage, message: Message | Batch) => void;
  /** What the host gets for the remote's answer: its bytes, where no feature must edit them. */
  readonly onAnswer: (request: RequestMessage, answer: ResponseMessage) => Buffer;
  /** What the host gets in place of a failure; undefined: the failure. */
  readonly onFailure: (
    request: RequestMessage,
    failure: Failure,
    pending: PendingRequest,
  ) => Buffer | undefined;
  /** Answers a request in the bridge's own name, or says by false that it is for the remote. */
  readonly intercept: (request: RequestMessage, pending: PendingRequest) => boolean;
  /** Names a tool in the batch that may not be called. */
  readonly forbiddenIn: (batch: Batch) => string | undefined;
  /** The host's answer to a request of the bridge's own; false: it is none. */
  readonly onOwnAnswer: (answer: ResponseMessage) => boolean;
}

/** Requests of the remote that a host leaves open: the oldest are forgotten, so that nobody fills our memory with them. */
const MAX_ASKED = 10_000;

export function createMessageRouter(options: MessageRouterOptions): MessageRouter {
  const { stdio, session, diagnostics } = options;
  /** The host's requests that are not answered yet. */
  const open = new Set<PendingRequest>();
  let onIdle: (() => void) | undefined;
  /** The remote's requests that the host has not answered yet: id key to the session that asked. */
  const asked = new Map<string, number>();

  const generation = (): number => session.mcpSession?.generation ?? 0;

  function fromHost(line: Buffer): void {
    if (isBlank(line)) return;
    const found = readMessage(line);
    switch (found.kind) {
      case "unreadable":
        refuse(found);
        break;
      case "batch":
        onBatch(found);
        break;
      case "request":
        onRequest(found);
        break;
      case "notification":
        onNotification(found);
        break;
      case "response":
        onResponse(found);
        break;
    }
  }

  function refuse(found: Unreadable): void {
    diagnostics.event("host.unreadable", { reason: found.reason });
    const failure = new Failure("LOCAL_BAD_MESSAGE", `The message ${found.reason}.`);
    const id = found.response ? undefined : found.id;
    stdio.send(errorAnswer(id, found.rpcCode, failure.message, failure.data()));
  }

  function onRequest(message: RequestMessage): void {
    const pending = wait(message);
    if (message.method === "initialize") {
      options.onInitialize(message, pending);
      return;
    }
    if (options.intercept(message, pending)) return;
    session.note(message);
    options.onOutbound(createOutboundMessage(message, [pending], options.toolSafety), message);
  }

  function wait(request: RequestMessage): PendingRequest {
    const { id, method } = request;
    const pending = createPendingRequest(id, method, {
      onResponse: (message) => stdio.send(options.onAnswer(request, message)),
      onAnswer: (bytes) => stdio.send(bytes),
      onFailure: (failure) =>
        stdio.send(options.onFailure(request, failure, pending) ?? failureAnswer(id, failure)),
      onDone(done) {
        open.delete(done);
        if (open.size === 0) onIdle?.();
      },
    });
    open.add(pending);
    return pending;
  }

  function onNotification(message: NotificationMessage): void {
    if (message.method === "notifications/cancelled") {
      for (const pending of open) {
        // The specification forbids to cancel `initialize`.
        if (pending.id.key === message.requestId?.key && pending.method !== "initialize") pending.cancel();
      }
    }
    options.onOutbound(createOutboundMessage(message, [], options.toolSafety), message);
  }

  function onResponse(message: ResponseMessage): void {
    if (options.onOwnAnswer(message)) return;
    // An answer to a session that is gone would answer some other request of the new one.
    if (asked.get(message.id.key) !== generation()) {
      diagnostics.event("host.answer.dropped");
      return;
    }
    asked.delete(message.id.key);
    options.onOutbound(createOutboundMessage(message, [], options.toolSafety), message);
  }

  function onBatch(batch: Batch): void {
    const wrong = batch.members.find(
      (one) => one.kind === "unreadable" || (one.kind === "request" && one.method === "initialize"),
    );
    if (wrong) {
      const reason =
        wrong.kind === "unreadable"
          ? `is a batch, one of which ${wrong.reason}`
          : "is a batch with initialize";
      refuseAll(batch, reason);
      return;
    }
    const forbidden = options.forbiddenIn(batch);
    if (forbidden !== undefined) {
      refuseAll(batch, `is a batch that calls ${forbidden}, which is not available here`);
      return;
    }
    const requests: PendingRequest[] = [];
    for (const member of batch.members) {
      if (member.kind === "request") requests.push(wait(member));
      if (member.kind === "response") asked.delete(member.id.key);
    }
    options.onOutbound(createOutboundMessage(batch, requests, options.toolSafety), batch);
  }

  function refuseAll(batch: Batch, reason: string): void {
    for (const member of batch.members) {
      if (member.kind === "request" || member.kind === "unreadable") {
        const id = member.kind === "request" || !member.response ? member.id : undefined;
        refuse({ kind: "unreadable", rpcCode: -32600, reason, id, response: false });
      }
    }
  }

  function fromStream(message: Message | Unreadable): void {
    if (message.kind === "unreadable") diagnostics.event("remote.unreadable", { reason: message.reason });
    else if (message.kind !== "response") fromRemote(message);
    else if (!answerPending([...open], message)) diagnostics.event("remote.answer.dropped");
  }

  function fromRemote(message: Exclude<Message, ResponseMessage>): void {
    if (message.kind === "request") {
      asked.set(message.id.key, generation());
      for (const oldest of asked.keys()) {
        if (asked.size <= MAX_ASKED) break;
        asked.delete(oldest);
      }
    } else if (message.method === "notifications/cancelled" && message.requestId) {
      asked.delete(message.requestId.key);
    }
    stdio.send(message.bytes);
  }

  return {
    fromHost,
    fromStream,
    fromRemote,
    openRequests: () => open.size,
    idle: () =>
      new Promise((resolve) => {
        onIdle = resolve;
        if (open.size === 0) resolve();
      }),
    failOpen(failure) {
      for (const pending of open) pending.fail(failure);
    },
    tooLong() {
      const failure = new Failure("LOCAL_BAD_MESSAGE", "The message is longer than allowed.", {
        hint: "Raise --max-message if you need lines of this length.",
      });
      stdio.send(errorAnswer(undefined, RPC_CODES.LOCAL, failure.message, failure.data()));
    },
  };
}

function isBlank(line: Buffer): boolean {
  for (const byte of line) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  return true;
}
