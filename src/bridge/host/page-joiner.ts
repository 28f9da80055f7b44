// For hosts that read only the first page of a list: the bridge asks for the others and answers with one list.

import { isObject, type RequestMessage } from "../../core/mcp/message.ts";
import { isListMethod, type ListMethod } from "../../core/mcp/methods.ts";
import type { Diagnostics } from "../../core/ports/diagnostics.ts";
import { answerBug } from "../messages/guard.ts";
import type { MessageHandler } from "../messages/message-handler.ts";
import type { OutboundMessage } from "../messages/outbound-message.ts";
import { PendingRequest } from "../messages/pending-request.ts";
import type { ListFetcher } from "../sending/list-fetcher.ts";
import type { SessionState } from "../session/session-state.ts";
import { hostFacts } from "./known-hosts.ts";

export interface PageJoinerOptions {
  readonly session: Pick<SessionState, "initialize">;
  readonly diagnostics: Diagnostics;
  readonly lists: Pick<ListFetcher, "joinPages">;
  /** The host gets a list of which there is more, and will not ask for that. */
  readonly onCut: (method: ListMethod) => void;
}

/** Most time for the other pages together: what is not there by then is left to the host, with the cursor. */
const OTHER_PAGES_MS = 5_000;

export class PageJoiner implements MessageHandler {
  readonly #options: PageJoinerOptions;
  readonly #firstPages = new WeakMap<PendingRequest, ListMethod>();

  constructor(options: PageJoinerOptions) {
    this.#options = options;
  }

  /** Notes what asks for a list from its beginning. */
  onRequest({ method, value }: RequestMessage, pending: PendingRequest): boolean {
    // What it is comes first: the parameters of other requests may be large, and nobody needs to read them.
    if (!isListMethod(method) || (isObject(value.params) && value.params.cursor !== undefined)) return false;
    if (hostFacts(this.#options.session.initialize).readsFirstPageOnly) this.#firstPages.set(pending, method);
    return false;
  }

  /** The message as it is to be sent, so that its answer is the whole list where the host reads no other page. */
  wholeList(outbound: OutboundMessage): OutboundMessage {
    const [host, second] = outbound.requests;
    const method = host && this.#firstPages.get(host);
    if (host === undefined || method === undefined || second !== undefined) return outbound;
    const { diagnostics, lists, onCut } = this.#options;
    const stop = new AbortController();
    const pending = new PendingRequest(host.id, method, {
      onResponse(first) {
        lists
          .joinPages(method, first, OTHER_PAGES_MS, { cause: "host", signal: stop.signal })
          .then(({ response, isCut }) => {
            host.respond(response);
            if (isCut) onCut(method);
          })
          .catch((error: unknown) => answerBug(diagnostics, [host], error));
      },
      onFailure: (failure) => host.fail(failure),
    });
    host.onCancel = () => {
      pending.cancel();
      stop.abort();
    };
    return { ...outbound, requests: [pending] };
  }
}
