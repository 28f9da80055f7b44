// The way to the remote: requests, transport, sender and sessions, wired to each other.

import type { Failure } from "../core/failure/failure.ts";
import type { BridgeOptions } from "./bridge-options.ts";
import { HandshakeRequests } from "./connecting/handshake-requests.ts";
import { startKeepAlive } from "./connecting/keep-alive.ts";
import { LegacyHandshake } from "./connecting/legacy-handshake.ts";
import { openServerStream, type StreamLosses } from "./connecting/server-stream.ts";
import { SessionConnector } from "./connecting/session-connector.ts";
import { startWatchdog } from "./connecting/watchdog.ts";
import { BridgeRequests } from "./messages/bridge-requests.ts";
import { reportBug } from "./messages/guard.ts";
import type { OutboundMessage } from "./messages/outbound-message.ts";
import { AnswersElsewhere } from "./sending/answers-elsewhere.ts";
import { askRemote } from "./sending/ask-remote.ts";
import { InitializedFirst } from "./sending/initialized-first.ts";
import { Sender } from "./sending/sender.ts";
import type { BridgeContext } from "./session/bridge-context.ts";
import type { ListCache } from "./session/list-cache.ts";
import type { McpSession } from "./session/mcp-session.ts";
import { SessionState } from "./session/session-state.ts";
import { HostQuestions } from "./translating/host-questions.ts";
import { RemoteEra } from "./translating/remote-era.ts";
import type { BackPressure, BodyLimits } from "./transport/body-reader.ts";
import { Cookies } from "./transport/cookies.ts";
import { createMemoryBudget } from "./transport/memory-budget.ts";
import { MemoryLedger } from "./transport/memory-ledger.ts";
import { type Probe, RemoteHttp } from "./transport/remote-http.ts";
import type { MessageSink, Reads } from "./transport/response-reader.ts";
import { createStreamableHttp } from "./transport/streamable-http.ts";
import type { OnRemoteMessage, Transport } from "./transport/transport.ts";
import { TransportSelector } from "./transport/transport-selector.ts";

export type RemoteOptions = Omit<BridgeOptions, "input" | "output" | "remoteCache">;

export interface RemoteWiring {
  readonly context: BridgeContext;
  readonly remote: RemoteHttp;
  /** Of all messages that are unfinished or wait. */
  readonly memory: MemoryLedger;
  readonly session: SessionState;
  readonly bridgeRequests: BridgeRequests;
  readonly transport: TransportSelector;
  readonly remoteEra: RemoteEra;
  readonly questions: HostQuestions;
  readonly handshakeRequests: HandshakeRequests;
  readonly sender: Sender;
  readonly connector: SessionConnector;
  /** Keeps the remote's own stream open for as long as this session lives, where it has one. */
  listen(mcpSession: McpSession, sink: MessageSink, reads: Reads): void;
  /** Begins to look after idle and dead connections. */
  watch(openRequests: () => number): void;
}

/** Whom this side tells; all of them are called later than it is made. */
export interface RemoteEvents {
  readonly onMessage: OnRemoteMessage;
  /** What the bridge itself has to say to the host. */
  readonly sendToHost: (message: Buffer) => void;
  readonly onRetry: (failure: Failure) => void;
  /** The remote refused a request for want of, or because of, its credentials. `isSignedIn`: it had some. */
  readonly onChallenge: (isSignedIn: boolean) => Promise<void> | undefined;
  /** How long a message waits for a person who signs in; undefined: as long as it takes. */
  readonly patienceMs: (outbound: OutboundMessage) => number | undefined;
  /** Does the host wait for something? */
  readonly isWanted: () => boolean;
}

