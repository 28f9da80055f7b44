// Puts the two sides of a bridge together: what the host asks, and the way to the remote.

import { asFailure, type Failure } from "../core/failure/failure.ts";
import type { Batch, Message, RequestMessage } from "../core/mcp/message.ts";
import { errorAnswer } from "../core/mcp/rpc-error.ts";
import type { BridgeOptions } from "./bridge-options.ts";
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
  readonly router: MessageRouter;
  readonly remote: RemoteHttp;
  readonly session: SessionState;
  readonly listCache: ListCache;
  /** Why there is no session, if that is known. */
  lastFailure(): Failure | undefined;
}

export function wireSession(options: BridgeOptions, stdio: HostStdio, lifetime: AbortSignal): WiredSession {
  const bridge = new SessionWiring(options, stdio, lifetime);
  const { router, listCache } = bridge;
  const { remote, session } = bridge.remoteSide;
  return { router, remote, session, listCache, lastFailure: () => bridge.lastFailure() };
}

class SessionWiring {
  readonly listCache: ListCache;
  readonly remoteSide: RemoteWiring;
  readonly router: MessageRouter;
  readonly #options: BridgeOptions;
  readonly #stdio: HostStdio;
  readonly #lifetime: AbortSignal;
  readonly #filter: ToolFilter;
  readonly #sendQueue: SendQueue;
  readonly #provisionalAnswers: ProvisionalAnswers;
  readonly #elicitation: SignInElicitation;
  readonly #signInTool: SignInTool;

