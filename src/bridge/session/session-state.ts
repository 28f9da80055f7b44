// What is known of the session with the remote, and what a new one must be told.

import type { Failure } from "../../core/failure/failure.ts";
import type { NotificationMessage, RequestMessage } from "../../core/mcp/message.ts";
import type { McpSession } from "./mcp-session.ts";

export type SessionPhase =
  /** The host has not said `initialize`; what it says goes out without a session. */
  | { readonly kind: "idle" }
  /** `opening`: the remote has answered the handshake, and hears what it has to know of the host. */
  | { readonly kind: "connecting"; readonly opening?: McpSession }
  | { readonly kind: "ready"; readonly mcpSession: McpSession }
  /** The last handshake failed. */
  | { readonly kind: "failed"; readonly failure: Failure }
  /** The bridge ends. */
  | { readonly kind: "closed" };

/** The phase is changed by the connector alone; what the host said is noted as it passes. */
export class SessionState {
  /** The host's own, for a replay with its parameters. */
  initialize: RequestMessage | undefined;
  /** The host's own, once it came. */
  initialized: NotificationMessage | undefined;
  /** The host's last `logging/setLevel`. */
  logLevel: RequestMessage | undefined;
  /** The host's `resources/subscribe` that still stand, by URI. */
  readonly subscriptions = new Map<string, RequestMessage>();
  #phase: SessionPhase = { kind: "idle" };
  readonly #listeners = new Set<(phase: SessionPhase) => void>();

  get phase(): SessionPhase {
    return this.#phase;
  }

  /** Only while ready. */
  get mcpSession(): McpSession | undefined {
    return this.#phase.kind === "ready" ? this.#phase.mcpSession : undefined;
  }

  /** The one whose messages go to and fro now, ready or opening. */
  get current(): McpSession | undefined {
    return this.#phase.kind === "connecting" ? this.#phase.opening : this.mcpSession;
  }

  /** Is a session on its way, or to be made? Without `initialize` there never is one. */
  get isAwaited(): boolean {
    return this.#phase.kind === "connecting" || this.#phase.kind === "failed";
  }

  /** The host begins anew: nothing it said before counts. */
  begin(initialize: RequestMessage): void {
    this.initialize = initialize;
    this.initialized = undefined;
    this.logLevel = undefined;
    this.subscriptions.clear();
  }

  become(phase: SessionPhase): void {
    if (this.#phase.kind === "closed") return;
    this.#phase = phase;
    for (const listener of [...this.#listeners]) listener(phase);
  }

  /** Calls after every change of the phase. @returns ends that */
  onChange(listener: (phase: SessionPhase) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Remembers what a new session will have to hear. */
  note(message: RequestMessage): void {
    if (message.method === "logging/setLevel") this.logLevel = message;
    const uri = message.method.startsWith("resources/") ? message.value.param("uri") : undefined;
    if (uri === undefined) return;
    if (message.method === "resources/subscribe") this.subscriptions.set(uri, message);
    if (message.method === "resources/unsubscribe") this.subscriptions.delete(uri);
  }
}
