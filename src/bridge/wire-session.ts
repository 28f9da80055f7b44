// Puts the two sides of a bridge together: what the host asks, and the way to the remote. The order of the handlers is here.

import { asFailure, type Failure } from "../core/failure/failure.ts";
import type { NotificationMessage, RequestMessage } from "../core/mcp/message.ts";
import type { BridgeOptions } from "./bridge-options.ts";
import { hostName } from "./host/known-hosts.ts";
import { MessageRouter } from "./host/message-router.ts";
import { PageJoiner } from "./host/page-joiner.ts";
import { RemoteRequests } from "./host/remote-requests.ts";
import { refuseDiscover } from "./host/server-discover.ts";
import type { HostStdio } from "./host/stdio.ts";
import { ToolFilter } from "./host/tool-filter.ts";
import { reportBug } from "./messages/guard.ts";
import type { MessageHandler } from "./messages/message-handler.ts";
import { calledTool, type OutboundMessage } from "./messages/outbound-message.ts";
import type { PendingRequest } from "./messages/pending-request.ts";
import { ListChanges } from "./provisional/list-changes.ts";
import { ProvisionalAnswers } from "./provisional/provisional-answers.ts";
import { ProvisionalHandshake } from "./provisional/provisional-handshake.ts";
import { ProvisionalLists } from "./provisional/provisional-lists.ts";
import { SendQueue } from "./provisional/send-queue.ts";
import { SignInElicitation } from "./provisional/sign-in-elicitation.ts";
import { SignInTool } from "./provisional/sign-in-tool.ts";
import { SIGN_IN_OPERATION, SIGN_IN_TOOL } from "./provisional/sign-in-tool-list.ts";
import { ListFetcher } from "./sending/list-fetcher.ts";
import { isTransient } from "./sending/retry-policy.ts";
import { ListCache } from "./session/list-cache.ts";
import type { SessionPhase } from "./session/session-state.ts";
import { HostEra } from "./translating/host-era.ts";
import type { ModernHost } from "./translating/modern-host.ts";
import { isForReader } from "./transport/transport.ts";
import { type RemoteWiring, wireRemote } from "./wire-remote.ts";

/** Somebody waits for the sign-in tool to name the tools. */
const TOOL_PAGES_MS = 5_000;

export class WiredSession {
  readonly listCache: ListCache;
  readonly remoteSide: RemoteWiring;
  readonly router: MessageRouter;
  readonly #options: BridgeOptions;
  readonly #lifetime: AbortSignal;
  readonly #handshake: ProvisionalHandshake;
  readonly #listChanges: ListChanges;
  readonly #provisionalAnswers: ProvisionalAnswers;
  /** Sends what no handler kept. */
  readonly #deliver: (outbound: OutboundMessage) => void;

