// A message with some of its members changed. What the bridge reads of it stays as it was read.

import {
  type Message,
  type MessageId,
  type NotificationMessage,
  type RequestMessage,
  type ResponseMessage,
  readMessage,
} from "../../core/mcp/message.ts";
import { RawObject } from "./raw-object.ts";

const HEAD = '{"jsonrpc":"2.0","id":';

/** @param edit changes the members of the message, but for `jsonrpc` and `id` */
export function editMessage<Kind extends RequestMessage | ResponseMessage>(
  message: Kind,
  edit: (top: RawObject) => void,
  id: MessageId = message.id,
): Kind {
  const top = new RawObject(message.bytes).delete("jsonrpc", "id");
  edit(top);
  const rest = top.toBuffer();
  rest[0] = 0x2c;
  const bytes = Buffer.concat([Buffer.from(HEAD + id.raw), rest]);
  return { ...message, bytes, id, idStart: HEAD.length };
}

export function editNotification(
  message: NotificationMessage,
  edit: (top: RawObject) => void,
): NotificationMessage {
  const top = new RawObject(message.bytes);
  edit(top);
  return { ...message, bytes: top.toBuffer() };
}

/** A response of the bridge's own making. @param result JSON text of an object */
export function resultMessage(id: MessageId, result: Buffer | string): ResponseMessage {
  const bytes = Buffer.concat([
    Buffer.from(`${HEAD + id.raw},"result":`),
    Buffer.from(result),
    Buffer.from("}"),
  ]);
  return asKind(readMessage(bytes), "response");
}

export function errorMessage(id: MessageId, error: Buffer | string): ResponseMessage {
  const bytes = Buffer.concat([
    Buffer.from(`${HEAD + id.raw},"error":`),
    Buffer.from(error),
    Buffer.from("}"),
  ]);
  return asKind(readMessage(bytes), "response");
}

/** @param params JSON text of an object */
export function requestMessage(id: MessageId, method: string, params: Buffer | string): RequestMessage {
  const head = Buffer.from(`${HEAD + id.raw},"method":${JSON.stringify(method)},"params":`);
  const bytes = Buffer.concat([head, Buffer.from(params), Buffer.from("}")]);
  return asKind(readMessage(bytes), "request");
}

/** @param params JSON text of an object */
export function notificationMessage(method: string, params: Buffer | string): NotificationMessage {
  const head = Buffer.from(`{"jsonrpc":"2.0","method":${JSON.stringify(method)},"params":`);
  const bytes = Buffer.concat([head, Buffer.from(params), Buffer.from("}")]);
  return asKind(readMessage(bytes), "notification");
}

function asKind<Kind extends Message["kind"]>(
  found: ReturnType<typeof readMessage>,
  kind: Kind,
): Extract<Message, { kind: Kind }> {
  if (found.kind !== kind) throw new TypeError(`not a ${kind}`);
  return found as Extract<Message, { kind: Kind }>;
}
