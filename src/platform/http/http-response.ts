// An answer as the rest of the program sees it.
import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type { HttpResponse } from "../../core/ports/http.ts";

/** @param body the answer itself, or what decodes it */
export function responseOf(answer: IncomingMessage, body: Readable): HttpResponse {
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    headerValues: (name) => rawValues(answer.rawHeaders, name),
    body,
  };
}

/** `raw` alternates names and values, as received. */
function rawValues(raw: readonly string[], name: string): readonly string[] {
  const wanted = name.toLowerCase();
  return raw.filter((_, at) => at % 2 === 1 && raw[at - 1]?.toLowerCase() === wanted);
}
