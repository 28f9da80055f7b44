// One request to a modern remote and its answer: the headers that mirror it, and lists without tools that must not be offered.

import {
  isObject,
  type MessageId,
  type RequestMessage,
  type ResponseMessage,
  withId,
} from "../../core/mcp/message.ts";
import { asCursor } from "../../core/mcp/methods.ts";
import { MODERN_REVISION } from "../../core/mcp/revisions.ts";
import { quoted } from "../../core/text/printable.ts";
import { requestMessage } from "../era/edit-message.ts";
import { standardHeaders } from "../era/mirrored-headers.ts";
import { META } from "../era/modern-meta.ts";
import { paramHeaderValues, ToolHeaders, withoutTools } from "../era/param-headers.ts";
import { RawObject } from "../era/raw-object.ts";
import { isHeaderMismatch } from "../era/verdict.ts";
import type { BridgeRequests } from "../messages/bridge-requests.ts";
import type { OnAccompanying, OutboundMessage } from "../messages/outbound-message.ts";
import { PendingRequest } from "../messages/pending-request.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import type { ListCache } from "../session/list-cache.ts";
import type { SendOutcome, Transport } from "../transport/transport.ts";

/** Tools that a person is told of. */
const MAX_WARNED = 20;

export interface ModernExchangeOptions extends BridgeContext {
  readonly http: Transport;
  readonly bridgeRequests: BridgeRequests;
  readonly listCache: Pick<ListCache, "load" | "list">;
}

/** How an exchange ended, and the answer that nobody took. */
export interface Exchanged {
  readonly outcome: SendOutcome;
  readonly response: ResponseMessage | undefined;
}

export interface ExchangeHandlers {
  /** The protocol version that the request names. Default: the bridge's own. */
  readonly version?: string | undefined;
  /** Notifications that come with the answer. */
  readonly onMessage?: OnAccompanying | undefined;
  /** The answer, under the id of the request that is waited for. False: it is not taken. */
  readonly onResponse?: (response: ResponseMessage) => boolean;
}

const ANSWERED: SendOutcome = { kind: "ended", end: {}, accepted: false };
const MAX_PAGES = 100;

export class ModernExchange {
  readonly #options: ModernExchangeOptions;
  readonly #tools = new ToolHeaders();
  readonly #warned = new Set<string>();
  #isCacheRead = false;
  /** The remote has answered as a modern one does, in this run. */
  isConfirmed = false;

  constructor(options: ModernExchangeOptions) {
    this.#options = options;
  }

