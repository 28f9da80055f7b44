// One HTTP request to the remote: its headers, and the redirects that may be followed. Decides nothing else.

import { setMaxListeners } from "node:events";
import { Failure } from "../../core/failure/failure.ts";
import type { Authorizer, Credentials } from "../../core/ports/authorizer.ts";
import type { HttpClient, HttpResponse, RequestHandle } from "../../core/ports/http.ts";
import type { UserHeader } from "../../core/settings.ts";
import { urlForPeople } from "../../core/text/printable.ts";
import type { Signed } from "../messages/outbound-message.ts";
import type { McpSession } from "../session/mcp-session.ts";
import type { Cookies } from "./cookies.ts";
import { redirectAdvice } from "./redirect-advice.ts";
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
  /** Gets the credentials, however the request ends. */
  readonly signed?: Signed | undefined;
  /** Number of the host's message that it carries, for the debug log. */
  readonly correlation?: number | undefined;
  /** See `HttpRequest`. */
  readonly ownConnection?: boolean;
}

/** A request that any remote answers at once which hears it. */
export type Probe = Pick<RemoteRequest, "body" | "headers" | "mcpSession">;

export interface RemoteResponse {
  readonly response: HttpResponse;
  /** What the request was signed with. */
  readonly credentials: Credentials | undefined;
  /** What went with the request, credentials and the user's own headers among them. */
  readonly sent: Readonly<Record<string, string>>;
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

export class RemoteHttp {
  readonly #options: RemoteHttpOptions;
  readonly #userHeaders: Readonly<Record<string, string>>;
  #epoch = newEpoch();
  #endpoint: URL;
  #heard = 0;
  #accepted = 0;
  #isConnected = false;

  constructor(options: RemoteHttpOptions) {
    this.#options = options;
    this.#userHeaders = joinedHeaders(options.headers);
    this.#endpoint = options.url;
  }

  get url(): URL {
    return this.#endpoint;
  }

  /** Ends with the next `drop`. */
  get signal(): AbortSignal {
    return this.#epoch.signal;
  }

  /** Counts every answer and every part of one; while it stands still, the remote is silent. */
  get heard(): number {
    return this.#heard;
  }

  /** Counts the connections that it accepted: whoever is too busy to answer still does that. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Was there ever a connection to it? */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  readonly #onConnected = (): void => {
    this.#isConnected = true;
  };

  readonly #onAccepted = (): void => {
    this.#accepted += 1;
  };

  /** Say that a part of an answer came. */
  readonly hear = (): void => {
    this.#heard += 1;
  };

  /** @throws Failure NETWORK_*, REMOTE_REDIRECT, what the authorizer throws */
  async send(request: RemoteRequest): Promise<RemoteResponse> {
    const { http, authorizer, cookies } = this.#options;
    const { method, body, headersTimeoutMs, handle, correlation, ownConnection } = request;
    const signal = request.signal ?? this.#epoch.signal;
    let url = request.url ?? this.#endpoint;
    for (let redirects = 0; ; redirects += 1) {
      const credentials = await authorizer.credentials({ method, url }, signal);
      if (request.signed) request.signed.by = credentials;
      if (handle?.endedBy !== undefined) throw handle.endedBy;
      const headers = this.#headersOf(request, url, credentials);
      const options = {
        method,
        url,
        headers,
        body,
        signal,
        headersTimeoutMs,
        handle,
        correlation,
        onConnected: this.#onConnected,
        onAccepted: this.#onAccepted,
        ownConnection,
      };
      const response = await http.send(options);
      this.#heard += 1;
      const setCookie = response.headers["set-cookie"];
      if (setCookie !== undefined) await cookies?.keep(url, setCookie);
      const { status } = response;
      if (credentials && status !== 401 && status !== 403)
        authorizer.accepted?.(credentials, response.headerValues("dpop-nonce")[0]);
      if (status < 300 || status >= 400) return { response, credentials, sent: headers };
      response.body.destroy();
      url = followed(url, status, response.headers.location, method, redirects);
      if (status === 308 && request.url === undefined) this.#endpoint = url;
    }
  }

  /** Tells the remote that nobody uses the session any more, where it keeps one. @throws Failure as `send` */
  async endSession(mcpSession: McpSession | undefined, signal?: AbortSignal): Promise<void> {
    if (mcpSession?.sessionId === undefined) return;
    const { response } = await this.send({ method: "DELETE", mcpSession, ...(signal && { signal }) });
    response.body.on("error", () => undefined).destroy();
  }

  /** Aborts everything that is under way, with `reason`, and forgets idle connections. */
  drop(reason: Failure): void {
    const old = this.#epoch;
    this.#epoch = newEpoch();
    old.abort(reason);
    this.dropIdle();
  }

  /** Forgets idle connections. */
  dropIdle(): void {
    this.#options.http.dropConnections();
  }

  #headersOf(
    { body, accept, mcpSession, headers: extra, lastEventId }: RemoteRequest,
    url: URL,
    credentials: Credentials | undefined,
  ): Record<string, string> {
    const headers: Record<string, string> = { ...this.#userHeaders };
    if (body !== undefined) headers["content-type"] = "application/json";
    headers.accept = accept ?? BOTH;
    if (mcpSession) Object.assign(headers, mcpSession.headers);
    if (extra) Object.assign(headers, extra);
    if (lastEventId !== undefined) headers["last-event-id"] = lastEventId;
    const cookie = this.#options.cookies?.header(url);
    if (cookie !== undefined)
      headers.cookie = headers.cookie === undefined ? cookie : `${headers.cookie}; ${cookie}`;
    if (credentials && !("authorization" in this.#userHeaders)) Object.assign(headers, credentials.headers);
    return headers;
  }
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
    // The others are also how a form says that it was carried out (RFC 9110 15.4).
    const received = status === 307 || status === 308 ? ({ received: "no" } as const) : {};
    const hint = target.refuse && redirectAdvice(from, target.refuse);
    throw new Failure("REMOTE_REDIRECT", `${at}, a redirect ${where}, which was not followed.`, {
      ...received,
      status,
      ...(hint !== undefined && { hint }),
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
