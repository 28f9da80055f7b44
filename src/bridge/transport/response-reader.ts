// Takes the messages out of the body of an answer, JSON or events, as they arrive.

import { skipBlank } from "../../core/mcp/json-scan.ts";
import type { Batch, Message, ResponseMessage, Unreadable } from "../../core/mcp/message.ts";
import type { HttpResponse } from "../../core/ports/http.ts";
import { MessageReader } from "../messages/message-reader.ts";
import { type BodyLimits, collectBody, readBody } from "./body-reader.ts";
import { ChunkList } from "./chunk-list.ts";
import { createSseParser, type SseEvent } from "./sse-parser.ts";

/** Where the messages go, one by one; batches are already split. */
export type MessageSink = (message: Message | Unreadable) => void;

/** Will the result be read here, and not only be carried? Large ones are then read in parts. */
export type Reads = (message: ResponseMessage) => boolean;

/** Where a stream can be taken up again, and how it ended. */
export interface StreamEnd {
  /** Of the last event that had an id. */
  lastEventId?: string;
  /** `retry` of this stream. */
  retryMs?: number;
  /** A message was larger than allowed; nothing after it was read. */
  tooLarge?: boolean;
  /** What broke the body; absent where it ended properly. */
  broken?: unknown;
  /** It ended in the middle of a message. */
  isCut?: boolean;
  /** It was neither JSON nor events from the first character on, and not read any further. */
  isOther?: boolean;
}

/** Reads one JSON document. Never rejects. */
export async function readJsonResponse(
  response: HttpResponse,
  bodyLimits: BodyLimits,
  sink: MessageSink,
  reads: Reads,
): Promise<StreamEnd> {
  let body: Buffer | undefined;
  try {
    body = await collectBody(response, bodyLimits);
  } catch (broken) {
    return { broken };
  }
  if (body === undefined) return { tooLarge: true };
  if (body.length === 0) return {};
  const messages = reader(bodyLimits, sink, reads);
  messages.push(body);
  await messages.reading;
  return {};
}

/**
 * What a body holds. `events`: nothing else, whatever it looks like. `either`: a JSON document, if it begins as one; some
 * give it the type of events. `unclear`: one of both, or it is not read any further.
 */
export type BodyForm = "events" | "either" | "unclear";

function beginsAs(part: Buffer): "json" | "events" | "other" | undefined {
  const at = skipBlank(part, part[0] === BOM[0] && part[1] === BOM[1] && part[2] === BOM[2] ? 3 : 0);
  const text = part.toString("latin1", at, at + LONGEST_FIELD);
  if (text === "") return undefined;
  if (/^[{[]/.test(text)) return "json";
  return /^(?:data|event|id|retry)?:/.test(text) ? "events" : "other";
}

const BOM = [0xef, 0xbb, 0xbf];
const LONGEST_FIELD = "event:".length;

/**
 * Reads events until the stream ends or breaks. Never rejects: how it ended is the result. The last event counts without
 * its empty line, too, if it is a whole message: what is cut off anywhere is no JSON.
 * @param onOther gets the events that are no messages
 */
export async function readEventStream(
  response: HttpResponse,
  bodyLimits: BodyLimits,
  sink: MessageSink,
  reads?: Reads,
  onOther?: (event: SseEvent) => void,
  form: BodyForm = "events",
): Promise<StreamEnd> {
  const end: StreamEnd = {};
  let isCut = false;
  let begins: ReturnType<typeof beginsAs>;
  const document = new ChunkList();
  let documentBytes = 0;
  const messages = reader(
    bodyLimits,
    (message) => {
      if (!isCut || message.kind !== "unreadable" || message.rpcCode !== NOT_JSON) sink(message);
      else end.isCut = true;
    },
    reads,
  );
  const onId = (id: string): void => {
    if (id === "") delete end.lastEventId;
    else if (isHeaderSafe(id)) end.lastEventId = id;
  };
  const parser = createSseParser(bodyLimits.maxBytes, {
    onEvent(event) {
      const { type, data } = event;
      if (type !== "message") onOther?.(event);
      // Events without data only carry an id, to make a stream resumable from its beginning.
      if (type === "message" && data.length > 0) messages.push(data);
    },
    onId,
    onRetry: (ms) => {
      end.retryMs = ms;
    },
    onTooLarge: () => {
      end.tooLarge = true;
    },
  });
  try {
    await readBody(response, bodyLimits, (chunk) => {
      if (form !== "events") begins ??= beginsAs(chunk);
      if (begins === "other" && form === "unclear") {
        end.isOther = true;
        return "enough";
      }
      if (begins === "json") {
        document.add(chunk);
        documentBytes += chunk.length;
        if (documentBytes > bodyLimits.maxBytes) end.tooLarge = true;
      } else parser.push(chunk);
      return end.tooLarge === true ? "enough" : (messages.reading ?? parser.held() + documentBytes);
    });
  } catch (broken) {
    end.broken = broken;
  }
  await messages.reading;
  if (documentBytes > 0 && end.tooLarge !== true) {
    isCut = end.broken !== undefined;
    messages.push(document.take());
    await messages.reading;
  }
  const last = parser.end();
  if (last?.type !== "message" || last.data.length === 0) return end;
  isCut = true;
  messages.push(last.data);
  await messages.reading;
  // Of a stream that broke, its number may be cut off, too.
  if (end.isCut !== true && end.broken === undefined && last.id !== undefined) onId(last.id);
  return end;
}

const NOT_JSON = -32700;

function reader({ clock, onBug }: BodyLimits, sink: MessageSink, reads: Reads | undefined): MessageReader {
  const take = (one: Message | Unreadable): void => {
    try {
      sink(one);
    } catch (error) {
      onBug(error);
    }
  };
  const onMessage = (found: Message | Batch | Unreadable): void => {
    if (found.kind === "batch") found.members.forEach(take);
    else take(found);
  };
  return new MessageReader({ clock, onMessage, reads, onBug });
}

/** It goes back in a header; what Node would refuse there is as good as no id. */
function isHeaderSafe(id: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]{1,8192}$/.test(id);
}
