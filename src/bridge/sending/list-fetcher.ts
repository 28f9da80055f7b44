// Asks the remote for a list with all its pages: for the bridge itself, and for hosts that read only the first page.

import { within } from "../../core/deadline.ts";
import { scanArray, scanObject, skipBlank } from "../../core/mcp/json-scan.ts";
import { isObject, type JsonObject, type ResponseMessage, readMessage } from "../../core/mcp/message.ts";
import { type ListMethod, listFacts } from "../../core/mcp/methods.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { BridgeRequests } from "../messages/bridge-requests.ts";
import type { ListCache } from "../session/list-cache.ts";
import { type AskOptions, askRemote } from "./ask-remote.ts";
import type { Sender } from "./sender.ts";

export interface ListFetcherOptions {
  readonly clock: Clock;
  readonly sender: Sender;
  readonly bridgeRequests: BridgeRequests;
  readonly listCache: ListCache;
}

export interface JoinedList {
  /** One answer with the members of all pages, under the id of the first; byte for byte as they came. */
  readonly response: ResponseMessage;
  /** A page did not come, or not in time: `nextCursor` of the last one that did is still there. */
  readonly isCut: boolean;
}

const MAX_PAGES = 100;
const MAX_BYTES = 8 << 20;
/** All pages but the first, for the bridge itself. */
const FETCH_MS = 60_000;

export class ListFetcher {
  readonly #options: ListFetcherOptions;

  constructor(options: ListFetcherOptions) {
    this.#options = options;
  }

  /**
   * The list as the remote has it now, which is remembered.
   * @returns undefined: not all of it came; an error answer is an answer
   * @throws Failure when there is no answer
   */
  async fetch(method: ListMethod, options?: AskOptions): Promise<ResponseMessage | undefined> {
    const { sender, bridgeRequests, listCache } = this.#options;
    const request = bridgeRequests.make(method);
    const first = await askRemote(sender, request, options);
    const { response, isCut } = await this.joinPages(method, first, FETCH_MS);
    if (isCut) return undefined;
    listCache.onList(request, response);
    return response;
  }

  /** The list that begins with `first`. Never rejects. @param limitMs most time for all the other pages */
  async joinPages(method: ListMethod, first: ResponseMessage, limitMs: number): Promise<JoinedList> {
    const firstPage = pageOf(first, method);
    if (firstPage?.nextCursor === undefined) return { response: first, isCut: false };
    const { clock } = this.#options;
    const endMs = clock.monotonicMs() + limitMs;
    const members = [...firstPage.members];
    const seen = new Set<unknown>();
    let nextCursor: string | undefined = firstPage.nextCursor;
    let bytes = first.bytes.length;
    let isCut = false;
    for (let pages = 1; nextCursor !== undefined && pages < MAX_PAGES && bytes < MAX_BYTES; pages += 1) {
      // Who names a page twice would name it for ever.
      const page: Page | undefined = seen.has(nextCursor)
        ? undefined
        : await this.#page(method, nextCursor, endMs);
      isCut = page === undefined;
      if (page === undefined) break;
      seen.add(nextCursor);
      members.push(...page.members);
      bytes += page.bytes;
      nextCursor = page.nextCursor;
    }
    return { response: joined(first, method, members, nextCursor), isCut };
  }

  async #page(method: ListMethod, cursor: string, endMs: number): Promise<Page | undefined> {
    const { clock, sender, bridgeRequests } = this.#options;
    const leftMs = Math.max(0, endMs - clock.monotonicMs());
    try {
      const asked = askRemote(sender, bridgeRequests.make(method, { cursor }));
      const response = await within(clock, leftMs, asked, () => undefined);
      return response && pageOf(response, method);
    } catch {
      return undefined;
    }
  }
}

interface Page {
  /** The members' own bytes. */
  readonly members: readonly Buffer[];
  readonly nextCursor: string | undefined;
  readonly bytes: number;
}

/** undefined: it has no list that could be taken apart in only one way. */
function pageOf({ bytes, value }: ResponseMessage, method: ListMethod): Page | undefined {
  const { member } = listFacts(method);
  const { result } = value;
  if (!isObject(result) || !Array.isArray(result[member])) return undefined;
  const spans = membersOf(bytes, result);
  const list = spans?.get(member);
  if (list === undefined) return undefined;
  const { nextCursor } = result;
  return {
    members: scanArray(bytes, list.start).map(({ start, end }) => bytes.subarray(start, end)),
    nextCursor: typeof nextCursor === "string" ? nextCursor : undefined,
    bytes: bytes.length,
  };
}

/** Where the members of the result lie; undefined: one of them is there twice. */
function membersOf(bytes: Buffer, result: JsonObject) {
  const top = scanObject(bytes, skipBlank(bytes, 0), new Set(["result"]));
  const span = top.members.get("result");
  const inner = span && scanObject(bytes, span.start, new Set(Object.keys(result)));
  return top.repeated === undefined && inner?.repeated === undefined ? inner?.members : undefined;
}

/** The first page's result with other members in its list, and another cursor or none. */
function joined(
  { id, bytes, value }: ResponseMessage,
  method: ListMethod,
  members: readonly Buffer[],
  nextCursor: string | undefined,
): ResponseMessage {
  const { member } = listFacts(method);
  const parts: Buffer[] = [Buffer.from(`{"jsonrpc":"2.0","id":${id.raw},"result":{"${member}":[`)];
  for (const [at, one] of members.entries()) parts.push(Buffer.from(at === 0 ? "" : ","), one);
  parts.push(Buffer.from("]"));
  const spans = isObject(value.result) ? membersOf(bytes, value.result) : undefined;
  for (const [name, { start, end }] of spans ?? []) {
    if (name !== member && name !== "nextCursor")
      parts.push(Buffer.from(`,${JSON.stringify(name)}:`), bytes.subarray(start, end));
  }
  parts.push(Buffer.from(nextCursor === undefined ? "}}" : `,"nextCursor":${JSON.stringify(nextCursor)}}}`));
  const message = readMessage(Buffer.concat(parts));
  if (message.kind !== "response") throw new TypeError("joined pages are no answer");
  return message;
}
