// Which transport carries the session: streamable HTTP, or the older HTTP+SSE where the remote knows no other (NET-7).

import { Failure } from "../../core/failure/failure.ts";
import type { TransportStrategy } from "../../core/settings.ts";
import { isSettled, type OutboundMessage } from "../messages/outbound-message.ts";
import type { McpSession } from "../session/mcp-session.ts";
import type { OnSession, SendOutcome, Transport } from "./transport.ts";

export type TransportKind = "http" | "sse";

export interface TransportSelectorOptions {
  readonly strategy: TransportStrategy;
  readonly http: Transport;
  /** Made when it is needed: few remotes do. */
  readonly sse: () => Promise<Transport>;
  /** What worked with this remote before. */
  readonly remembered: () => Promise<TransportKind | undefined>;
  readonly onWinner: (kind: TransportKind) => void;
}

/** Says nothing about the transport: the remote is busy, or too slow for now. */
const PASSING = new Set([408, 425, 429]);

export class TransportSelector implements Transport {
  readonly #options: TransportSelectorOptions;
  #sse: Promise<Transport> | undefined;
  #kind: TransportKind | undefined;

  constructor(options: TransportSelectorOptions) {
    this.#options = options;
  }

  /** What carried the last handshake that was answered. */
  get kind(): TransportKind {
    return this.#kind ?? "http";
  }

  async post(
    outbound: OutboundMessage,
    mcpSession: McpSession | undefined,
    onSession?: OnSession,
  ): Promise<SendOutcome> {
    if (outbound.handshake) return this.#handshake(outbound, mcpSession, onSession);
    const transport = this.#kind === "sse" ? await this.#transport("sse") : this.#options.http;
    return transport.post(outbound, mcpSession, onSession);
  }

  resume(...given: Parameters<Transport["resume"]>): Promise<SendOutcome> {
    return this.#options.http.resume(...given);
  }

  #transport(kind: TransportKind): Promise<Transport> {
    if (kind === "http") return Promise.resolve(this.#options.http);
    this.#sse ??= this.#options.sse();
    return this.#sse;
  }

  async #order(): Promise<readonly TransportKind[]> {
    const { strategy, remembered } = this.#options;
    if (strategy === "http-only") return ["http"];
    if (strategy === "sse-only") return ["sse"];
    const first = this.#kind ?? (await remembered()) ?? (strategy === "http-first" ? "http" : "sse");
    return first === "http" ? ["http", "sse"] : ["sse", "http"];
  }

  async #handshake(
    outbound: OutboundMessage,
    mcpSession: McpSession | undefined,
    onSession?: OnSession,
  ): Promise<SendOutcome> {
    const [first = "http", second] = await this.#order();
    // Set before the answer comes: what the host says next follows right behind it.
    this.#kind = first;
    const outcome = await (await this.#transport(first)).post(outbound, mcpSession, onSession);
    if (second === undefined || isSettled(outbound) || !isForeign(outcome, first))
      return this.#settled(outbound, outcome);
    this.#kind = second;
    const other = await (await this.#transport(second)).post(outbound, mcpSession, onSession);
    if (isSettled(outbound) || !isForeign(other, second)) return this.#settled(outbound, other);
    this.#kind = undefined;
    const taken = [outcome, other].find(({ kind }) => kind === "ended");
    if (taken !== undefined) return taken;
    // Who may not come in has not been told what is spoken inside.
    const forbidden = [outcome, other].find((one) => one.kind === "refused" && one.httpError.status === 403);
    if (forbidden !== undefined) return forbidden;
    return { kind: "failed", failure: neither(outcome, other, first) };
  }

  #settled(outbound: OutboundMessage, outcome: SendOutcome): SendOutcome {
    if (isSettled(outbound) && this.#kind !== undefined) this.#options.onWinner(this.#kind);
    return outcome;
  }
}

/** Does the outcome say that the remote does not speak this transport? A JSON-RPC error is MCP, whatever the status. */
function isForeign(outcome: SendOutcome, used: TransportKind): boolean {
  if (outcome.kind === "failed")
    return outcome.isOldTransport === true || (used === "sse" && outcome.failure.code === "REMOTE_NOT_MCP");
  // Who takes a handshake without an answer gives that on a stream, as HTTP+SSE does.
  if (outcome.kind === "ended") return used === "http" && outcome.accepted;
  if (outcome.kind !== "refused" || outcome.httpError.answer !== undefined) return false;
  if (outcome.httpError.firewall !== undefined) return false;
  const { status } = outcome.httpError;
  // Remotes without streamable HTTP refuse a POST to their stream's address with whatever their framework has for that.
  return status === 501 || (status >= 400 && status < 500 && !PASSING.has(status));
}

function neither(first: SendOutcome, second: SendOutcome, firstUsed: TransportKind): Failure {
  const [http, sse] = firstUsed === "http" ? [first, second] : [second, first];
  return new Failure(
    "REMOTE_NOT_MCP",
    `The server speaks neither streamable HTTP (${sentence(http)}) nor HTTP+SSE (${sentence(sse)}).`,
    status(http),
  );
}

function sentence(outcome: SendOutcome): string {
  if (outcome.kind === "refused") return outcome.httpError.sentence.replace(/\.$/, "");
  return outcome.kind === "failed" ? outcome.failure.message.replace(/\.$/, "") : "no answer";
}

function status(outcome: SendOutcome): { status?: number } {
  return outcome.kind === "refused" ? { status: outcome.httpError.status } : {};
}
