// Brings messages to a modern remote: those of a modern host as they are, those of a legacy host translated.

import { Failure } from "../../core/failure/failure.ts";
import { isObject, type RequestMessage, type ResponseMessage } from "../../core/mcp/message.ts";
import { methodFacts } from "../../core/mcp/methods.ts";
import { MODERN_REVISION } from "../../core/mcp/revisions.ts";
import { errorMessage, resultMessage } from "../era/edit-message.ts";
import { isLogLevel } from "../era/log-levels.ts";
import { standardHeaders } from "../era/mirrored-headers.ts";
import { invalidParams } from "../era/modern-meta.ts";
import {
  type HostProfile,
  hostProfile,
  initializeResult,
  isLegacyNotification,
  legacyNotification,
  requestInItsName,
} from "../era/to-modern.ts";
import { isDiscovered, mayRetryVersion } from "../era/verdict.ts";
import {
  createOutboundMessage,
  type OnAccompanying,
  type OutboundMessage,
} from "../messages/outbound-message.ts";
import { isTransient } from "../sending/retry-policy.ts";
import type { McpSession } from "../session/mcp-session.ts";
import type { Probe } from "../transport/remote-http.ts";
import { failPending, type OnRemoteMessage, type SendOutcome } from "../transport/transport.ts";
import type { HostQuestions } from "./host-questions.ts";
import { InputRounds } from "./input-rounds.ts";
import { ModernDirect } from "./modern-direct.ts";
import { ModernExchange, type ModernExchangeOptions } from "./modern-exchange.ts";
import { openListen } from "./modern-listen.ts";

export interface ModernRemoteOptions extends ModernExchangeOptions {
  readonly questions: HostQuestions;
  /** Gets what a legacy host is to get. */
  readonly onMessage: OnRemoteMessage;
  readonly sendToHost: (message: Buffer) => void;
  /** Sends the members of a batch one by one. */
  readonly send: (outbound: OutboundMessage) => Promise<void>;
  /** How the remote is called if it does not say. */
  readonly name: string;
}

const DONE: SendOutcome = { kind: "ended", end: {}, accepted: true };
const METHOD_NOT_FOUND = '{"code":-32601,"message":"Method not found"}';
const INVALID_LEVEL = JSON.stringify(invalidParams("level is no log level"));

export class ModernRemote {
  readonly #options: ModernRemoteOptions;
  readonly #exchange: ModernExchange;
  readonly #rounds: InputRounds;
  readonly #direct: ModernDirect;
  #discovered: ResponseMessage | undefined;
  #refusal: Failure | undefined;
  #onSubscriptions: () => void = () => undefined;

