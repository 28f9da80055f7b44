// Puts the two sides of a bridge together: what the host asks, and the way to the remote.

import { asFailure, type Failure } from "../core/failure/failure.ts";
import type { Batch, Message, RequestMessage } from "../core/mcp/message.ts";
import { errorAnswer } from "../core/mcp/rpc-error.ts";
import type { BridgeOptions } from "./bridge.ts";
import { createMessageRouter, type MessageRouter } from "./host/message-router.ts";
import type { HostStdio } from "./host/stdio.ts";
import { createToolFilter, type ToolFilter } from "./host/tool-filter.ts";
import { type OutboundMessage, paramOf } from "./messages/outbound-message.ts";
import type { PendingRequest } from "./messages/pending-request.ts";
import { SIGN_IN_TOOL } from "./provisional/canned-answers.ts";
import { announceChanges } from "./provisional/list-changes.ts";
import { createProvisionalAnswers, type ProvisionalAnswers } from "./provisional/provisional-answers.ts";
import { createSendQueue, type SendQueue } from "./provisional/send-queue.ts";
import { createSignInElicitation, type SignInElicitation } from "./provisional/sign-in-elicitation.ts";
import { createSignInTool, type SignInTool } from "./provisional/sign-in-tool.ts";
import { askRemote } from "./sending/ask-remote.ts";
import { isTransient } from "./sending/retry-policy.ts";
import { createListCache, isListMethod, type ListCache } from "./session/list-cache.ts";
import type { SessionPhase, SessionState } from "./session/session-state.ts";
import type { RemoteHttp } from "./transport/remote-http.ts";
import { type RemoteWiring, wireRemote } from "./wire-remote.ts";

export interface WiredSession {
  readonly relay: MessageRouter;
  readonly remote: RemoteHttp;
  readonly session: SessionState;
  readonly catalogue: ListCache;
  /** Why there is no session, if that is known. */
  trouble(): Failure | undefined;
}

export function wireSession(options: BridgeOptions, local: HostStdio, lifetime: AbortSignal): WiredSession {
  const bridge = new SessionWiring(options, local, lifetime);
  const { relay, catalogue } = bridge;
  const { remote, session } = bridge.carriage;
  return { relay, remote, session, catalogue, trouble: () => bridge.trouble() };
}

class SessionWiring {
  readonly catalogue: ListCache;
  readonly carriage: RemoteWiring;
  readonly relay: MessageRouter;
  readonly #options: BridgeOptions;
  readonly #local: HostStdio;
  readonly #lifetime: AbortSignal;
  readonly #filter: ToolFilter;
  readonly #room: SendQueue;
  readonly #desk: ProvisionalAnswers;
  readonly #elicitation: SignInElicitation;
  readonly #signInTool: SignInTool;

