// Which era the remote speaks, and what carries a message to it. Until a remote has refused a handshake, or a modern host
// speaks, this is one comparison more for each message; what modern remotes need is loaded when there is one.

import { isObject, type ResponseMessage } from "../../core/mcp/message.ts";
import { isModernRevision } from "../../core/mcp/revisions.ts";
import type { Diagnostics } from "../../core/ports/diagnostics.ts";
import type { Era } from "../../core/ports/remote-cache.ts";
import type { ProtocolChoice } from "../../core/settings.ts";
import type { OutboundMessage } from "../messages/outbound-message.ts";
import { PendingRequest } from "../messages/pending-request.ts";
import type { McpSession } from "../session/mcp-session.ts";
import type { Probe } from "../transport/remote-http.ts";
import type { OnSession, SendOutcome, Transport } from "../transport/transport.ts";
import type { ModernRemote } from "./modern-remote.ts";

export interface RemoteEraOptions {
  /** Carries what is of the legacy era. */
  readonly legacy: Transport;
  /** `--protocol`. */
  readonly protocol: ProtocolChoice;
  readonly diagnostics: Diagnostics;
  /** The only era that the remote spoke in earlier runs; undefined: both, or nothing is known. */
  readonly remembered: () => Promise<Era | undefined>;
  readonly onOnly: (era: Era | undefined) => void;
  /** Made when it is needed. */
  readonly modern: () => Promise<ModernRemote>;
}

/** How an HTTP server refuses what it does not know, if it says no more. */
const BARE_REFUSALS = new Set([400, 404, 405, 406, 415, 422, 426, 501]);

export class RemoteEra implements Transport {
  readonly #options: RemoteEraOptions;
  #modern: ModernRemote | undefined;
  /** Of the session: the last handshake was answered in this era. */
  #current: Era = "legacy";
  /** Asked first in the next handshake. */
  #leads: Era | undefined;
  /** The remote has refused the other one. */
  #only: Era | undefined;
  /** What of that is kept. */
  #learned: Era | undefined;
  #isLoaded = false;
  /** Messages of a modern host that are with the remote as they are. */
  #directs = 0;
  #isModernRefused = false;

  constructor(options: RemoteEraOptions) {
    this.#options = options;
  }

  /** Set while the session is one that the bridge keeps up itself, before a modern remote. */
  get modernSession(): ModernRemote | undefined {
    return this.#current === "modern" ? this.#modern : undefined;
  }

  /** The only era that the remote is known to speak. */
  get only(): Era | undefined {
    const { protocol } = this.#options;
    return protocol === "auto" ? this.#only : protocol;
  }

  /** What earlier runs found. */
  async load(): Promise<void> {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    this.#learned = await this.#options.remembered();
    this.#only ??= this.#learned;
  }

  /** Asks a modern remote, or one that may be, whether it is there; undefined: nobody waits for such a one. */
  probe(): Probe | undefined {
    return this.#current === "modern" || this.#directs > 0 ? this.#modern?.probe() : undefined;
  }

  /** The host speaks the modern era, so it is asked for first. */
  prefer(era: Era): void {
    this.#leads = era;
  }

  async post(
    outbound: OutboundMessage,
    mcpSession: McpSession | undefined,
    onSession?: OnSession,
  ): Promise<SendOutcome> {
    if (outbound.handshake) return this.#handshake(outbound, mcpSession, onSession);
    if (outbound.modern !== undefined) return this.#direct(outbound);
    if (this.#current === "modern") return (await this.#modernRemote()).translated(outbound, mcpSession);
    return this.#options.legacy.post(outbound, mcpSession, onSession);
  }

  resume(...given: Parameters<Transport["resume"]>): Promise<SendOutcome> {
    return this.#options.legacy.resume(...given);
  }

  async #modernRemote(): Promise<ModernRemote> {
    this.#modern ??= await this.#options.modern();
    return this.#modern;
  }

