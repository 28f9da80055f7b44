import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";

/** Ends one request from outside, at any stage. Costs nothing where nobody does, unlike an `AbortSignal` for each. */
export interface RequestHandle {
  /** Set once the request is under way; ends it as an aborted signal with this reason would. */
  request?: { abort(reason: unknown): void } | undefined;
  /** It was ended; a request that is not under way yet must not begin. */
  endedBy?: unknown;
}

/** Ends the request of `handle`, under way or not yet. */
export function endRequest(handle: RequestHandle, reason: unknown): void {
  handle.endedBy = reason;
  handle.request?.abort(reason);
}

export interface HttpRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: URL;
  /** Lower-case names. `host` and `content-length` are set by the client. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | undefined;
  /** Aborts at any stage, the body's reading too. */
  readonly signal?: AbortSignal | undefined;
  readonly handle?: RequestHandle | undefined;
  /** Called when there is a connection to send it on. */
  readonly onConnected?: (() => void) | undefined;
  /** Called when the other end, or what a proxy leads to, accepted a new connection for it; TLS may be still to come. */
  readonly onAccepted?: (() => void) | undefined;
  /** Number of the host's message that it carries, for the debug log. */
  readonly correlation?: number | undefined;
  /** Number of the sign-in that it belongs to, and what it is for; for the debug log. */
  readonly signIn?: number;
  readonly step?: string;
  /** Most time between the request's last byte and the answer's headers. Default: no limit. */
  readonly headersTimeoutMs?: number | undefined;
  /** `"public"`: connecting to loopback, private and link-local addresses is refused, whatever name led there. */
  readonly addresses?: "any" | "public" | undefined;
  /** Its answer lasts: it takes none of the connections that are kept for others. */
  readonly ownConnection?: boolean | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** As `node:http` gives them; `www-authenticate` may be joined, use `headerValues`. */
  readonly headers: IncomingHttpHeaders;
  /** Every value of a header, unjoined, in order. */
  headerValues(name: string): readonly string[];
  /**
   * Must be read to its end or destroyed; fails with a `Failure` NETWORK_*, or with `signal.reason`. We ask for
   * `identity`; what comes compressed all the same is decompressed as it is read, so caps count decoded bytes.
   */
  readonly body: Readable;
}

/**
 * HTTP/1.1 with kept-alive connections, proxies, authorities and client certificates as configured.
 * Follows no redirect, keeps no cookie, retries nothing: policy belongs to the caller.
 */
export interface HttpClient {
  /**
   * @throws Failure NETWORK_*; `received` tells whether the other side may have got the request, `idleConnection`
   * whether a kept-alive connection had probably been closed before it. When `signal` aborts, rejects with
   * `signal.reason`.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Drops every idle connection: after sleep they are dead without knowing. */
  dropConnections(): void;
  close(): void;
}