  constructor(options: BridgeOptions, local: HostStdio, lifetime: AbortSignal) {
    this.#options = options;
    this.#local = local;
    this.#lifetime = lifetime;
    const { authorizer, clock, settings } = options;
    const remoteUrl = options.remote.url;
    this.catalogue = createListCache(options.memory);
    this.#room = createSendQueue(clock);
    this.#filter = createToolFilter(settings.tools);
    this.carriage = wireRemote(options, local, lifetime, this.catalogue, {
      onMessage: (message) => this.relay.fromRemote(message),
      onTrouble: (failure) => this.#onTrouble(failure),
    });
    const { session, connector, own } = this.carriage;
    const parts = { session, authorizer, clock };
    this.#elicitation = createSignInElicitation({
      ...parts,
      own,
      remote: remoteUrl,
      send: (message) => local.send(message),
    });
    this.#desk = createProvisionalAnswers({
      ...parts,
      settings,
      remoteUrl,
      room: this.#room,
      connector,
      catalogue: this.catalogue,
      filtered: this.#filter.editResult,
      onGreeted: () => this.#elicitation.watch(),
    });
    this.#signInTool = createSignInTool({
      ...parts,
      firstWaitMs: settings.handshakeWaitMs,
      laterWaitMs: settings.listWaitMs,
      connect: () => connector.ensure("host"),
      toolNames: () => this.#toolNames(),
    });
    this.relay = this.#createRelay(session);
    session.onChange((state) => this.#onState(state));
    this.carriage.watch(this.relay.openRequests);
    // Which transport worked last time is wanted as soon as the host's first line is there: read it meanwhile.
    if (!settings.transport.endsWith("-only")) void this.catalogue.load();
  }

  trouble(): Failure | undefined {
    return this.carriage.session.state.kind === "open" ? undefined : this.#desk.trouble;
  }

  #createRelay(session: SessionState): MessageRouter {
    const { catalogue } = this;
    const filter = this.#filter;
    return createMessageRouter({
      local: this.#local,
      session,
      diagnostics: this.#options.diagnostics,
      toolSafety: catalogue.mayRepeat,
      onInitialize: (message, host) => this.#onInitialize(message, host),
      onParcel: (parcel, message) => this.#onParcel(parcel, message),
      onAnswer(request, answer) {
        if (!isListMethod(request.method)) return answer.bytes;
        catalogue.onList(request, answer);
        return filter.active && request.method === "tools/list" ? filter.edit(answer) : answer.bytes;
      },
      onFailure: (request, failure, waiting) =>
        this.#options.settings.provisional && isTransient(failure)
          ? this.#desk.standInFor(request, waiting)
          : undefined,
      intercept: (request, waiting) => this.#intercept(request, waiting),
      forbiddenIn: (batch) => this.#forbiddenIn(batch),
      onOwnAnswer: (answer) => this.#elicitation.onAnswer(answer),
    });
  }

  #onInitialize(message: RequestMessage, host: PendingRequest): void {
    const { opener, connector } = this.carriage;
    this.#desk.greet(message, host);
    opener.begin(message, host).catch((error: unknown) => {
      if (this.#lifetime.aborted) return;
      const failure = asFailure(error);
      // What lasts (a wrong address, a refused sign-in) is for the host to hear; what passes is waited out.
      const waitsOut = this.#options.settings.provisional && (host.done || isTransient(failure));
      if (!waitsOut) {
        host.fail(failure);
        return;
      }
      void this.#desk.greetNow(message, host);
      connector.retryLater();
    });
  }

  #onParcel(parcel: OutboundMessage, message: Message | Batch): void {
    const { session } = this.carriage;
    const isInitialized = message.kind === "notification" && message.method === "notifications/initialized";
    if (isInitialized) session.initialized = message;
    const { kind } = session.state;
    if (kind === "open" || kind === "none") this.#dispatch(parcel);
    // The opener says `initialized` as soon as there is a session.
    else if (!isInitialized) this.#desk.receive(parcel, message);
  }

  #dispatch(parcel: OutboundMessage): void {
    void this.carriage.delivery.deliver(parcel);
  }

  #intercept(request: RequestMessage, waiting: PendingRequest): boolean {
    const tool = calledTool(request);
    if (tool === undefined) return false;
    const { provisional } = this.#options.settings;
    if (tool === SIGN_IN_TOOL && provisional && !this.catalogue.toolNames().includes(tool)) {
      void this.#signInTool.call(waiting);
      return true;
    }
    if (this.#permits(tool)) return false;
    const text = "This tool is hidden by --ignore-tool, --allow-tool or --read-only.";
    waiting.answer(errorAnswer(request.id, -32602, text));
    return true;
  }

  #forbiddenIn(batch: Batch): string | undefined {
    const tools = batch.members.flatMap((one) => (one.kind === "request" ? (calledTool(one) ?? []) : []));
    return tools.find((tool) => !this.#permits(tool));
  }

  #permits(tool: string): boolean {
    return this.#filter.permits(tool, this.catalogue.isReadOnly);
  }

  async #toolNames(): Promise<readonly string[]> {
    const { delivery, own } = this.carriage;
    const request = own.make("tools/list");
    try {
      this.catalogue.onList(request, await askRemote(delivery, request));
    } catch {
      this.#options.diagnostics.event("sign-in-tool.list-failed");
    }
    return this.catalogue.toolNames().filter((name) => this.#permits(name));
  }

  #onTrouble(failure: Failure): void {
    if (failure.message === this.#desk.trouble?.message) return;
    this.#desk.trouble = failure;
    this.#options.diagnostics.notice(`${failure.message} ${failure.hint} (${failure.code})`, "error");
  }

  #onState(state: SessionPhase): void {
    const { connector, delivery, own } = this.carriage;
    if (state.kind === "down") {
      this.#onTrouble(state.failure);
      if (!connector.goesOn(state.failure)) this.#desk.giveUp(state.failure);
    }
    if (state.kind !== "open") return;
    this.#desk.trouble = undefined;
    this.#room.empty((parcel) => this.#dispatch(parcel));
    const told = this.#desk.takeTold();
    if (told.size > 0) {
      const send = (message: Buffer): void => this.#local.send(message);
      const { diagnostics } = this.#options;
      void announceChanges({ delivery, own, catalogue: this.catalogue, diagnostics, send }, told);
    }
    this.carriage.listen(state.connection, this.relay.fromStream);
  }
}

function calledTool(request: RequestMessage): string | undefined {
  return request.method === "tools/call" ? paramOf(request.value, "name") : undefined;
}
