// Takes the messages out of the body of an answer, JSON or events, as they arrive.

import type { Batch, Message, ResponseMessage, Unreadable } from "../../core/mcp/message.ts";
import type { HttpResponse } from "../../core/ports/http.ts";
import { MessageReader } from "../messages/message-reader.ts";
import { type BodyLimits, collectBody, readBody } from "./body-reader.ts";
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
}

/** Reads one JSON document. Rejects with what broke the body; `tooLarge` as in `StreamEnd`. */
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
 * Reads events until the stream ends or breaks. Never rejects: how it ended is the result.
 * @param onOther gets the events that are no messages
 */
export async function readEventStream(
  response: HttpResponse,
  bodyLimits: BodyLimits,
  sink: MessageSink,
  reads?: Reads,
  onOther?: (event: SseEvent) => void,
): Promise<StreamEnd> {
  const end: StreamEnd = {};
  const messages = reader(bodyLimits, sink, reads);
  const parser = createSseParser(bodyLimits.maxBytes, {
    onEvent(event) {
      const { type, data } = event;
      if (type !== "message") onOther?.(event);
      // Events without data only carry an id, to make a stream resumable from its beginning.
      if (type === "message" && data.length > 0) messages.push(data);
    },
    onId(id) {
      if (id === "") delete end.lastEventId;
      else if (isHeaderSafe(id)) end.lastEventId = id;
    },
    onRetry: (ms) => {
      end.retryMs = ms;
    },
    onTooLarge: () => {
      end.tooLarge = true;
    },
  });
  try {
    await readBody(response, bodyLimits, (chunk) => {
      parser.push(chunk);
      return end.tooLarge === true ? "enough" : (messages.reading ?? parser.held());
    });
  } catch (broken) {
    end.broken = broken;
  }
  await messages.reading;
  return end;
}

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
