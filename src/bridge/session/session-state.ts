// What is known of the session with the remote, and what a new one must be told.

import type { Failure } from "../../core/failure/failure.ts";
import type { NotificationMessage, RequestMessage } from "../../core/mcp/message.ts";
import { paramOf } from "../messages/outbound-message.ts";
import { createMcpSession, type McpSession } from "./mcp-session.ts";

export type SessionPhase =
  /** The host has not said `initialize`; what it says goes out without a session. */
  | { readonly kind: "none" }
  | { readonly kind: "opening" }
  | { readonly kind: "open"; readonly mcpSession: McpSession }
  /** The last handshake failed. */
  | { readonly kind: "down"; readonly failure: Failure };

export interface SessionState {
  readonly state: SessionPhase;
  /** Only while open. */
  readonly mcpSession: McpSession | undefined;
  /** The host's own, for a replay with its parameters. */
  readonly initialize: RequestMessage | undefined;
  /** The host's own, once it came. */
  initialized: NotificationMessage | undefined;
  /** The host's last `logging/setLevel`. */
  readonly logLevel: RequestMessage | undefined;
  /** The host's `resources/subscribe` that still stand, by URI. */
  readonly subscriptions: Map<string, RequestMessage>;
  /** The host begins anew: nothing it said before counts. */
  begin(initialize: RequestMessage): void;
  opening(): void;
  /** The connection of a handshake that was answered; not in use before `opened`. */
  prepare(sessionId: string | undefined, protocolVersion: string | undefined): McpSession;
  opened(mcpSession: McpSession): void;
  failed(failure: Failure): void;
  /** Called after every change of state. */
  onChange(listener: (state: SessionPhase) => void): void;
  /** Remembers what a new session will have to hear. */
  note(message: RequestMessage): void;
}

export function createSessionState(): SessionState {
  return new RemoteSession();
}

class RemoteSession implements SessionState {
  initialize: RequestMessage | undefined;
  initialized: NotificationMessage | undefined;
  logLevel: RequestMessage | undefined;
  readonly subscriptions = new Map<string, RequestMessage>();
  #state: SessionPhase = { kind: "none" };
  #generation = 0;
  readonly #listeners: ((state: SessionPhase) => void)[] = [];

  get state(): SessionPhase {
    return this.#state;
  }

  get mcpSession(): McpSession | undefined {
    return this.#state.kind === "open" ? this.#state.mcpSession : undefined;
  }

  begin(initialize: RequestMessage): void {
    this.initialize = initialize;
    this.initialized = undefined;
    this.logLevel = undefined;
    this.subscriptions.clear();
  }

  opening(): void {
    this.#become({ kind: "opening" });
  }

  prepare(sessionId: string | undefined, protocolVersion: string | undefined): McpSession {
    this.#generation += 1;
    return createMcpSession(this.#generation, sessionId, protocolVersion);
  }

  opened(mcpSession: McpSession): void {
    this.#become({ kind: "open", mcpSession });
  }

  failed(failure: Failure): void {
    this.#become({ kind: "down", failure });
  }

  onChange(listener: (state: SessionPhase) => void): void {
    this.#listeners.push(listener);
  }

  note(message: RequestMessage): void {
    if (message.method === "logging/setLevel") this.logLevel = message;
    const uri = message.method.startsWith("resources/") ? paramOf(message.value, "uri") : undefined;
    if (uri === undefined) return;
    if (message.method === "resources/subscribe") this.subscriptions.set(uri, message);
    if (message.method === "resources/unsubscribe") this.subscriptions.delete(uri);
  }

  #become(state: SessionPhase): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}
