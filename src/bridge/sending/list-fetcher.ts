// Asks the remote for a list with all its pages: for the bridge itself, and for hosts that read only the first page.

import { Deadline } from "../../core/deadline.ts";
import { WantedNames } from "../../core/mcp/json-names.ts";
import { scanObject, skipBlank } from "../../core/mcp/json-scan.ts";
import {
  isLarge,
  isObject,
  type ResponseMessage,
  readLargeMessage,
  readMessage,
} from "../../core/mcp/message.ts";
import { asCursor, type ListMethod, listFacts } from "../../core/mcp/methods.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { BridgeRequests } from "../messages/bridge-requests.ts";
import { type ListCache, MAX_LIST_BYTES, MAX_MEMBERS } from "../session/list-cache.ts";
import type { SessionState } from "../session/session-state.ts";
import { type AskOptions, askRemote } from "./ask-remote.ts";
import type { Sender } from "./sender.ts";

export interface ListFetcherOptions {
  readonly clock: Clock;
  readonly session: Pick<SessionState, "mcpSession">;
  readonly sender: Sender;
  readonly bridgeRequests: BridgeRequests;
  readonly listCache: ListCache;
}

export interface JoinedList {
  /** The first page's answer with the members of all pages in its list; every other byte as it came. */
  readonly response: ResponseMessage;
  /** There is more: a page did not come, or not in time, or is over the bounds. `nextCursor` says where. */
  readonly isCut: boolean;
}

const MAX_PAGES = 100;

export class ListFetcher {
  readonly #options: ListFetcherOptions;

  constructor(options: ListFetcherOptions) {
    this.#options = options;
  }

  /**
   * The list as the remote has it now, which is remembered if it is whole.
   * @param pagesMs most time for all pages but the first
   * @throws Failure when there is no answer
   */
  async fetch(method: ListMethod, pagesMs: number, options: AskOptions = {}): Promise<JoinedList> {
    const { sender, bridgeRequests, listCache } = this.#options;
    const request = bridgeRequests.make(method);
    const first = await askRemote(sender, request, options);
    const list = await this.joinPages(method, first, pagesMs, options);
    listCache.onList(request, list.response);
    return list;
  }

  /** The list that begins with `first`. */
  async joinPages(
    method: ListMethod,
    first: ResponseMessage,
    pagesMs: number,
    { cause, operation, signal }: AskOptions = {},
  ): Promise<JoinedList> {
    const firstPage = pageOf(first, method);
    if (firstPage?.nextCursor === undefined) return { response: first, isCut: false };
    const deadline = new Deadline(this.#options.clock, pagesMs, signal);
    const options = { ...(cause && { cause }), ...(operation && { operation }), signal: deadline.signal };
    const pages = [firstPage];
    const asked = new Set<string>();
    let [bytes, count] = [first.bytes.length, firstPage.count];
    try {
      for (let next: string | undefined = firstPage.nextCursor; next !== undefined; ) {
        // Who names a page twice would name it for ever.
        if (asked.has(next) || pages.length === MAX_PAGES) break;
        asked.add(next);
        const page = await this.#page(method, next, options);
        // Who ignores cursors gives the first page again.
        if (page === undefined || pages.some(({ members }) => members.equals(page.members))) break;
        bytes += page.members.length;
        count += page.count;
        if (bytes > MAX_LIST_BYTES || count > MAX_MEMBERS) break;
        pages.push(page);
        next = page.nextCursor;
      }
    } finally {
      deadline.cancelTimer();
    }
    return joinedWithin(first, firstPage, pages, () => this.#options.clock.sleep(0));
  }

  /** Undefined: it did not come. */
  async #page(method: ListMethod, cursor: string, options: AskOptions): Promise<Page | undefined> {
    const { sender, bridgeRequests, session } = this.#options;
    const inside = session.mcpSession;
    try {
      const request = bridgeRequests.make(method, { cursor });
      return pageOf(await askRemote(sender, request, { ...options, inside }), method);
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

const RESULT = new WantedNames(["result"]);
const IN_RESULT = {
  tools: new WantedNames(["tools", "nextCursor"]),
  prompts: new WantedNames(["prompts", "nextCursor"]),
  resources: new WantedNames(["resources", "nextCursor"]),
  resourceTemplates: new WantedNames(["resourceTemplates", "nextCursor"]),
} as const;

/** undefined: it has no list, one over the bounds of what is read, or one that could be taken apart in two ways. */
function pageOf({ bytes, value }: ResponseMessage, method: ListMethod): Page | undefined {
  const { member } = listFacts(method);
  const { result } = value;
  if (!isObject(result)) return undefined;
  const { [member]: list, nextCursor } = result;
  if (!Array.isArray(list)) return undefined;
  const top = scanObject(bytes, skipBlank(bytes, 0), RESULT);
  const span = top.members.get("result");
  const inner = span && scanObject(bytes, span.start, IN_RESULT[member]);
  const found = inner?.members.get(member);
  if (found === undefined || top.repeated !== undefined || inner?.repeated !== undefined) return undefined;
  const [start, end] = [found.start + 1, found.end - 1];
  return {
    members: bytes.subarray(start, end),
    start,
    end,
    count: list.length,
    nextCursor: asCursor(nextCursor),
    cursorAt: inner?.members.get("nextCursor"),
  };
}

/** Of as many pages as can be read as one. */
async function joinedWithin(
  first: ResponseMessage,
  firstPage: Page,
  pages: readonly Page[],
  turn: () => Promise<void>,
): Promise<JoinedList> {
  const nextCursor = pages.at(-1)?.nextCursor;
  const bytes = joined(first, firstPage, pages, nextCursor);
  const response = isLarge(bytes) ? await readLargeMessage(bytes, turn) : readMessage(bytes);
  if (response.kind !== "response") throw new TypeError("joined pages are no answer");
  if (response.value.isResultTooLarge && pages.length > 1)
    return joinedWithin(first, firstPage, pages.slice(0, Math.floor(pages.length / 2)), turn);
  await response.value.readResult(turn);
  return { response, isCut: nextCursor !== undefined };
}

/** The first answer with the members of all pages, and another cursor or none. */
function joined(
  { bytes }: ResponseMessage,
  first: Page,
  pages: readonly Page[],
  nextCursor: string | undefined,
): Buffer {
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
  return Buffer.concat([...parts, bytes.subarray(at)]);
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
