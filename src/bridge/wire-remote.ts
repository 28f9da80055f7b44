// The way to the remote: requests, transport, delivery and sessions, wired to each other.

import type { Failure } from "../core/failure/failure.ts";
import type { Message, ResponseMessage } from "../core/mcp/message.ts";
import type { BridgeOptions } from "./bridge.ts";
import { createOpener, type Opener } from "./connecting/handshake.ts";
import { keepPinging } from "./connecting/keep-alive.ts";
import { type Connector, createConnector } from "./connecting/reconnect.ts";
import { keepStream } from "./connecting/server-stream.ts";
import { keepVigil } from "./connecting/watchdog.ts";
import type { Local } from "./host/stdio.ts";
import { createOwnRequests, type OwnRequests } from "./messages/bridge-requests.ts";
import { ask } from "./sending/ask-remote.ts";
import { createDelivery, type Delivery } from "./sending/sender.ts";
import type { Catalogue } from "./session/list-cache.ts";
import type { Connection } from "./session/mcp-session.ts";
import { createSession, type Session } from "./session/session-state.ts";
import type { Reading } from "./transport/body-reader.ts";
import { createCookies } from "./transport/cookies.ts";
import { createHoard } from "./transport/memory-budget.ts";
import { createRemote, type Remote } from "./transport/remote-http.ts";
import type { MessageSink } from "./transport/response-reader.ts";
import { createExchange } from "./transport/streamable-http.ts";
import { createTransport, type Transport } from "./transport/transport-selector.ts";

export interface Carriage {
  readonly remote: Remote;
  readonly session: Session;
  readonly own: OwnRequests;
  readonly delivery: Delivery;
  readonly opener: Opener;
  readonly connector: Connector;
  /** Keeps the remote's own stream open for as long as this session lives, where it has one. */
  listen(connection: Connection, sink: MessageSink): void;
  /** Begins to look after idle and dead connections. */
  watch(openRequests: () => number): void;
}

/** Whom the carriage tells; all of them are called later than it is made. */
export interface CarriageEvents {
  readonly onMessage: (message: Exclude<Message, ResponseMessage>) => void;
  readonly onTrouble: (failure: Failure) => void;
}

export function createCarriage(
  options: BridgeOptions,
  local: Local,
  lifetime: AbortSignal,
  catalogue: Catalogue,
  events: CarriageEvents,
): Carriage {
  const { authorizer, clock, diagnostics, network, random, settings } = options;
  const { headersTimeoutMs } = network;
  const remote = createRemote({
    url: options.remote.url,
    headers: options.headers,
    http: options.http,
    authorizer,
    cookies: network.cookies ? createCookies() : undefined,
  });
  const reading: Reading = {
    gate: local,
    hoard: createHoard(clock),
    clock,
    gapMs: network.bodyTimeoutMs,
    maxBytes: network.maxMessageBytes,
    onPart: remote.hear,
  };
  const session = createSession();
  const own = createOwnRequests(random);
  const transport = createTransports(options, remote, reading, catalogue, events, () => {
    const { connection } = session;
    if (connection !== undefined) connector.renew(connection, "background").catch(() => undefined);
  });
  const delivery: Delivery = createDelivery({
    exchange: transport,
    session,
    authorizer,
    clock,
    random,
    diagnostics,
    lifetime,
    signInPatienceMs: settings.provisional ? settings.handshakeWaitMs : undefined,
    renew: (lost, parcel) => connector.renew(lost, parcel.cause),
    onTrouble: events.onTrouble,
  });
  const opener = createOpener({
    session,
    delivery,
    own,
    clock,
    diagnostics,
    onInitialized: catalogue.onInitialize,
  });
  const connector = createConnector({ session, opener, clock, random, lifetime });

  return {
    remote,
    session,
    own,
    delivery,
    opener,
    connector,
    listen(connection, sink) {
      if (transport.kind === "sse") return;
      const parts = { remote, session, reading, authorizer, clock, random, diagnostics, lifetime, sink };
      const onLost = (lost: Connection) => connector.renew(lost, "background").catch(() => undefined);
      void keepStream({ ...parts, headersTimeoutMs, onLost }, connection);
    },
    watch(waiting) {
      const parts = { remote, session, own, delivery, clock, random, diagnostics, lifetime, waiting };
      const { pingIntervalMs } = settings;
      if (pingIntervalMs !== undefined) keepPinging({ ...parts, intervalMs: pingIntervalMs });
      keepVigil({ ...parts, check: () => void ask(delivery, own.make("ping")).catch(() => undefined) });
    },
  };
}

function createTransports(
  options: BridgeOptions,
  remote: Remote,
  reading: Reading,
  catalogue: Catalogue,
  { onMessage }: CarriageEvents,
  onLost: () => void,
): Transport {
  const { clock, diagnostics, settings } = options;
  const { headersTimeoutMs } = options.network;
  const common = { remote, reading, diagnostics, headersTimeoutMs, onMessage };
  return createTransport({
    strategy: settings.transport,
    http: createExchange(common),
    async sse() {
      const { createSseExchange } = await import("./transport/http-sse-2024.ts");
      return createSseExchange({ ...common, clock, onLost });
    },
    async remembered() {
      await catalogue.load();
      return catalogue.transport;
    },
    onWinner: catalogue.onTransport,
  });
}
