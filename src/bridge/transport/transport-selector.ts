// Which transport carries the session: streamable HTTP, or the older HTTP+SSE where the remote knows no other (NET-7).

import { Failure } from "../../core/failure/failure.ts";
import type { TransportStrategy } from "../../core/settings.ts";
import { isSettled, type OutboundMessage } from "../messages/outbound-message.ts";
import type { McpSession } from "../session/mcp-session.ts";
import type { OnSession, SendOutcome, Transport } from "./transport.ts";

export type TransportKind = "http" | "sse";

export interface TransportSelector extends Transport {
  /** What carried the last handshake that was answered. */
  readonly kind: TransportKind;
}

export interface TransportSelectorOptions {
  readonly strategy: TransportStrategy;
  readonly http: Transport;
  /** Made when it is needed: few remotes do. */
  readonly sse: () => Promise<Transport>;
  /** What worked with this remote before. */
  readonly remembered: () => Promise<TransportKind | undefined>;
  readonly onWinner: (kind: TransportKind) => void;
}

/** How a remote without streamable HTTP answers a POST to its stream's address. */
const KNOWS_NO_POST = new Set([400, 404, 405]);

export function createTransportSelector(options: TransportSelectorOptions): TransportSelector {
  let sse: Promise<Transport> | undefined;
  let kind: TransportKind | undefined;

  function transportOf(one: TransportKind): Promise<Transport> {
    if (one === "http") return Promise.resolve(options.http);
    sse ??= options.sse();
    return sse;
  }

  async function order(): Promise<readonly TransportKind[]> {
    switch (options.strategy) {
      case "http-only":
        return ["http"];
      case "sse-only":
        return ["sse"];
      default: {
        const wanted = options.strategy === "http-first" ? "http" : "sse";
        const first = kind ?? (await options.remembered()) ?? wanted;
        return first === "http" ? ["http", "sse"] : ["sse", "http"];
      }
    }
  }

  async function handshake(
    outbound: OutboundMessage,
    mcpSession: McpSession | undefined,
    onSession?: OnSession,
  ): Promise<SendOutcome> {
    const [first = "http", second] = await order();
    // Set before the answer comes: what the host says next follows right behind it.
    kind = first;
    const outcome = await (await transportOf(first)).post(outbound, mcpSession, onSession);
    if (second === undefined || !isForeign(outcome, first)) return settled(outbound, outcome);
    kind = second;
    const other = await (await transportOf(second)).post(outbound, mcpSession, onSession);
    if (!isForeign(other, second)) return settled(outbound, other);
    kind = undefined;
    return { kind: "failed", failure: neither(outcome, other, first) };
  }

  function settled(outbound: OutboundMessage, outcome: SendOutcome): SendOutcome {
    if (isSettled(outbound) && kind !== undefined) options.onWinner(kind);
    return outcome;
  }

  return {
    get kind() {
      return kind ?? "http";
    },
    async post(outbound, mcpSession, onSession) {
      if (outbound.handshake) return handshake(outbound, mcpSession, onSession);
      const transport = kind === "sse" ? await transportOf("sse") : options.http;
      return transport.post(outbound, mcpSession, onSession);
    },
    resume: (...given) => options.http.resume(...given),
  };
}

/** Does the outcome say that the remote does not speak this transport? A JSON-RPC error is MCP, whatever the status. */
function isForeign(outcome: SendOutcome, used: TransportKind): boolean {
  if (outcome.kind === "failed") return used === "sse" && outcome.failure.code === "REMOTE_NOT_MCP";
  if (outcome.kind !== "refused" || outcome.httpError.answer !== undefined) return false;
  const { status } = outcome.httpError;
  return used === "http" ? KNOWS_NO_POST.has(status) : status >= 400 && status < 500 && status !== 429;
}

function neither(first: SendOutcome, second: SendOutcome, firstUsed: TransportKind): Failure {
  const [http, sse] = firstUsed === "http" ? [first, second] : [second, first];
  return new Failure(
    "REMOTE_NOT_MCP",
    `The remote speaks neither streamable HTTP (${sentence(http)}) nor HTTP+SSE (${sentence(sse)}).`,
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
