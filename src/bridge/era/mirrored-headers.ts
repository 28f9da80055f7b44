// The members of a request that go with it as headers (2026-07-28, transports/streamable-http, Request Metadata; SEP-2663,
// Streamable HTTP, for those of tasks).

import type { RequestMessage } from "../../core/mcp/message.ts";
import { RawObject } from "./raw-object.ts";

const SENTINEL = /^=\?base64\?.*\?=$/s;
const PLAIN = /^[\x20-\x7e]*$/;
/** Header lines are bounded everywhere; what is longer is no name. */
const LONGEST = 8 << 10;

/** The header's value, in the sentinel encoding where it could not travel as it is. */
export function headerValue(text: string): string {
  if (PLAIN.test(text) && text.trim() === text && !SENTINEL.test(text)) return text;
  return `=?base64?${Buffer.from(text, "utf8").toString("base64")}?=`;
}

/** `Mcp-Method`, `Mcp-Name`. */
export function standardHeaders(message: RequestMessage): Record<string, string> {
  const headers: Record<string, string> = { "mcp-method": headerValue(message.method) };
  const name = nameOf(message);
  if (name !== undefined && name.length <= LONGEST) headers["mcp-name"] = headerValue(name);
  return headers;
}

function nameOf({ method, value, bytes }: RequestMessage): string | undefined {
  switch (method) {
    case "tools/call":
    case "prompts/get":
      return value.param("name");
    case "resources/read":
      return value.param("uri");
    case "tasks/get":
    case "tasks/update":
    case "tasks/cancel": {
      const taskId = new RawObject(bytes).object("params").read("taskId");
      return typeof taskId === "string" ? taskId : undefined;
    }
    default:
      return undefined;
  }
}