  constructor(options: BridgeOptions, stdio: HostStdio, lifetime: AbortSignal) {
    this.#options = options;
    this.#stdio = stdio;
    this.#lifetime = lifetime;
    const { authorizer, clock, settings } = options;
    const remoteUrl = options.remote.url;
    this.listCache = createListCache(options.memory);
    this.#sendQueue = createSendQueue(clock);
    this.#filter = createToolFilter(settings.tools);
    this.remoteSide = wireRemote(options, stdio, lifetime, this.listCache, {
      onMessage: (message) => this.router.fromRemote(message),
      onRetry: (failure) => this.#onRetry(failure),
    });
    const { session, reconnect, bridgeRequests } = this.remoteSide;
    const parts = { session, authorizer, clock };
    this.#elicitation = createSignInElicitation({
      ...parts,
      bridgeRequests,
      remote: remoteUrl,
      send: (message) => stdio.send(message),
    });
    this.#provisionalAnswers = createProvisionalAnswers({
      ...parts,
      settings,
      remoteUrl,
      sendQueue: this.#sendQueue,
      reconnect,
      listCache: this.listCache,
      filtered: this.#filter.editResult,
      onInitializeAnswered: () => this.#elicitation.watch(),
    });
    this.#signInTool = createSignInTool({
      ...parts,
      firstWaitMs: settings.handshakeWaitMs,
      laterWaitMs: settings.listWaitMs,
      connect: () => reconnect.ensure("host"),
      toolNames: () => this.#toolNames(),
    });
    this.router = this.#createRelay(session);
    session.onChange((state) => this.#onState(state));
    this.remoteSide.watch(this.router.openRequests);
    // Which transport worked last time is wanted as soon as the host's first line is there: read it meanwhile.
    if (!settings.transport.endsWith("-only")) void this.listCache.load();
  }

  lastFailure(): Failure | undefined {
    return this.remoteSide.session.state.kind === "open" ? undefined : this.#provisionalAnswers.lastFailure;
  }

  #createRelay(session: SessionState): MessageRouter {
    const { listCache } = this;
    const filter = this.#filter;
    return createMessageRouter({
      stdio: this.#stdio,
      session,
      diagnostics: this.#options.diagnostics,
      toolSafety: listCache.mayRepeat,
      onInitialize: (message, host) => this.#onInitialize(message, host),
      onOutbound: (outbound, message) => this.#onOutbound(outbound, message),
      onAnswer(request, answer) {
        if (!isListMethod(request.method)) return answer.bytes;
        listCache.onList(request, answer);
        return filter.active && request.method === "tools/list" ? filter.edit(answer) : answer.bytes;
      },
      onFailure: (request, failure, pending) =>
        this.#options.settings.provisional && isTransient(failure)
          ? this.#provisionalAnswers.rememberedAnswer(request, pending)
          : undefined,
      intercept: (request, pending) => this.#intercept(request, pending),
      forbiddenIn: (batch) => this.#forbiddenIn(batch),
      onOwnAnswer: (answer) => this.#elicitation.onAnswer(answer),
    });
  }

  #onInitialize(message: RequestMessage, host: PendingRequest): void {
    const { handshaker, reconnect } = this.remoteSide;
    this.#provisionalAnswers.answerInitializeLater(message, host);
    handshaker.begin(message, host).catch((error: unknown) => {
      if (this.#lifetime.aborted) return;
      const failure = asFailure(error);
      // What lasts (a wrong address, a refused sign-in) is for the host to hear; what passes is waited out.
      const waitsOut = this.#options.settings.provisional && (host.done || isTransient(failure));
      if (!waitsOut) {
        host.fail(failure);
        return;
      }
      void this.#provisionalAnswers.answerInitializeNow(message, host);
      reconnect.retryLater();
    });
  }

  #onOutbound(outbound: OutboundMessage, message: Message | Batch): void {
    const { session } = this.remoteSide;
    const isInitialized = message.kind === "notification" && message.method === "notifications/initialized";
    if (isInitialized) session.initialized = message;
    const { kind } = session.state;
    if (kind === "open" || kind === "none") this.#dispatch(outbound);
    // The opener says `initialized` as soon as there is a session.
    else if (!isInitialized) this.#provisionalAnswers.receive(outbound, message);
  }

  #dispatch(outbound: OutboundMessage): void {
    void this.remoteSide.sender.send(outbound);
  }

  #intercept(request: RequestMessage, pending: PendingRequest): boolean {
    const tool = calledTool(request);
    if (tool === undefined) return false;
    const { provisional } = this.#options.settings;
    if (tool === SIGN_IN_TOOL && provisional && !this.listCache.toolNames().includes(tool)) {
      void this.#signInTool.call(pending);
      return true;
    }
    if (this.#permits(tool)) return false;
    const text = "This tool is hidden by --ignore-tool, --allow-tool or --read-only.";
    pending.answer(errorAnswer(request.id, -32602, text));
    return true;
  }

  #forbiddenIn(batch: Batch): string | undefined {
    const tools = batch.members.flatMap((one) => (one.kind === "request" ? (calledTool(one) ?? []) : []));
    return tools.find((tool) => !this.#permits(tool));
  }

  #permits(tool: string): boolean {
    return this.#filter.permits(tool, this.listCache.isReadOnly);
  }

  async #toolNames(): Promise<readonly string[]> {
    const { sender, bridgeRequests } = this.remoteSide;
    const request = bridgeRequests.make("tools/list");
    try {
      this.listCache.onList(request, await askRemote(sender, request));
    } catch {
      this.#options.diagnostics.event("sign-in-tool.list-failed");
    }
    return this.listCache.toolNames().filter((name) => this.#permits(name));
  }

  #onRetry(failure: Failure): void {
    if (failure.message === this.#provisionalAnswers.lastFailure?.message) return;
    this.#provisionalAnswers.lastFailure = failure;
    this.#options.diagnostics.notice(`${failure.message} ${failure.hint} (${failure.code})`, "error");
  }

  #onState(state: SessionPhase): void {
    const { reconnect, sender, bridgeRequests } = this.remoteSide;
    if (state.kind === "down") {
      this.#onRetry(state.failure);
      if (!reconnect.goesOn(state.failure)) this.#provisionalAnswers.failQueued(state.failure);
    }
    if (state.kind !== "open") return;
    this.#provisionalAnswers.lastFailure = undefined;
    this.#sendQueue.empty((outbound) => this.#dispatch(outbound));
    const servedLists = this.#provisionalAnswers.takeServedLists();
    if (servedLists.size > 0) {
      const send = (message: Buffer): void => this.#stdio.send(message);
      const { diagnostics } = this.#options;
      void announceChanges(
        { sender, bridgeRequests, listCache: this.listCache, diagnostics, send },
        servedLists,
      );
    }
    this.remoteSide.listen(state.mcpSession, this.router.fromStream);
  }
}

function calledTool(request: RequestMessage): string | undefined {
  return request.method === "tools/call" ? paramOf(request.value, "name") : undefined;
}