  async #direct(outbound: OutboundMessage): Promise<SendOutcome> {
    const modern = await this.#modernRemote();
    this.#directs += 1;
    const outcome = await modern.direct(outbound, this.#options.protocol !== "modern").finally(() => {
      this.#directs -= 1;
    });
    if (outcome !== "legacy") return outcome;
    // Kept when it has answered in the other era.
    this.#isModernRefused = true;
    this.#only = "legacy";
    outbound.modern?.handBack();
    return { kind: "ended", end: {}, accepted: true };
  }

  async #handshake(
    outbound: OutboundMessage,
    mcpSession: McpSession | undefined,
    onSession?: OnSession,
  ): Promise<SendOutcome> {
    await this.load();
    const first = this.only ?? this.#leads ?? "legacy";
    if (first === "legacy") return this.#legacyFirst(outbound, mcpSession, onSession);
    const outcome = await this.#askModern(outbound);
    if (outcome !== "legacy") return outcome;
    if (this.#options.protocol === "modern") return (await this.#modernRemote()).refusal(outbound);
    if (this.#only === "modern") this.#learn(undefined);
    this.#leads = undefined;
    return this.#legacyFirst(outbound, mcpSession, onSession, true);
  }

  /** @param isLast the other era was tried already */
  async #legacyFirst(
    outbound: OutboundMessage,
    mcpSession: McpSession | undefined,
    onSession: OnSession | undefined,
    isLast = false,
  ): Promise<SendOutcome> {
    const [host] = outbound.requests;
    if (host === undefined || this.#options.protocol === "legacy")
      return this.#asLegacy(outbound, mcpSession, onSession);
    let refused: ResponseMessage | undefined;
    const inner = new PendingRequest(host.id, host.method, {
      onResponse: (response) => {
        if (isHandshakeOf("legacy", response)) {
          this.#became("legacy");
          host.respond(response);
        } else refused = response;
      },
      onFailure: (failure) => host.fail(failure),
    });
    host.onCancel = () => inner.cancel();
    // A gateway before a modern remote looks for it.
    const headers = { "mcp-method": "initialize" };
    const posting = this.#asLegacy({ ...outbound, requests: [inner], headers }, mcpSession, onSession);
    const outcome = await Promise.race([posting, inner.whenDone.then(() => undefined)]);
    if (refused === undefined && (outcome === undefined || !isRefusal(outcome))) return outcome ?? posting;
    const other = isLast ? "legacy" : await this.#askModern(outbound);
    if (other !== "legacy") {
      if (this.#current === "modern") this.#learn("modern");
      return other;
    }
    if (refused !== undefined) host.respond(refused);
    return outcome ?? { kind: "ended", end: {}, accepted: false };
  }

  #asLegacy(
    outbound: OutboundMessage,
    mcpSession: McpSession | undefined,
    onSession: OnSession | undefined,
  ): Promise<SendOutcome> {
    this.#current = "legacy";
    return this.#options.legacy.post(outbound, mcpSession, onSession);
  }

  /** `legacy`: the remote does not speak the modern era. */
  async #askModern(outbound: OutboundMessage): Promise<SendOutcome | "legacy"> {
    const modern = await this.#modernRemote();
    const outcome = await modern.handshake(outbound, () => this.#became("modern"));
    // A sign-in or a pause comes first; then the same question again.
    if (outcome === "legacy") this.#isModernRefused = true;
    else this.#leads = "modern";
    return outcome;
  }

  #became(era: Era): void {
    this.#current = era;
    if (era === "legacy" && this.#isModernRefused) this.#learn(era);
    this.#options.diagnostics.event("era.session", { remote: era });
  }

  #learn(only: Era | undefined): void {
    this.#only = only;
    if (this.#learned === only) return;
    this.#learned = only;
    this.#options.diagnostics.event("era.remote", { only: only ?? "unknown" });
    this.#options.onOnly(only);
  }
}

/** The answer to `initialize` of a remote of that era. Some modern remotes answer it with their own version. */
function isHandshakeOf(era: Era, { value: { error, result } }: ResponseMessage): boolean {
  if (error !== undefined) return false;
  const isModern = isObject(result) && isModernRevision(result.protocolVersion);
  return isModern === (era === "modern");
}

/** Does it perhaps say that there is no handshake here? Never by one code: remotes give many. */
function isRefusal(outcome: SendOutcome): boolean {
  if (outcome.kind === "failed") return outcome.failure.code === "REMOTE_NOT_MCP";
  if (outcome.kind !== "refused") return false;
  const { status, answer } = outcome.httpError;
  return answer === undefined ? BARE_REFUSALS.has(status) : status >= 400 && status < 500 && status !== 429;
}