  constructor(options: BridgeOptions, stdio: HostStdio, lifetime: AbortSignal) {
    this.#options = options;
    this.#lifetime = lifetime;
    const { clock, diagnostics, settings, remoteCache } = options;
    const remoteUrl = options.remote.url;
    const sendToHost = (message: Buffer): void => stdio.send(message);
    const hostEra = new HostEra({
      clock,
      sendToHost,
      modern: () => this.#modernHost(sendToHost),
      onBug: (error) => reportBug(diagnostics, error),
    });
    const { send } = hostEra;
    const listCache = new ListCache(remoteCache, clock);
    this.listCache = listCache;
    this.remoteSide = wireRemote(options, stdio, lifetime, listCache, {
      onMessage: (message, mcpSession) => this.router.fromRemote(message, mcpSession),
      sendToHost: send,
      onRetry: (failure) => this.#onRetry(failure),
      onChallenge: (isSignedIn) => (isSignedIn ? undefined : hostEra.challenged(this.#handshake)),
      patienceMs: (outbound) => this.#provisionalAnswers.patienceMs(outbound),
      isWanted: () => this.router.open.count > 0,
    });
    const { context, session, connector, sender, bridgeRequests, questions } = this.remoteSide;
    const filter = new ToolFilter(settings.tools, listCache.isReadOnly, SIGN_IN_TOOL);
    const isCalling = (): boolean => this.router.open.has("tools/call");
    const elicitation = new SignInElicitation({
      ...context,
      bridgeRequests,
      remote: remoteUrl,
      send,
      isCalling,
    });
    this.#handshake = new ProvisionalHandshake({
      ...context,
      settings,
      remoteUrl,
      listCache,
      isConnected: () => this.remoteSide.remote.isConnected,
    });
    const lists = new ListFetcher({ clock, session, sender, bridgeRequests, listCache });
    this.#listChanges = new ListChanges({ ...context, lists, listCache, send });
    this.#provisionalAnswers = new ProvisionalAnswers({
      ...context,
      settings,
      connector,
      handshake: this.#handshake,
      lists: new ProvisionalLists({
        session,
        listCache,
        listChanges: this.#listChanges,
        filtered: (result) => filter.editResult(result),
      }),
      listChanges: this.#listChanges,
      sendQueue: new SendQueue(clock, this.remoteSide.memory),
      isHostModern: () => hostEra.isModern,
    });
    const signInTool = new SignInTool({
      ...context,
      remote: remoteUrl,
      firstWaitMs: settings.handshakeWaitMs,
      laterWaitMs: settings.listWaitMs,
      connect: () => connector.ensure("host", "tools/call"),
      toolNames: async (signal) => {
        const asked = { cause: "host", operation: SIGN_IN_OPERATION, signal } as const;
        await lists.fetch("tools/list", TOOL_PAGES_MS, asked);
        return listCache.toolNames().filter((name) => filter.permits(name));
      },
      isOffered: () => listCache.isOffered(hostName(session.initialize)),
      goesOn: (failure) => connector.goesOn(failure),
      lastFailure: () => this.#provisionalAnswers.lastFailure,
    });
    const pageJoiner = new PageJoiner({
      session,
      diagnostics,
      lists,
      onCut: (method) => this.#listChanges.servedCut(method),
    });
    this.#deliver = (outbound) => void sender.send(pageJoiner.wholeList(outbound));
    this.router = new MessageRouter({
      stdio: { send },
      takes: (message) => hostEra.takes(message),
      clock,
      diagnostics,
      toolSafety: listCache.mayRepeat,
      remoteRequests: new RemoteRequests(session),
      // Whoever answers a request keeps it from those behind; whoever edits an answer gets what those before made of it.
      handlers: [
        {
          onRequest: (message, host) => !hostEra.isModern && refuseDiscover(message, host, hostEra.isLegacy),
        },
        { onRequest: (message, host) => this.#onInitialize(message, host) },
        questions,
        this.remoteSide.handshakeRequests,
        elicitation,
        pageJoiner,
        ...(settings.provisional ? [signInTool] : []),
        filter,
        this.#sessionNotes(),
        listCache,
        this.#provisionalAnswers,
      ],
      send: this.#deliver,
    });
    session.onChange((phase) => this.#onPhase(phase));
    this.remoteSide.watch(() => this.router.open.count);
    // Which transport worked last time is wanted as soon as the host's first line is there, the rest soon: read it meanwhile.
    if (settings.transport.endsWith("-only")) return;
    void listCache.loadHints();
    void listCache.load();
  }

  async #modernHost(sendToHost: (message: Buffer) => void): Promise<ModernHost> {
    const { ModernHost } = await import("./translating/modern-host.ts");
    const { context, bridgeRequests, remoteEra } = this.remoteSide;
    await remoteEra.load();
    return new ModernHost({
      ...context,
      bridgeRequests,
      remoteEra,
      sendToHost,
      accept: (message, origin) => {
        const pending = this.router.accept(message, origin);
        return () => pending?.cancel();
      },
      isOwnTool: (request) => calledTool(request) === SIGN_IN_TOOL,
    });
  }

  /** Why there is no session, if that is known. */
  lastFailure(): Failure | undefined {
    const { phase } = this.remoteSide.session;
    return phase.kind === "ready" ? undefined : this.#provisionalAnswers.lastFailure;
  }

  #onInitialize(message: RequestMessage, host: PendingRequest): boolean {
    if (message.method !== "initialize") return false;
    const { connector } = this.remoteSide;
    void this.#handshake.begin(message, host);
    connector.begin(message, host).catch((error: unknown) => {
      if (this.#lifetime.aborted) return;
      const failure = asFailure(error);
      // What lasts (a wrong address, a refused sign-in) is for the host to hear; what passes is waited out.
      const waitsOut =
        this.#options.settings.provisional && (this.#handshake.standsIn || isTransient(failure));
      if (!waitsOut) {
        host.fail(failure);
        return;
      }
      this.#handshake.giveUp();
      connector.retryLater();
    });
    return true;
  }

  /** Remembers what a new session will have to hear. */
  #sessionNotes(): MessageHandler {
    const { session } = this.remoteSide;
    const { listCache } = this;
    const listChanges = this.#listChanges;
    return {
      onRequest(message: RequestMessage) {
        session.note(message);
        return false;
      },
      onNotification(message: NotificationMessage) {
        if (message.method !== "notifications/initialized") return false;
        session.initialized = message;
        // It may have kept the list of an earlier run, which had only the sign-in tool.
        if (listCache.isOffered(hostName(session.initialize))) listChanges.served("tools/list", undefined);
        // The handshake says it, as soon as there is a session.
        return session.isAwaited;
      },
    };
  }

  #onRetry(failure: Failure): void {
    this.#handshake.expect();
    if (failure.message === this.#provisionalAnswers.lastFailure?.message) return;
    this.#provisionalAnswers.lastFailure = failure;
    this.#options.diagnostics.notice(`${failure.message} ${failure.hint} (${failure.code})`, "error");
  }

  #onPhase(phase: SessionPhase): void {
    const { connector } = this.remoteSide;
    if (phase.kind === "failed") {
      this.#onRetry(phase.failure);
      if (!connector.goesOn(phase.failure)) this.#provisionalAnswers.failQueued(phase.failure);
    }
    if (phase.kind !== "ready") return;
    const { mcpSession } = phase;
    this.remoteSide.listen(
      mcpSession,
      (message) => this.router.fromStream(message, mcpSession),
      (message) => isForReader(this.router.open.all, message),
    );
    this.#provisionalAnswers.onReady(this.#deliver);
  }
}
