// One HTTP request to the remote: its headers, and the redirects that may be followed. Decides nothing else.

import { setMaxListeners } from "node:events";
import { Failure } from "../../core/failure/failure.ts";
import type { Authorizer, Credentials } from "../../core/ports/authorizer.ts";
import type { HttpClient, HttpResponse, RequestHandle } from "../../core/ports/http.ts";
import type { UserHeader } from "../../core/settings.ts";
import { urlForPeople } from "../../core/text/printable.ts";
import type { McpSession } from "../session/mcp-session.ts";
import type { Cookies } from "./cookies.ts";
import { redirectTarget } from "./response-kind.ts";

export interface RemoteRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** Default: the remote's endpoint. */
  readonly url?: URL;
  readonly accept?: string;
  readonly body?: Buffer;
  readonly mcpSession: McpSession | undefined;
  readonly lastEventId?: string | undefined;
  /** Most wait for the answer's headers; absent: none. */
  readonly headersTimeoutMs?: number | undefined;
  /** Besides what every request has. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Replaces the signal that ends with the connections. */
  readonly signal?: AbortSignal;
  readonly handle?: RequestHandle | undefined;
  /** Number of the host's message that it carries, for the debug log. */
  readonly correlation?: number | undefined;
}

export interface RemoteResponse {
  readonly response: HttpResponse;
  /** What the request was signed with. */
  readonly credentials: Credentials | undefined;
  /** What went with the request, credentials and the user's own headers among them. */
  readonly sent: Readonly<Record<string, string>>;
}

export interface RemoteHttp {
  readonly url: URL;
  /** @throws Failure NETWORK_*, REMOTE_REDIRECT, what the authorizer throws */
  send(request: RemoteRequest): Promise<RemoteResponse>;
  /** Aborts everything that is under way, with `reason`, and forgets idle connections. */
  drop(reason: Failure): void;
  /** Forgets idle connections. */
  dropIdle(): void;
  /** Ends with the next `drop`. */
  readonly signal: AbortSignal;
  /** Counts every answer and every part of one; while it stands still, the remote is silent. */
  readonly heard: number;
  /** Say that a part of an answer came. */
  hear(): void;
}

export interface RemoteHttpOptions {
  readonly url: URL;
  readonly headers: readonly UserHeader[];
  readonly http: HttpClient;
  readonly authorizer: Pick<Authorizer, "credentials" | "accepted">;
  /** Absent: the remote's cookies are ignored. */
  readonly cookies?: Cookies | undefined;
}

const MAX_REDIRECTS = 5;
const BOTH = "application/json, text/event-stream";

export function createRemoteHttp(options: RemoteHttpOptions): RemoteHttp {
  const { http, authorizer } = options;
  const userHeaders = joinedHeaders(options.headers);
  const hasOwnAuthorization = "authorization" in userHeaders;
  let epoch = newEpoch();
  let endpoint = options.url;
  let heard = 0;

  async function send(request: RemoteRequest): Promise<RemoteResponse> {
    const signal = request.signal ?? epoch.signal;
    let url = request.url ?? endpoint;
    for (let redirects = 0; ; redirects += 1) {
      const credentials = await authorizer.credentials({ method: request.method, url }, signal);
      const headers = headersOf(request, url, credentials);
      const response = await http.send({
        method: request.method,
        url,
        headers,
        body: request.body,
        signal,
        headersTimeoutMs: request.headersTimeoutMs,
        handle: request.handle,
        correlation: request.correlation,
      });
      heard += 1;
      const setCookie = response.headers["set-cookie"];
      if (setCookie !== undefined) await options.cookies?.keep(url, setCookie);
      const { status } = response;
      if (credentials && status !== 401 && status !== 403)
        authorizer.accepted?.(credentials, response.headerValues("dpop-nonce")[0]);
      if (status < 300 || status >= 400) return { response, credentials, sent: headers };
      response.body.destroy();
      url = followed(url, status, response.headers.location, request.method, redirects);
      if (status === 308 && request.url === undefined) endpoint = url;
    }
  }

  function headersOf(
    request: RemoteRequest,
    url: URL,
    credentials: Credentials | undefined,
  ): Record<string, string> {
    const headers: Record<string, string> = { ...userHeaders };
    if (request.body !== undefined) headers["content-type"] = "application/json";
    headers.accept = request.accept ?? BOTH;
    if (request.mcpSession) Object.assign(headers, request.mcpSession.headers);
    if (request.headers) Object.assign(headers, request.headers);
    if (request.lastEventId !== undefined) headers["last-event-id"] = request.lastEventId;
    const cookie = options.cookies?.header(url);
    if (cookie !== undefined) {
      headers.cookie = headers.cookie === undefined ? cookie : `${headers.cookie}; ${cookie}`;
    }
    if (credentials && !hasOwnAuthorization) Object.assign(headers, credentials.headers);
    return headers;
  }

  return {
    get url() {
      return endpoint;
    },
    get signal() {
      return epoch.signal;
    },
    get heard() {
      return heard;
    },
    hear() {
      heard += 1;
    },
    send,
    dropIdle: () => http.dropConnections(),
    drop(reason) {
      const old = epoch;
      epoch = newEpoch();
      old.abort(reason);
      http.dropConnections();
    },
  };
}

/** Any number of requests listen to it. */
function newEpoch(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** @throws Failure REMOTE_REDIRECT */
function followed(
  from: URL,
  status: number,
  location: string | undefined,
  method: "GET" | "POST" | "DELETE",
  redirects: number,
): URL {
  const target = redirectTarget(from, status, location, method === "GET" ? "GET" : "POST");
  const at = `${urlForPeople(from)} answered ${status}`;
  if ("refuse" in target) {
    const where =
      target.refuse === undefined ? "without a usable address" : `to ${urlForPeople(target.refuse)}`;
    throw new Failure("REMOTE_REDIRECT", `${at}, a redirect ${where}, which was not followed.`, {
      received: "no",
      status,
    });
  }
  if (redirects >= MAX_REDIRECTS) {
    throw new Failure("REMOTE_REDIRECT", `${at}, the redirect number ${redirects + 1} in a row.`, {
      received: "no",
      status,
    });
  }
  return target.follow;
}

function joinedHeaders(headers: readonly UserHeader[]): Readonly<Record<string, string>> {
  const joined: Record<string, string> = {};
  for (const { name, value } of headers) {
    const before = joined[name];
    joined[name] = before === undefined ? value.reveal() : `${before}, ${value.reveal()}`;
  }
  return joined;
}
