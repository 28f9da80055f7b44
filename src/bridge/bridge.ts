// One session between a host on stdin and stdout and a remote: puts the pieces together, starts and ends them.

import type { Readable, Writable } from "node:stream";
import { Failure } from "../core/failure.ts";
import type { RequestMessage } from "../core/message.ts";
import type { Authorizer } from "../core/ports/authorizer.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Diagnostics } from "../core/ports/diagnostics.ts";
import type { HttpClient } from "../core/ports/http.ts";
import type { Random } from "../core/ports/random.ts";
import type { RemoteMemory } from "../core/ports/remote-memory.ts";
import type { RemoteUrl } from "../core/remote-url.ts";
import type { NetworkSettings, SessionSettings, UserHeader } from "../core/settings.ts";
import { createDelivery, type Delivery } from "./delivery.ts";
import { createExchange } from "./exchange.ts";
import { createLocal } from "./local.ts";
import { createOpener } from "./opener.ts";
import { createOwnRequests } from "./own-requests.ts";
import type { Parcel } from "./parcel.ts";
import { createRelay } from "./relay.ts";
import { createRemote } from "./remote.ts";
import { createSession } from "./session.ts";
import { keepStream } from "./stream.ts";
import type { Waiting } from "./waiting.ts";
import { createWaitingRoom } from "./waiting-room.ts";

export interface BridgeOptions {
  readonly remote: RemoteUrl;
  readonly headers: readonly UserHeader[];
  readonly settings: SessionSettings;
  readonly network: NetworkSettings;
  /** The host's messages. */
  readonly input: Readable;
  /** Gets JSON-RPC lines and nothing else. */
  readonly output: Writable;
  readonly authorizer: Authorizer;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly diagnostics: Diagnostics;
  readonly memory: RemoteMemory;
}

export interface Bridge {
  /** Resolves when the host is gone, or `stop` was called, and everything is closed. Never rejects. */
  run(): Promise<void>;
  /** Ends the session: aborts what is under way, deletes the session at the remote. Within 1.5 s. Idempotent. */
  stop(reason: string): Promise<void>;
}

/** Most time for the farewell to the remote: the host waits for us to be gone. */
const FAREWELL_MS = 1_000;

export function createBridge(options: BridgeOptions): Bridge {
  const { authorizer, clock, diagnostics, http, network, random } = options;
  const lifetime = new AbortController();
  const local = createLocal(options.input, options.output, network.maxMessageBytes);
  const remote = createRemote({ url: options.remote.url, headers: options.headers, http, authorizer });
  const session = createSession();
  const own = createOwnRequests(random);
  const room = createWaitingRoom();
  let stopping: Promise<void> | undefined;
  let lastTrouble = "";

  const relay = createRelay({
    local,
    session,
    diagnostics,
    toolSafety: () => false,
    onInitialize,
    onParcel(parcel, message) {
      const isInitialized = message.kind === "notification" && message.method === "notifications/initialized";
      if (isInitialized) session.initialized = message;
      const { kind } = session.state;
      if (kind === "open" || kind === "none") dispatch(parcel);
      // The opener says `initialized` as soon as there is a session.
      else if (isInitialized) return;
      else if (kind === "opening") room.admit(parcel);
      else dispatch(parcel);
    },
  });
  const exchange = createExchange({
    remote,
    gate: local,
    maxMessageBytes: network.maxMessageBytes,
    headersTimeoutMs: network.headersTimeoutMs,
    diagnostics,
    onMessage: relay.fromRemote,
  });
  const delivery: Delivery = createDelivery({
    exchange,
    session,
    authorizer,
    clock,
    random,
    diagnostics,
    lifetime: lifetime.signal,
    signInPatienceMs: options.settings.provisional ? options.settings.handshakeWaitMs : undefined,
    renew: (lost, parcel) => opener.renew(lost, parcel.cause),
    onTrouble,
  });
  const opener = createOpener({ session, delivery: () => delivery, own, diagnostics });

  function onInitialize(message: RequestMessage, host: Waiting): void {
    void opener.begin(message, host);
  }

  function dispatch(parcel: Parcel): void {
    void delivery.deliver(parcel);
  }

  function onTrouble(failure: Failure): void {
    if (failure.message === lastTrouble) return;
    lastTrouble = failure.message;
    diagnostics.notice(`${failure.message} ${failure.hint} (${failure.code})`);
  }

  session.onChange((state) => {
    if (state.kind === "down") {
      onTrouble(state.failure);
      room.fail(state.failure);
    }
    if (state.kind !== "open") return;
    lastTrouble = "";
    room.empty(dispatch);
    void keepStream(
      {
        remote,
        session,
        gate: local,
        authorizer,
        clock,
        random,
        diagnostics,
        lifetime: lifetime.signal,
        maxMessageBytes: network.maxMessageBytes,
        headersTimeoutMs: network.headersTimeoutMs,
        sink: relay.fromStream,
        onLost: (connection) => void opener.renew(connection, "background").catch(() => undefined),
      },
      state.connection,
    );
  });

  function stop(reason: string): Promise<void> {
    stopping ??= end(reason);
    return stopping;
  }

  async function end(reason: string): Promise<void> {
    diagnostics.event("bridge.stopping", { reason });
    const { connection } = session;
    const why = new Failure("INTERRUPTED", `The bridge stops: ${reason}.`);
    lifetime.abort(why);
    remote.drop(why);
    local.stop();
    const farewell = new AbortController();
    const callOff = clock.after(FAREWELL_MS, () => farewell.abort(why));
    await Promise.allSettled([
      authorizer.close(),
      connection?.sessionId === undefined
        ? undefined
        : remote
            .send({ method: "DELETE", connection, signal: farewell.signal })
            .then(({ response }) => response.body.destroy()),
    ]);
    callOff();
    http.close();
  }

  return {
    run() {
      return new Promise((resolve) => {
        local.start({
          onLine: relay.fromHost,
          onTooLong: relay.tooLong,
          onGone: (why) => void stop(why),
        });
        const watch = (): void => void stopping?.finally(resolve);
        if (lifetime.signal.aborted) watch();
        else lifetime.signal.addEventListener("abort", () => queueMicrotask(watch), { once: true });
      });
    },
    stop,
  };
}
