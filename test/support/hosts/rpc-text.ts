// JSON-RPC as remotes of the tests write and read it.
import type { Exchange } from "../remotes/scripted-server.ts";

export type Json = Record<string, unknown>;

/** JSON-RPC method, `response`, `batch`, `unreadable`, or the HTTP method of what carries no message. */
export function kindOf(exchange: Exchange): string {
  if (exchange.method !== "POST") return exchange.method;
  const message = exchange.json;
  if (Array.isArray(message)) return "batch";
  if (!isObject(message)) return "unreadable";
  return typeof message.method === "string" ? message.method : "response";
}

export function event(message: Json, id?: string): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: message\ndata: ${JSON.stringify(message)}\n\n`;
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function rpcError(id: unknown, code: number, message: string): Json {
  return { jsonrpc: "2.0", id, error: { code, message } };
}
