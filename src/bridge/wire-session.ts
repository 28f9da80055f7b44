// Puts the two sides of a bridge together: what the host asks, and the way to the remote. The order of the handlers is here.

import { asFailure, type Failure } from "../core/failure/failure.ts";
import type { NotificationMessage, RequestMessage } from "../core/mcp/message.ts";
import type { BridgeOptions } from "./bridge-options.ts";
import { MessageRouter } from "./host/message-router.ts";
import { RemoteRequests } from "./host/remote-requests.ts";
import type { HostStdio } from "./host/stdio.ts";
import { ToolFilter } from "./host/tool-filter.ts";
import type { MessageHandler } from "./messages/message-handler.ts";
import type { PendingRequest } from "./messages/pending-request.ts";
import { ListChanges } from "./provisional/list-changes.ts";
import { ProvisionalAnswers } from "./provisional/provisional-answers.ts";
import { SendQueue } from "./provisional/send-queue.ts";
import { SignInElicitation } from "./provisional/sign-in-elicitation.ts";
import { SignInTool } from "./provisional/sign-in-tool.ts";
import { askRemote } from "./sending/ask-remote.ts";
import { isTransient } from "./sending/retry-policy.ts";
import { ListCache } from "./session/list-cache.ts";
import type { SessionPhase } from "./session/session-state.ts";
import { type RemoteWiring, wireRemote } from "./wire-remote.ts";

export class WiredSession {
  readonly listCache: ListCache;
  readonly remoteSide: RemoteWiring;
  readonly router: MessageRouter;
  readonly #options: BridgeOptions;
  readonly #lifetime: AbortSignal;
  readonly #provisionalAnswers: ProvisionalAnswers;

  constructor(options: BridgeOptions, stdio: HostStdio, lifetime: AbortSignal) {
    this.#options = options;
    this.#lifetime = lifetime;
    const { clock, diagnostics, settings, memory } = options;
    const remoteUrl = options.remote.url;
    const send = (message: Buffer): void => stdio.send(message);
    const listCache = new ListCache(memory);
    this.listCache = listCache;
    this.remoteSide = wireRemote(options, stdio, lifetime, listCache, {
      onMessage: (message, mcpSession) => this.router.fromRemote(message, mcpSession),
      onRetry: (failure) => this.#onRetry(failure),
    });
    const { context, session, connector, sender, bridgeRequests } = this.remoteSide;
    const filter = new ToolFilter(settings.tools, listCache.isReadOnly);
    const elicitation = new SignInElicitation({ ...context, bridgeRequests, remote: remoteUrl, send });
    this.#provisionalAnswers = new ProvisionalAnswers({
      ...context,
      settings,
      remoteUrl,
      connector,
      listCache,
      sendQueue: new SendQueue(clock),
      listChanges: new ListChanges({ ...context, sender, bridgeRequests, listCache, send }),
      filtered: (result) => filter.editResult(result),
      onInitializeAnswered: () => elicitation.watch(),
    });
    const signInTool = new SignInTool({
      ...context,
      firstWaitMs: settings.handshakeWaitMs,
      laterWaitMs: settings.listWaitMs,
      connect: () => connector.ensure("host"),
      toolNames: () => this.#toolNames(filter),
      isTaken: (tool) => listCache.toolNames().includes(tool),
    });
    this.router = new MessageRouter({
      stdio,
      diagnostics,
      toolSafety: listCache.mayRepeat,
      remoteRequests: new RemoteRequests(session),
      // Whoever answers a request keeps it from those behind; whoever edits an answer gets what those before made of it.
      handlers: [
        { onRequest: (message, host) => this.#onInitialize(message, host) },
        ...(settings.provisional ? [signInTool] : []),
        filter,
        this.#sessionNotes(),
        listCache,
        elicitation,
        this.#provisionalAnswers,
      ],
      send: (outbound) => void sender.send(outbound),
    });
    session.onChange((phase) => this.#onPhase(phase));
    this.remoteSide.watch(() => this.router.openRequests);
    // Which transport worked last time is wanted as soon as the host's first line is there: read it meanwhile.
    if (!settings.transport.endsWith("-only")) void listCache.load();
  }

  /** Why there is no session, if that is known. */
  lastFailure(): Failure | undefined {
    const { phase } = this.remoteSide.session;
    return phase.kind === "ready" ? undefined : this.#provisionalAnswers.lastFailure;
  }

  #onInitialize(message: RequestMessage, host: PendingRequest): boolean {
    if (message.method !== "initialize") return false;
    const { connector } = this.remoteSide;
    this.#provisionalAnswers.answerInitializeLater(message, host);
    connector.begin(message, host).catch((error: unknown) => {
      if (this.#lifetime.aborted) return;
      const failure = asFailure(error);
      // What lasts (a wrong address, a refused sign-in) is for the host to hear; what passes is waited out.
      const waitsOut = this.#options.settings.provisional && (host.done || isTransient(failure));
      if (!waitsOut) {
        host.fail(failure);
        return;
      }
      void this.#provisionalAnswers.answerInitializeNow(message, host);
      connector.retryLater();
    });
    return true;
  }

  /** Remembers what a new session will have to hear. */
  #sessionNotes(): MessageHandler {
    const { session } = this.remoteSide;
    return {
      onRequest(message: RequestMessage) {
        session.note(message);
        return false;
      },
      onNotification(message: NotificationMessage) {
        if (message.method === "notifications/initialized") session.initialized = message;
      },
    };
  }

  async #toolNames(filter: ToolFilter): Promise<readonly string[]> {
    const { sender, bridgeRequests } = this.remoteSide;
    const request = bridgeRequests.make("tools/list");
    try {
      this.listCache.onList(request, await askRemote(sender, request));
    } catch {
      this.#options.diagnostics.event("sign-in-tool.list-failed");
    }
    return this.listCache.toolNames().filter((name) => filter.permits(name));
  }

  #onRetry(failure: Failure): void {
    if (failure.message === this.#provisionalAnswers.lastFailure?.message) return;
    this.#provisionalAnswers.lastFailure = failure;
    this.#options.diagnostics.notice(`${failure.message} ${failure.hint} (${failure.code})`, "error");
  }

  #onPhase(phase: SessionPhase): void {
    const { connector, sender } = this.remoteSide;
    if (phase.kind === "failed") {
      this.#onRetry(phase.failure);
      if (!connector.goesOn(phase.failure)) this.#provisionalAnswers.failQueued(phase.failure);
    }
    if (phase.kind !== "ready") return;
    const { mcpSession } = phase;
    this.#provisionalAnswers.onReady((outbound) => void sender.send(outbound));
    this.remoteSide.listen(mcpSession, (message) => this.router.fromStream(message, mcpSession));
  }
}
