// For hosts that read only the first page of a list: the bridge asks for the others and answers with one list.

import { asFailure } from "../../core/failure/failure.ts";
import {
  isObject,
  type RequestMessage,
  type ResponseMessage,
  readMessage,
  withId,
} from "../../core/mcp/message.ts";
import { isListMethod, type ListMethod, listFacts } from "../../core/mcp/methods.ts";
import { resultAnswer } from "../../core/mcp/rpc-error.ts";
import type { BridgeRequests } from "../messages/bridge-requests.ts";
import type { MessageHandler } from "../messages/message-handler.ts";
import type { PendingRequest } from "../messages/pending-request.ts";
import type { SessionState } from "../session/session-state.ts";
import { hostFacts } from "./known-hosts.ts";

export interface PageJoinerOptions {
  readonly session: Pick<SessionState, "initialize" | "mcpSession">;
  readonly bridgeRequests: BridgeRequests;
  /** @throws Failure when there is no answer */
  readonly ask: (request: RequestMessage) => Promise<ResponseMessage>;
}

const MAX_PAGES = 100;
const MAX_BYTES = 8 << 20;

export class PageJoiner implements MessageHandler {
  readonly #options: PageJoinerOptions;

  constructor(options: PageJoinerOptions) {
    this.#options = options;
  }

  onRequest(request: RequestMessage, pending: PendingRequest): boolean {
    const { session } = this.#options;
    const { method, value } = request;
    if (!isListMethod(method) || session.mcpSession === undefined) return false;
    if (isObject(value.params) && value.params.cursor !== undefined) return false;
    if (!hostFacts(session.initialize).readsFirstPageOnly) return false;
    this.#join(request, method, pending).catch((error: unknown) => pending.fail(asFailure(error)));
    return true;
  }

  async #join(request: RequestMessage, method: ListMethod, pending: PendingRequest): Promise<void> {
    const { bridgeRequests, ask } = this.#options;
    const { member } = listFacts(method);
    const { params } = request.value;
    const answer = (response: ResponseMessage): void =>
      pending.respond({ ...response, id: pending.id, bytes: withId(response, pending.id) });
    let response = await ask(bridgeRequests.repeat(request));
    const first = response.value.result;
    if (!isObject(first) || first.nextCursor === undefined || !Array.isArray(first[member])) {
      answer(response);
      return;
    }
    const members: unknown[] = [...first[member]];
    let nextCursor: unknown = first.nextCursor;
    let bytes = response.bytes.length;
    for (let page = 1; nextCursor !== undefined && page < MAX_PAGES && bytes < MAX_BYTES; page += 1) {
      if (pending.done) return;
      response = await ask(
        bridgeRequests.make(method, { ...(isObject(params) ? params : {}), cursor: nextCursor }),
      );
      const { result } = response.value;
      if (!isObject(result) || !Array.isArray(result[member])) {
        answer(response);
        return;
      }
      members.push(...result[member]);
      bytes += response.bytes.length;
      nextCursor = result.nextCursor;
    }
    // What is over the bounds is left to the host, which may ask for more after all.
    const joined = readMessage(resultAnswer(pending.id, { ...first, [member]: members, nextCursor }));
    if (joined.kind === "response") pending.respond(joined);
  }
}