  constructor(options: ModernRemoteOptions) {
    this.#options = options;
    this.#exchange = new ModernExchange(options);
    const parts = { ...options, exchange: this.#exchange };
    this.#rounds = new InputRounds(parts);
    this.#direct = new ModernDirect(parts);
  }

  /** What `server/discover` said last. */
  get capabilities(): Readonly<Record<string, unknown>> {
    const result = this.#discovered?.value.result;
    return isObject(result) && isObject(result.capabilities) ? result.capabilities : {};
  }

  get profile(): HostProfile {
    return hostProfile(this.#options.session.initialize);
  }

  /** Asks whether it is there. */
  probe(): Probe {
    const id = this.#options.bridgeRequests.nextId();
    const request = requestInItsName(id, "server/discover", {}, this.profile);
    const headers = { ...standardHeaders(request), "mcp-protocol-version": MODERN_REVISION };
    return { body: request.bytes, headers, mcpSession: undefined };
  }

  /** Why there is no session with a remote that is to be modern. */
  refusal(outbound: OutboundMessage): SendOutcome {
    const words = `The server does not speak ${MODERN_REVISION}, which --protocol modern demands.`;
    const hint = "Leave out --protocol, or use --protocol legacy.";
    failPending(outbound, this.#refusal ?? new Failure("REMOTE_HTTP_ERROR", words, { hint }));
    return DONE;
  }

  /**
   * Asks `server/discover` in place of `initialize`, and answers that. `legacy`: the remote does not know it.
   * @param onModern called before the host is answered
   */
  async handshake(outbound: OutboundMessage, onModern: () => void): Promise<SendOutcome | "legacy"> {
    const { bridgeRequests, session } = this.#options;
    const [host] = outbound.requests;
    const initialize = outbound.message.kind === "request" ? outbound.message : session.initialize;
    if (host === undefined || initialize === undefined) return "legacy";
    for (let tries = 1; ; tries += 1) {
      const request = requestInItsName(
        bridgeRequests.nextId(),
        "server/discover",
        {},
        hostProfile(initialize),
      );
      const { outcome, response } = await this.#exchange.send(outbound, request);
      if (host.done) return outcome;
      const answer = response ?? (outcome.kind === "refused" ? outcome.httpError.answer : undefined);
      if (answer !== undefined && isDiscovered(answer)) {
        this.#exchange.isConfirmed = true;
        this.#discovered = answer;
        onModern();
        host.respond(initializeResult(initialize, answer, this.#options.name));
        return outcome;
      }
      if (answer !== undefined && mayRetryVersion(answer) && tries < 3) continue;
      if (answer !== undefined) return "legacy";
      // A remote that is down or wants a sign-in, or whose answer broke off, has said nothing of its era.
      const isOpen =
        outcome.kind === "challenged" ||
        (outcome.kind === "failed" && isTransient(outcome.failure)) ||
        (outcome.kind === "ended" && !outcome.accepted && outcome.unreadable === undefined);
      const isBusy =
        outcome.kind === "refused" && (outcome.httpError.status === 429 || outcome.httpError.status >= 500);
      return isOpen || isBusy ? outcome : "legacy";
    }
  }

  /** A message of a modern host, as it came. See `ModernDirect`. */
  direct(outbound: OutboundMessage, mayBeLegacy: boolean): Promise<SendOutcome | "legacy"> {
    return this.#direct.send(outbound, mayBeLegacy);
  }

  /** A message of a legacy host. */
  async translated(outbound: OutboundMessage, mcpSession: McpSession | undefined): Promise<SendOutcome> {
    const { message } = outbound;
    switch (message.kind) {
      case "batch":
        return this.#batch(outbound);
      case "response":
        return DONE;
      case "notification":
        return isLegacyNotification(message.method) ? DONE : this.#direct.notify(outbound);
      default: {
        const [host] = outbound.requests;
        if (host === undefined) return DONE;
        const answer = this.#answerHere(message);
        if (answer !== undefined) {
          host.respond(answer);
          return DONE;
        }
        return this.#rounds.run(outbound, message, this.#accompanying(outbound, mcpSession), this.profile);
      }
    }
  }

  #accompanying({ onMessage }: OutboundMessage, mcpSession: McpSession | undefined): OnAccompanying {
    return (message) => {
      const legacy = message.kind === "notification" ? legacyNotification(message) : undefined;
      if (legacy === undefined) return;
      if (onMessage === undefined) this.#options.onMessage(legacy, mcpSession);
      else onMessage(legacy);
    };
  }

  /** What the modern era has no request for, and what the host's has none for. */
  #answerHere({ method, id, value: { params } }: RequestMessage): ResponseMessage | undefined {
    switch (method) {
      case "ping":
        return this.#options.bridgeRequests.isOwn(id) ? undefined : resultMessage(id, "{}");
      case "logging/setLevel":
        return isObject(params) && isLogLevel(params.level)
          ? resultMessage(id, "{}")
          : errorMessage(id, INVALID_LEVEL);
      case "resources/subscribe":
      case "resources/unsubscribe": {
        const { resources } = this.capabilities;
        if (!isObject(resources) || resources.subscribe !== true) return errorMessage(id, METHOD_NOT_FOUND);
        this.#onSubscriptions();
        return resultMessage(id, "{}");
      }
      default: {
        const isForeign = methodFacts(method).era === "modern" || method.startsWith("tasks/");
        return isForeign ? errorMessage(id, METHOD_NOT_FOUND) : undefined;
      }
    }
  }

  /** This era has no batches. */
  async #batch(outbound: OutboundMessage): Promise<SendOutcome> {
    const { message, requests, cause, correlation } = outbound;
    const members = message.kind === "batch" ? message.members : [];
    await Promise.all(
      members.map((member) => {
        if (member.kind === "unreadable") return undefined;
        const own = requests.filter((one) => member.kind === "request" && one.id.key === member.id.key);
        return this.#options.send(createOutboundMessage(member, own, { cause, correlation }));
      }),
    );
    return DONE;
  }

  /** Keeps a listen open for what a legacy host would hear on the session's stream. */
  listen(mcpSession: McpSession): void {
    void openListen(
      {
        ...this.#options,
        exchange: this.#exchange,
        profile: () => this.profile,
        capabilities: () => this.capabilities,
        onSubscriptions: (listener) => {
          this.#onSubscriptions = listener;
        },
      },
      mcpSession,
    );
  }
}
