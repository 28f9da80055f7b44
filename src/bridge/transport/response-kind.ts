// Reads the status line and headers of an answer: what it is, before anything is done about it.

import type { IncomingHttpHeaders } from "node:http";
import type { HttpResponse } from "../../core/ports/http.ts";

export type ResponseKind =
  /** One JSON document, or a batch. */
  | "json"
  | "events"
  /** One of both, if that is what the body turns out to be: its type is another one, or none. */
  | "unclear"
  /** Received; there is nothing to read. */
  | "accepted"
  | "redirect"
  /** 401, or a 403 that says what it wants. */
  | "challenge"
  /** A page. */
  | "foreign"
  | "refused";

export function responseKind(status: number, headers: IncomingHttpHeaders): ResponseKind {
  if (status === 401 || (status === 403 && CHALLENGES.some((name) => headers[name] !== undefined)))
    return "challenge";
  if (status >= 300 && status < 400) return "redirect";
  if (status < 200 || status >= 300) return "refused";
  const type = mediaType(headers["content-type"]);
  if (type === "text/event-stream") return "events";
  if (status === 204 || headers["content-length"] === "0") return "accepted";
  // With 202 too: some remotes give every answer this status.
  if (isJson(type)) return "json";
  if (isHtml(type)) return status === 202 ? "accepted" : "foreign";
  return "unclear";
}

/** Amazon's gateways give the header another name on its way. */
const CHALLENGES = ["www-authenticate", "x-amzn-remapped-www-authenticate"] as const;

/** Every value of `WWW-Authenticate`, as it was sent. */
export function challengesOf({ headerValues }: Pick<HttpResponse, "headerValues">): readonly string[] {
  return CHALLENGES.flatMap((name) => headerValues(name));
}

/** `application/json; charset=utf-8` is `application/json`; of a list, which some copy from `Accept`, the first counts. */
export function mediaType(contentType: string | undefined): string {
  return (contentType?.split(/[;,]/, 1)[0] ?? "").trim().toLowerCase();
}

export function isHtml(type: string): boolean {
  return type === "text/html" || type === "application/xhtml+xml";
}

export function isJson(type: string): boolean {
  return type === "application/json" || type.endsWith("+json");
}

/** Where a redirect leads: followed only at the same origin, so that no header leaves it (NET-11). */
export function redirectTarget(
  from: URL,
  status: number,
  location: string | undefined,
  method: "GET" | "POST",
): { readonly follow: URL } | { readonly refuse: URL | undefined } {
  let target: URL;
  try {
    target = new URL(location ?? "", from);
  } catch {
    return { refuse: undefined };
  }
  if (location === undefined) return { refuse: undefined };
  const keepsMethod = status === 307 || status === 308 || (method === "GET" && status <= 302);
  const bare = target.username === "" && target.password === "";
  return keepsMethod && bare && target.origin === from.origin ? { follow: target } : { refuse: target };
}
