// Asks the remote for a list with all its pages: for the bridge itself, and for hosts that read only the first page.

import { within } from "../../core/deadline.ts";
import { scanObject, skipBlank } from "../../core/mcp/json-scan.ts";
import { isObject, type ResponseMessage, readMessage } from "../../core/mcp/message.ts";
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
  /** The first page's answer with the members of all pages in its list; every other byte as it came. */
  readonly response: ResponseMessage;
  /** A page did not come, or not in time: `nextCursor` of the last one that did is still there. */
  readonly isCut: boolean;
}

export interface PageLimits {
  /** Most time for all pages but the first. */
  readonly pagesMs: number;
  /** False: nobody wants the list any more. */
  readonly isWanted?: () => boolean;
}

const MAX_PAGES = 100;
const MAX_MEMBERS = 10_000;
const MAX_BYTES = 8 << 20;

export class ListFetcher {
  readonly #options: ListFetcherOptions;

  constructor(options: ListFetcherOptions) {
    this.#options = options;
  }

  /** The list as the remote has it now, which is remembered if it is whole. @throws Failure when there is no answer */
  async fetch(method: ListMethod, limits: PageLimits, options?: AskOptions): Promise<JoinedList> {
    const { sender, bridgeRequests, listCache } = this.#options;
    const request = bridgeRequests.make(method);
    const list = await this.joinPages(method, await askRemote(sender, request, options), limits);
    listCache.onList(request, list.response);
    return list;
  }

  /** The list that begins with `first`. */
  async joinPages(
    method: ListMethod,
    first: ResponseMessage,
    { pagesMs, isWanted = () => true }: PageLimits,
  ): Promise<JoinedList> {
    const { clock } = this.#options;
    const firstPage = pageOf(first, method);
    if (firstPage?.nextCursor === undefined) return { response: first, isCut: false };
    const endMs = clock.monotonicMs() + pagesMs;
    const pages = [firstPage];
    const asked = new Set<string>();
    let nextCursor: string | undefined = firstPage.nextCursor;
    let [bytes, count] = [first.bytes.length, firstPage.count];
    let isCut = false;
    while (nextCursor !== undefined && pages.length < MAX_PAGES && bytes < MAX_BYTES && count < MAX_MEMBERS) {
      asked.add(nextCursor);
      const page: Page | undefined = isWanted() ? await this.#page(method, nextCursor, endMs) : undefined;
      // Who names a page twice would name it for ever; who ignores cursors gives the first page again.
      isCut = page === undefined || (page.nextCursor !== undefined && asked.has(page.nextCursor));
      if (page === undefined || page.nextCursor === nextCursor) break;
      pages.push(page);
      bytes += page.members.length;
      count += page.count;
      nextCursor = page.nextCursor;
      if (isCut) break;
    }
    return { response: joined(first, firstPage, pages, nextCursor), isCut };
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
  /** What lies between the brackets of the list, and where. */
  readonly members: Buffer;
  readonly start: number;
  readonly end: number;
  readonly count: number;
  readonly nextCursor: string | undefined;
  /** Where the cursor's value lies, whatever it is. */
  readonly cursorAt: { readonly start: number; readonly end: number } | undefined;
}

/** undefined: it has no list, one over the bounds of what is read, or one that could be taken apart in two ways. */
function pageOf({ bytes, value }: ResponseMessage, method: ListMethod): Page | undefined {
  const { member } = listFacts(method);
  const { result } = value;
  if (!isObject(result)) return undefined;
  const { [member]: list, nextCursor } = result;
  if (!Array.isArray(list)) return undefined;
  const top = scanObject(bytes, skipBlank(bytes, 0), new Set(["result"]));
  const span = top.members.get("result");
  const inner = span && scanObject(bytes, span.start, new Set([member, "nextCursor"]));
  const found = inner?.members.get(member);
  if (found === undefined || top.repeated !== undefined || inner?.repeated !== undefined) return undefined;
  const [start, end] = [found.start + 1, found.end - 1];
  return {
    members: bytes.subarray(start, end),
    start,
    end,
    count: list.length,
    nextCursor: typeof nextCursor === "string" ? nextCursor : undefined,
    cursorAt: inner?.members.get("nextCursor"),
  };
}

/** The first answer with the members of all pages, and another cursor or none. */
function joined(
  { bytes }: ResponseMessage,
  first: Page,
  pages: readonly Page[],
  nextCursor: string | undefined,
): ResponseMessage {
  const members = pages.filter(({ count }) => count > 0).flatMap(({ members }) => [COMMA, members]);
  const edits = [{ start: first.start, end: first.end, parts: members.slice(1) }];
  if (first.cursorAt) edits.push(cursorEdit(bytes, first.cursorAt, nextCursor));
  edits.sort((a, b) => a.start - b.start);
  const parts: Buffer[] = [];
  let at = 0;
  for (const edit of edits) {
    parts.push(bytes.subarray(at, edit.start), ...edit.parts);
    at = edit.end;
  }
  const message = readMessage(Buffer.concat([...parts, bytes.subarray(at)]));
  if (message.kind !== "response") throw new TypeError("joined pages are no answer");
  return message;
}

const COMMA = Buffer.from(",");

/** Another cursor in the place of the one there, or nothing in the place of the whole member. */
function cursorEdit(bytes: Buffer, at: { start: number; end: number }, nextCursor: string | undefined) {
  if (nextCursor !== undefined) return { ...at, parts: [Buffer.from(JSON.stringify(nextCursor))] };
  // Its name, in which no quote can be, lies before it; then the comma on one side of both.
  const colon = bytes.lastIndexOf(":", at.start - 1);
  const nameEnd = bytes.lastIndexOf('"', colon);
  const start = bytes.lastIndexOf('"', nameEnd - 1);
  const behind = skipBlank(bytes, at.end);
  if (bytes[behind] === COMMA[0]) return { start, end: behind + 1, parts: [] };
  // There is the list, so there is a member before it.
  return { start: bytes.lastIndexOf(COMMA, start), end: at.end, parts: [] };
}
