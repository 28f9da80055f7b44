// What a legacy host hears on its session's stream, from a modern remote: one `subscriptions/listen`, kept open for as long
// as the session lives, and opened anew when the host subscribes to something (2026-07-28, patterns/subscriptions).

import { isObject } from "../../core/mcp/message.ts";
import { type HostProfile, legacyNotification, requestInItsName } from "../era/to-modern.ts";
import type { BridgeRequests } from "../messages/bridge-requests.ts";
import { createOutboundMessage } from "../messages/outbound-message.ts";
import { PendingRequest } from "../messages/pending-request.ts";
import { backOffMs } from "../sending/retry-policy.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import type { McpSession } from "../session/mcp-session.ts";
import type { OnRemoteMessage, SendOutcome } from "../transport/transport.ts";
import type { ModernExchange } from "./modern-exchange.ts";

export interface ModernListenOptions extends BridgeContext {
  readonly exchange: ModernExchange;
  readonly bridgeRequests: BridgeRequests;
  readonly onMessage: OnRemoteMessage;
  readonly profile: () => HostProfile;
  readonly capabilities: () => Readonly<Record<string, unknown>>;
  /** Calls when the host's subscriptions have changed. */
  readonly onSubscriptions: (listener: () => void) => void;
}

interface Listen {
  /** Resolves when the remote hears, or the stream is over. */
  readonly ready: Promise<void>;
  /** Resolves with what became of it. */
  readonly ended: Promise<SendOutcome>;
  close(): void;
}

const MAX_BACK_OFF_MS = 60_000;
/** A stream that lived longer was worth opening. */
const LONG_LIFE_MS = 60_000;

/** Runs until the session is another one or the bridge stops. */
export async function openListen(options: ModernListenOptions, mcpSession: McpSession): Promise<void> {
  const { session, clock, random, lifetime, authorizer, diagnostics } = options;
  const isCurrent = (): boolean => session.mcpSession === mcpSession && !lifetime.aborted;
  let change = new Change();
  const onChange = (): void => change.tell();
  options.onSubscriptions(onChange);
  const stopWatching = session.onChange(() => isCurrent() || onChange());
  let failures = 0;
  let listen: Listen | undefined;
  try {
    while (isCurrent()) {
      const filter = filterOf(options.capabilities(), [...session.subscriptions.keys()]);
      change = new Change();
      if (filter === undefined) {
        await change.came;
        continue;
      }
      const openedMs = clock.monotonicMs();
      const next = begin(options, filter, mcpSession);
      await next.ready;
      // Only now: nothing that is said meanwhile is missed.
      listen?.close();
      listen = next;
      const outcome = await Promise.race([listen.ended, change.came]);
      if (outcome === undefined || !isCurrent()) continue;
      listen = undefined;
      diagnostics.event("listen.ended", { kind: outcome.kind });
      failures = clock.monotonicMs() - openedMs > LONG_LIFE_MS ? 0 : failures + 1;
      if (outcome.kind === "challenged") await signIn(authorizer, outcome, lifetime);
      const { status = 0 } = outcome.kind === "refused" ? outcome.httpError : {};
      // It has no such thing, and will have none: the host's next subscription asks again.
      const isRefused = status >= 400 && status < 500 && status !== 429;
      const pauseMs = backOffMs(failures + 2, random.fraction(), MAX_BACK_OFF_MS);
      const pause = isRefused ? change.came : clock.sleep(pauseMs, lifetime).catch(() => undefined);
      await Promise.race([pause, change.came]);
    }
  } finally {
    stopWatching();
    listen?.close();
  }
}

class Change {
  readonly came: Promise<undefined>;
  tell: () => void = () => undefined;

  constructor() {
    this.came = new Promise((resolve) => {
      this.tell = () => resolve(undefined);
    });
  }
}

/** What the remote can tell of; undefined: nothing. */
function filterOf(
  capabilities: Readonly<Record<string, unknown>>,
  uris: readonly string[],
): Record<string, unknown> | undefined {
  const has = (name: string, member: string): boolean => {
    const one = capabilities[name];
    return isObject(one) && one[member] === true;
  };
  const filter: Record<string, unknown> = {};
  for (const name of ["tools", "prompts", "resources"]) {
    if (has(name, "listChanged")) filter[`${name}ListChanged`] = true;
  }
  if (uris.length > 0 && has("resources", "subscribe")) filter.resourceSubscriptions = uris;
  return Object.keys(filter).length === 0 ? undefined : filter;
}

function begin(
  { exchange, bridgeRequests, profile, onMessage }: ModernListenOptions,
  filter: object,
  mcpSession: McpSession,
): Listen {
  const id = bridgeRequests.nextId();
  const request = requestInItsName(id, "subscriptions/listen", { notifications: filter }, profile());
  const pending = new PendingRequest(id, request.method);
  const ready = new Change();
  const sent = exchange.send(createOutboundMessage(request, [pending], { cause: "background" }), request, {
    onMessage(message) {
      ready.tell();
      const legacy = message.kind === "notification" ? legacyNotification(message) : undefined;
      if (legacy !== undefined && !pending.done) onMessage(legacy, mcpSession);
    },
  });
  const ended = sent.then(({ outcome }) => outcome);
  void ended.then(ready.tell);
  return { ready: ready.came, ended, close: () => pending.cancel() };
}

async function signIn(
  authorizer: ModernListenOptions["authorizer"],
  { httpError }: Extract<SendOutcome, { kind: "challenged" }>,
  lifetime: AbortSignal,
): Promise<void> {
  const { status, wwwAuthenticate, dpopNonce, sent } = httpError;
  const challenge = {
    status: status === 403 ? (403 as const) : (401 as const),
    wwwAuthenticate,
    dpopNonce,
    sent,
    operation: "stream",
    cause: "background" as const,
  };
  await authorizer.challenged(challenge, lifetime).catch(() => undefined);
}
