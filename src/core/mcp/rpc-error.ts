// JSON-RPC messages that the bridge writes itself.

import { type Failure, RPC_CODES } from "../failure/failure.ts";
import type { MessageId } from "./message.ts";

/** The answer to a request that failed on the way. One line without its end. */
export function failureAnswer(id: MessageId, failure: Failure): Buffer {
  const data = failure.data();
  return errorAnswer(id, RPC_CODES[failure.family], `${failure.said} ${data.hint}`, data);
}

/** `id` undefined: nobody knows which request it was, which JSON-RPC writes as `null`. */
export function errorAnswer(
  id: MessageId | undefined,
  code: number,
  message: string,
  data?: unknown,
): Buffer {
  const error = JSON.stringify(data === undefined ? { code, message } : { code, message, data });
  return Buffer.from(`{"jsonrpc":"2.0","id":${id?.raw ?? "null"},"error":${error}}`);
}

export function resultAnswer(id: MessageId, result: unknown): Buffer {
  return Buffer.from(`{"jsonrpc":"2.0","id":${id.raw},"result":${JSON.stringify(result)}}`);
}
