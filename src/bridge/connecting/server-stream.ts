// The remote's own stream (GET): kept open for as long as the session lives, wherever the remote offers one.

import { asFailure, Failure } from "../../core/failure/failure.ts";
import { pauseMs, retryAfterMs } from "../../core/pause.ts";
import { endRequest, type HttpResponse, type RequestHandle } from "../../core/ports/http.ts";
import { backOffMs } from "../sending/retry-policy.ts";
import { sessionLoss } from "../sending/session-loss.ts";
import { POLL_MS } from "../sending/stream-resume.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import type { McpSession } from "../session/mcp-session.ts";
import type { BodyLimits } from "../transport/body-reader.ts";
import { readHttpError } from "../transport/http-error.ts";
import type { RemoteHttp } from "../transport/remote-http.ts";
import { responseKind } from "../transport/response-kind.ts";
import { type MessageSink, type Reads, readEventStream } from "../transport/response-reader.ts";
import { saysSessionIsLost } from "../transport/session-words.ts";
import type { HttpError } from "../transport/transport.ts";

export interface ServerStreamOptions extends BridgeContext {
  readonly remote: RemoteHttp;
  readonly bodyLimits: BodyLimits;
  readonly headersTimeoutMs: number;
  readonly sink: MessageSink;
  readonly reads: Reads;
  /** The remote does not know the session any more. */
  readonly onLost: (mcpSession: McpSession) => unknown;
  /** One for all sessions. */
  readonly losses: StreamLosses;
}

/** Sessions in a row that the remote had lost when their stream was asked for, and that had none worth the name before. */
export interface StreamLosses {
  inARow: number;
}

const MAX_BACK_OFF_MS = 60_000;
/** A stream that ends sooner without an event is one that the remote does not want to keep. */
const SHORT_LIFE_MS = 5_000;
/** The remote has no such stream (NET-1). Any other refusal, such as 409 while it keeps a broken one, may be gone in a moment. */
const NO_STREAM = new Set([404, 405, 501]);

/** What follows one attempt. */
type Next =
  | { readonly kind: "again"; readonly afterMs?: number | undefined }
  | { readonly kind: "none"; readonly status: number }
  | { readonly kind: "lost" };

/** Runs until the session is another one, the bridge stops, or the remote says that it has no such stream. */
export async function openServerStream(options: ServerStreamOptions, mcpSession: McpSession): Promise<void> {
  const stream = new ServerStream(options, mcpSession);
  const stopWatching = options.session.onChange(() => stream.endIfReplaced());
  try {
    await stream.keepOpen();
  } finally {
    stopWatching();
  }
}

class ServerStream {
  readonly #options: ServerStreamOptions;
  readonly #mcpSession: McpSession;
  readonly #handle: RequestHandle = {};
  #lastEventId: string | undefined;
  #retryMs: number | undefined;
  #failures = 0;
  /** Streams in a row that ended soon, with events or without. */
  #short = 0;
  #hadStream = false;

  constructor(options: ServerStreamOptions, mcpSession: McpSession) {
    this.#options = options;
    this.#mcpSession = mcpSession;
  }