export function wireRemote(
  options: RemoteOptions,
  backPressure: BackPressure,
  lifetime: AbortSignal,
  listCache: ListCache,
  events: RemoteEvents,
): RemoteWiring {
  const { authorizer, clock, diagnostics, network, random, settings } = options;
  const { headersTimeoutMs } = network;
  const remote = new RemoteHttp({
    url: options.remote.url,
    headers: options.headers,
    http: options.http,
    authorizer,
    cookies: network.cookies ? new Cookies() : undefined,
  });
  const memory = new MemoryLedger(network.maxMemoryBytes);
  const bodyLimits: BodyLimits = {
    backPressure,
    memoryBudget: createMemoryBudget(clock, memory),
    clock,
    gapMs: network.bodyTimeoutMs,
    maxBytes: network.maxMessageBytes,
    onPart: remote.hear,
    onBug: (error) => reportBug(diagnostics, error),
  };
  const session = new SessionState();
  const context: BridgeContext = { clock, random, diagnostics, session, authorizer, lifetime };
  const bridgeRequests = new BridgeRequests(random);
  const initializedFirst = new InitializedFirst(clock);
  const elsewhere = new AnswersElsewhere(clock, lifetime);
  const losses: StreamLosses = { inARow: 0 };
  const handshakeRequests = new HandshakeRequests({ ...context, sender: () => sender });
  const { transport, http } = createTransports(options, remote, bodyLimits, listCache, {
    onMessage(message, mcpSession) {
      if (!handshakeRequests.take(message, mcpSession)) events.onMessage(message, mcpSession);
    },
    onLost() {
      const { mcpSession } = session;
      if (mcpSession !== undefined) connector.renew(mcpSession, "background").catch(() => undefined);
    },
  });
  const questions = new HostQuestions(events.sendToHost);
  const remoteEra = new RemoteEra({
    legacy: transport,
    protocol: settings.protocol,
    diagnostics,
    async remembered() {
      await listCache.load();
      return listCache.era;
    },
    onOnly: (era) => listCache.onEra(era),
    async modern() {
      const { ModernRemote } = await import("./translating/modern-remote.ts");
      const { onMessage, sendToHost } = events;
      const send = (outbound: OutboundMessage) => sender.send(outbound);
      const name = options.remote.url.host;
      const parts = { ...context, http, bridgeRequests, listCache, questions };
      return new ModernRemote({ ...parts, onMessage, sendToHost, send, name });
    },
  });
  const checkSession = () => void askRemote(sender, bridgeRequests.make("ping")).catch(() => undefined);
  const sender: Sender = new Sender({
    ...context,
    transport: remoteEra,
    initializedFirst,
    elsewhere,
    patienceMs: events.patienceMs,
    renew: (lost, { cause, operation }) => connector.renew(lost, cause, operation),
    checkSession,
    onRetry: events.onRetry,
    onChallenge: events.onChallenge,
  });
  const handshake = new LegacyHandshake({
    ...context,
    sender,
    initializedFirst,
    bridgeRequests,
    onAnswer: (sessionId) => handshakeRequests.begin(sessionId),
    onInitialized: (response) => listCache.onInitialize(response),
  });
  const connector = new SessionConnector({
    ...context,
    handshake,
    isWanted: events.isWanted,
    onSuperseded: (mcpSession) => void remote.endSession(mcpSession).catch(() => undefined),
  });

  return {
    context,
    remote,
    memory,
    session,
    bridgeRequests,
    transport,
    remoteEra,
    questions,
    handshakeRequests,
    sender,
    connector,
    listen(mcpSession, sink, reads) {
      if (transport.kind === "sse") return;
      if (remoteEra.modernSession !== undefined) {
        remoteEra.modernSession.listen(mcpSession);
        return;
      }
      const onLost = (lost: McpSession) => connector.renew(lost, "background").catch(() => undefined);
      const take: MessageSink = (message) => {
        if (message.kind !== "response" || !elsewhere.take(message)) sink(message);
      };
      const parts = { ...context, remote, bodyLimits, sink: take, reads, headersTimeoutMs, onLost, losses };
      elsewhere.begin(mcpSession);
      const open = (): void =>
        void openServerStream(parts, mcpSession).finally(() => elsewhere.end(mcpSession));
      // A replay has said it already.
      if (session.initialized === undefined) initializedFirst.afterFirst(open);
      else open();
    },
    watch(pending) {
      const parts = { ...context, remote, bridgeRequests, sender, pending };
      const { pingIntervalMs } = settings;
      if (pingIntervalMs !== undefined) startKeepAlive({ ...parts, intervalMs: pingIntervalMs });
      const probe = (): Probe | undefined => {
        const { mcpSession } = session;
        if (mcpSession === undefined || remoteEra.modernSession !== undefined) return remoteEra.probe();
        return { body: bridgeRequests.make("ping").bytes, mcpSession };
      };
      startWatchdog({ ...parts, probe, check: checkSession });
    },
  };
}

/** The transports that a session may be carried by, and the choice between them. */
function createTransports(
  { clock, diagnostics, settings, network }: RemoteOptions,
  remote: RemoteHttp,
  bodyLimits: BodyLimits,
  listCache: ListCache,
  { onMessage, onLost }: { readonly onMessage: OnRemoteMessage; readonly onLost: () => void },
): { readonly transport: TransportSelector; readonly http: Transport } {
  const { headersTimeoutMs, callHeadersTimeoutMs } = network;
  const common = { remote, bodyLimits, diagnostics, headersTimeoutMs, callHeadersTimeoutMs, onMessage };
  const http = createStreamableHttp(common);
  const transport = new TransportSelector({
    strategy: settings.transport,
    http,
    async sse() {
      const { createHttpSse2024 } = await import("./transport/http-sse-2024.ts");
      return createHttpSse2024({ ...common, clock, onLost });
    },
    async remembered() {
      await listCache.loadHints();
      return listCache.transport;
    },
    onWinner: (kind) => listCache.onTransport(kind),
  });
  return { transport, http };
}