  /** @param request of this attempt; the one in `outbound` waits for its answer. Never rejects */
  async send(
    outbound: OutboundMessage,
    request: RequestMessage,
    handlers: ExchangeHandlers = {},
  ): Promise<Exchanged> {
    const first = await this.#once(outbound, request, handlers);
    if (request.method !== "tools/call" || !isMismatch(first)) return first;
    // The tool's schema may have changed since it was listed.
    if (!(await this.#listAgain(outbound, request))) return first;
    const again = anew(request, this.#options.bridgeRequests.nextId());
    return this.#once(outbound, again, handlers);
  }

  async #once(
    outbound: OutboundMessage,
    request: RequestMessage,
    { version = MODERN_REVISION, onMessage, onResponse }: ExchangeHandlers,
  ): Promise<Exchanged> {
    const [host] = outbound.requests;
    let response: ResponseMessage | undefined;
    const inner = new PendingRequest(request.id, request.method, {
      onResponse: (answer) => {
        const own = renumbered(this.#listed(request, answer), host?.id ?? request.id);
        const isKept = request.method === "tools/call" && isHeaderMismatch(own);
        if (isKept || onResponse?.(own) !== true) response = own;
      },
      onFailure: (failure) => host?.fail(failure),
    });
    if (host) host.onCancel = () => inner.cancel();
    const headers = await this.#headers(request, version);
    if (host?.done) return { outcome: ANSWERED, response };
    const posting = this.#options.http.post(
      {
        ...outbound,
        bytes: request.bytes,
        message: request,
        requests: [inner],
        headers,
        closesOnCancel: true,
        onMessage: (message) => {
          if (message.kind === "notification") onMessage?.(message);
        },
      },
      undefined,
    );
    const outcome = await Promise.race([posting, inner.whenDone.then(() => ANSWERED)]);
    return { outcome: inner.done ? ANSWERED : notResumable(outcome), response };
  }

  async #headers(request: RequestMessage, version: string): Promise<Record<string, string>> {
    const headers = standardHeaders(request);
    if (/^[\x21-\x7e]{1,100}$/.test(version)) headers["mcp-protocol-version"] = version;
    const tool = request.method === "tools/call" ? request.value.param("name") : undefined;
    if (tool === undefined) return headers;
    await this.#readCache(tool);
    const mirrored = this.#tools.of(tool) ?? [];
    if (mirrored.length === 0) return headers;
    const args = new RawObject(request.bytes).object("params").read("arguments");
    return { ...headers, ...paramHeaderValues(mirrored, args) };
  }

  /** Hosts that keep lists call a tool that was not listed in this run. */
  async #readCache(tool: string): Promise<void> {
    if (this.#isCacheRead || this.#tools.of(tool) !== undefined) return;
    this.#isCacheRead = true;
    const { listCache } = this.#options;
    await listCache.load();
    if (this.#tools.of(tool) === undefined) this.#tools.note(listCache.list("tools/list")?.tools);
  }

  /** A list of tools, without those that must not be offered. */
  #listed({ method }: RequestMessage, response: ResponseMessage): ResponseMessage {
    const { result } = method === "tools/list" ? response.value : {};
    if (!isObject(result) || !Array.isArray(result.tools)) return response;
    const rejected = this.#tools.note(result.tools);
    if (rejected.length === 0) return response;
    for (const { name, reason } of rejected) {
      if (this.#warned.has(name) || this.#warned.size >= MAX_WARNED) continue;
      this.#warned.add(name);
      const words = `The server's tool ${quoted(name)} is left out: its x-mcp-header ${reason}.`;
      this.#options.diagnostics.notice(words, "error");
    }
    const names = new Set(rejected.map(({ name }) => name));
    return withoutTools(
      response,
      (tool) => isObject(tool) && typeof tool.name === "string" && names.has(tool.name),
    );
  }

  /** All pages of the tools, for their schemas. False: there was no list. */
  async #listAgain(outbound: OutboundMessage, { bytes }: RequestMessage): Promise<boolean> {
    const meta = new RawObject(bytes).object("params").object("_meta").delete("progressToken", META.logLevel);
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const params = new RawObject().setObject("_meta", meta);
      if (cursor !== undefined) params.set("cursor", JSON.stringify(cursor));
      const id = this.#options.bridgeRequests.nextId();
      const request = requestMessage(id, "tools/list", params.toBuffer());
      const { response } = await this.#once({ ...outbound, unlimited: false, handle: {} }, request, {});
      const result = response?.value.result;
      if (!isObject(result)) return page > 0;
      cursor = asCursor(result.nextCursor);
      if (cursor === undefined) return true;
    }
    return true;
  }
}

/** The same request under another id. */
export function anew(request: RequestMessage, id: MessageId): RequestMessage {
  return { ...request, id, bytes: withId(request, id) };
}

function renumbered(response: ResponseMessage, id: MessageId): ResponseMessage {
  return response.id.raw === id.raw ? response : { ...response, id, bytes: withId(response, id) };
}

function isMismatch({ outcome, response }: Exchanged): boolean {
  if (response !== undefined) return isHeaderMismatch(response);
  const answer = outcome.kind === "refused" ? outcome.httpError.answer : undefined;
  return answer !== undefined && isHeaderMismatch(answer);
}

/** This era takes up no stream: what broke is asked again, or failed. */
function notResumable(outcome: SendOutcome): SendOutcome {
  if (outcome.kind !== "ended") return outcome;
  const { lastEventId: _, ...end } = outcome.end;
  return { ...outcome, end };
}