  get #isCurrent(): boolean {
    const { session, lifetime } = this.#options;
    return session.mcpSession === this.#mcpSession && !lifetime.aborted;
  }

  endIfReplaced(): void {
    if (this.#isCurrent) return;
    endRequest(this.#handle, new Failure("NETWORK_RESET", "The session was replaced by a new one."));
  }

  async keepOpen(): Promise<void> {
    const { diagnostics, onLost, losses } = this.#options;
    while (this.#isCurrent) {
      const next = await this.#attempt().catch((error: unknown): Next => {
        diagnostics.event("stream.failed", { code: asFailure(error).code });
        return { kind: "again" };
      });
      if (!this.#isCurrent) return;
      switch (next.kind) {
        case "none":
          diagnostics.event("stream.none", { status: next.status });
          return;
        case "lost":
          // A remote that loses every session at once must not be asked for the next one all the time.
          losses.inARow += 1;
          if (losses.inARow > 1) await this.#pause(this.#backOffMs(losses.inARow));
          if (this.#isCurrent) onLost(this.#mcpSession);
          return;
        case "again":
          if (next.afterMs === undefined) this.#failures += 1;
          await this.#pause(next.afterMs ?? this.#backOffMs(this.#failures));
      }
    }
  }

  async #attempt(): Promise<Next> {
    const { remote, bodyLimits, headersTimeoutMs } = this.#options;
    const answer = await remote.send({
      method: "GET",
      accept: "text/event-stream",
      mcpSession: this.#mcpSession,
      lastEventId: this.#lastEventId,
      headersTimeoutMs,
      handle: this.#handle,
      ownConnection: true,
    });
    const { response } = answer;
    const { status } = response;
    const kind = responseKind(status, response.headers);
    if (kind === "events") return this.#read(response);
    if (!this.#hadStream && NO_STREAM.has(status) && status !== 404) {
      // Nobody else would use the connection of a stream that there is not.
      response.body.on("error", () => undefined).destroy();
      return { kind: "none", status };
    }
    const httpError = await readHttpError(answer, bodyLimits, remote.url);
    if (this.#isLost(httpError)) return { kind: "lost" };
    return kind === "challenge" ? this.#challenged(httpError) : this.#refused(httpError);
  }

  async #read(response: HttpResponse): Promise<Next> {
    const { clock, random, diagnostics, bodyLimits, reads, losses } = this.#options;
    this.#hadStream = true;
    diagnostics.event("stream.open", { resumed: this.#lastEventId !== undefined });
    const openedMs = clock.monotonicMs();
    const end = await readEventStream(response, bodyLimits, this.#take, reads);
    const isShort = clock.monotonicMs() - openedMs < SHORT_LIFE_MS;
    this.#short = isShort ? this.#short + 1 : 0;
    const isFruitless = isShort && end.lastEventId === undefined;
    this.#failures = isFruitless ? this.#failures + 1 : 0;
    if (!isFruitless) losses.inARow = 0;
    this.#lastEventId = end.lastEventId ?? this.#lastEventId;
    this.#retryMs = end.retryMs ?? this.#retryMs;
    const restMs = pauseMs(this.#retryMs ?? 1_000, this.#short - 1, POLL_MS) * (1 + random.fraction() / 10);
    return {
      kind: "again",
      afterMs: Math.max(restMs, this.#failures > 1 ? this.#backOffMs(this.#failures) : 0),
    };
  }

  async #challenged({ status, wwwAuthenticate, dpopNonce, sent }: HttpError): Promise<Next> {
    await this.#options.authorizer.challenged(
      {
        status: status === 403 ? 403 : 401,
        wwwAuthenticate,
        dpopNonce,
        sent,
        operation: "stream",
        cause: "background",
      },
      this.#options.lifetime,
    );
    this.#failures += 1;
    return { kind: "again", afterMs: this.#failures > 1 ? this.#backOffMs(this.#failures) : pauseMs(0, 0) };
  }

  /**
   * Where there never was a stream, 404 without a word of the session more likely means that there is none; and who says it
   * again of the next session would say it for ever.
   */
  #isLost(httpError: HttpError): boolean {
    if (this.#mcpSession.sessionId === undefined) return false;
    if (this.#hadStream) return sessionLoss(httpError, { named: true, requests: [] }) !== "no";
    return this.#options.losses.inARow === 0 && saysSessionIsLost(httpError.text);
  }

  #refused({ status, retryAfter }: HttpError): Next {
    if (!this.#hadStream && NO_STREAM.has(status)) return { kind: "none", status };
    const waitMs = retryAfterMs(retryAfter, this.#options.clock.nowMs());
    if (waitMs === undefined) return { kind: "again" };
    this.#failures += 1;
    return { kind: "again", afterMs: pauseMs(waitMs, this.#failures - 1) };
  }

  /** What comes late belongs to no session any more. */
  readonly #take: MessageSink = (message) => {
    if (this.#isCurrent) this.#options.sink(message);
  };

  #backOffMs(failures: number): number {
    return backOffMs(failures + 2, this.#options.random.fraction(), MAX_BACK_OFF_MS);
  }

  #pause(ms: number): Promise<void> {
    return this.#options.clock.sleep(ms, this.#options.lifetime).catch(() => undefined);
  }
}
