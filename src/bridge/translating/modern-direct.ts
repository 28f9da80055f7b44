// A modern host's messages to a modern remote: they go as they came. Until the remote has answered one, it may turn out to be
// of the other era, or not to be reached.

import { MODERN_REVISION } from "../../core/mcp/revisions.ts";
import { modernVersionOf } from "../era/modern-meta.ts";
import { modernResponse } from "../era/to-legacy.ts";
import { isLegacyNotification } from "../era/to-modern.ts";
import { isModernError, isModernResult } from "../era/verdict.ts";
import type { BridgeRequests } from "../messages/bridge-requests.ts";
import type { OutboundMessage } from "../messages/outbound-message.ts";
import { isTransient } from "../sending/retry-policy.ts";
import type { SendOutcome, Transport } from "../transport/transport.ts";
import { anew, type Exchanged, type ModernExchange } from "./modern-exchange.ts";

export interface ModernDirectOptions {
  readonly exchange: ModernExchange;
  readonly http: Transport;
  readonly bridgeRequests: BridgeRequests;
}

const DONE: SendOutcome = { kind: "ended", end: {}, accepted: true };

export class ModernDirect {
  readonly #options: ModernDirectOptions;
  /** Messages that were sent once. */
  readonly #sent = new WeakSet<OutboundMessage>();

  constructor(options: ModernDirectOptions) {
    this.#options = options;
  }

  /**
   * A message of a modern host, as it came.
   * @param mayBeLegacy nothing is known of the remote. `legacy` is returned when it does not understand the message
   */
  async send(outbound: OutboundMessage, mayBeLegacy: boolean): Promise<SendOutcome | "legacy"> {
    const { message } = outbound;
    const [host] = outbound.requests;
    if (message.kind !== "request" || host === undefined) return this.notify(outbound);
    // Another answer may tell meanwhile.
    const isOpen = (): boolean => mayBeLegacy && !this.#options.exchange.isConfirmed;
    // What is sent again is a new request to the remote, with an id of its own.
    const isRepeated = this.#sent.has(outbound);
    this.#sent.add(outbound);
    const request = isRepeated ? anew(message, this.#options.bridgeRequests.nextId()) : message;
    const exchanged = await this.#options.exchange.send(outbound, request, {
      version: modernVersionOf(message),
      onMessage: outbound.onMessage,
      onResponse: (response) => {
        if (isOpen() && !isModernResult(response) && !isModernError(response)) return false;
        this.#options.exchange.isConfirmed = true;
        host.respond(response);
        return true;
      },
    });
    return this.#judged(outbound, exchanged, isOpen());
  }

  async #judged(
    outbound: OutboundMessage,
    { outcome, response }: Exchanged,
    isOpen: boolean,
  ): Promise<SendOutcome | "legacy"> {
    const [host] = outbound.requests;
    if (host === undefined || host.done) return outcome;
    if (!isOpen) return this.#orHandedBack(outbound, outcome);
    // A legacy remote without sessions has carried it out. What it calls the discovery of a server is another thing.
    if (response !== undefined && response.value.error === undefined && host.method !== "server/discover") {
      host.respond(modernResponse(host.method, response));
      return outcome;
    }
    if (response !== undefined) return "legacy";
    if (outcome.kind === "refused") {
      const { answer, status } = outcome.httpError;
      if (answer !== undefined && isModernError(answer)) this.#options.exchange.isConfirmed = true;
      else if (status >= 400 && status < 500 && status !== 429) return "legacy";
    }
    return this.#orHandedBack(outbound, outcome);
  }

  /** Nobody has met the remote yet: what it takes to reach it is done by those who can tell the host about it. */
  #orHandedBack(outbound: OutboundMessage, outcome: SendOutcome): SendOutcome {
    const isAway =
      outcome.kind === "challenged" ||
      (outcome.kind === "failed" && isTransient(outcome.failure) && outcome.failure.received === "no");
    if (!isAway || this.#options.exchange.isConfirmed) return outcome;
    outbound.modern?.handBack();
    return DONE;
  }

  /** What is no request, in this era's own words or unknown to the bridge. To hang up is to cancel, so nothing else is said. */
  async notify(outbound: OutboundMessage): Promise<SendOutcome> {
    const { message } = outbound;
    if (message.kind !== "notification" || isLegacyNotification(message.method)) return DONE;
    const headers = { "mcp-protocol-version": MODERN_REVISION, "mcp-method": message.method };
    return this.#options.http.post({ ...outbound, headers }, undefined);
  }
}
