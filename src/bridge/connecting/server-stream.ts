// The remote's own stream (GET): kept open for as long as the session lives, wherever the remote offers one.

import { asFailure, Failure } from "../../core/failure/failure.ts";
import { pauseMs, retryAfterMs } from "../../core/pause.ts";
import { endRequest, type HttpResponse, type RequestHandle } from "../../core/ports/http.ts";
import { backOffMs } from "../sending/retry-policy.ts";
import { POLL_MS } from "../sending/stream-resume.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import type { McpSession } from "../session/mcp-session.ts";
import { type BodyLimits, drain } from "../transport/body-reader.ts";
import type { RemoteHttp, RemoteResponse } from "../transport/remote-http.ts";
import { challengesOf, responseKind } from "../transport/response-kind.ts";
import { type MessageSink, type Reads, readEventStream } from "../transport/response-reader.ts";

export interface ServerStreamOptions extends BridgeContext {
  readonly remote: RemoteHttp;
  readonly bodyLimits: BodyLimits;
  readonly headersTimeoutMs: number;
  readonly sink: MessageSink;
  readonly reads: Reads;
  /** The remote does not know the session any more. */
  readonly onLost: (mcpSession: McpSession) => unknown;
}

const MAX_BACK_OFF_MS = 60_000;
/** A stream that ends sooner without an event is one that the remote does not want to keep. */
const SHORT_LIFE_MS = 5_000;

/** What follows one attempt. */
type Next =
  | { readonly kind: "again"; readonly afterMs: number | undefined }
  | { readonly kind: "none"; readonly status: number }
  | { readonly kind: "lost" };

/** Runs until the session is another one, the bridge stops, or the remote says that it has no such stream. */
export async function openServerStream(options: ServerStreamOptions, mcpSession: McpSession): Promise<void> {
  const { session, clock, random, lifetime, diagnostics } = options;
  const current = (): boolean => session.mcpSession === mcpSession && !lifetime.aborted;
  const handle: RequestHandle = {};
  const replaced = new Failure("NETWORK_RESET", "The session was replaced by a new one.");
  const stopWatching = session.onChange(() => current() || endRequest(handle, replaced));
  let lastEventId: string | undefined;
  let retryMs: number | undefined;
  let failures = 0;
  /** Streams in a row that ended soon, with events or without. */
  let short = 0;
  let hadStream = false;

  const backOff = (): number => backOffMs(failures + 2, random.fraction(), MAX_BACK_OFF_MS);

  /** What comes late belongs to no session any more. */
  const take: MessageSink = (message) => {
    if (current()) options.sink(message);
  };

  async function attempt(): Promise<Next> {
    const answer = await options.remote.send({
      method: "GET",
      accept: "text/event-stream",
      mcpSession,
      lastEventId,
      headersTimeoutMs: options.headersTimeoutMs,
      handle,
      ownConnection: true,
    });
    const { response } = answer;
    const kind = responseKind(response.status, response.headers);
    if (kind === "events") {
      hadStream = true;
      diagnostics.event("stream.open", { resumed: lastEventId !== undefined });
      const openedMs = clock.monotonicMs();
      const end = await readEventStream(response, options.bodyLimits, take, options.reads);
      short = clock.monotonicMs() - openedMs < SHORT_LIFE_MS ? short + 1 : 0;
      const fruitless = end.lastEventId === undefined && short > 0;
      failures = fruitless ? failures + 1 : 0;
      lastEventId = end.lastEventId ?? lastEventId;
      retryMs = end.retryMs ?? retryMs;
      const restMs = pauseMs(retryMs ?? 1_000, short - 1, POLL_MS) * (1 + random.fraction() / 10);
      return { kind: "again", afterMs: Math.max(restMs, failures > 1 ? backOff() : 0) };
    }
    const next = kind === "challenge" ? undefined : refused(response);
    // Nobody else would use the connection of a stream that there is not.
    if (next?.kind === "none") response.body.on("error", () => undefined).destroy();
    else void drain(response, clock);
    return next ?? challenged(answer);
  }

  async function challenged({ response, credentials }: RemoteResponse): Promise<Next> {
    failures += 1;
    await options.authorizer.challenged(
      {
        status: response.status === 403 ? 403 : 401,
        wwwAuthenticate: challengesOf(response),
        dpopNonce: response.headerValues("dpop-nonce")[0],
        sent: credentials,
        operation: "stream",
        cause: "background",
      },
      lifetime,
    );
    return { kind: "again", afterMs: failures > 1 ? undefined : pauseMs(0, 0) };
  }

  function refused(response: HttpResponse): Next {
    const { status } = response;
    // Where there never was a stream, 404 more likely means that there is none; taken for a lost session, the new
    // one would be met with the same, for ever.
    if (status === 404 && hadStream && mcpSession.sessionId !== undefined) return { kind: "lost" };
    const passing = status >= 500 || status === 429 || status === 408;
    if (!passing || status === 501) return { kind: "none", status };
    failures += 1;
    const waitMs = retryAfterMs(response.headers["retry-after"], clock.nowMs());
    return { kind: "again", afterMs: waitMs === undefined ? undefined : pauseMs(waitMs, failures - 1) };
  }

  try {
    await keepOpen();
  } finally {
    stopWatching();
  }

  async function keepOpen(): Promise<void> {
    while (current()) {
      let next: Next;
      try {
        next = await attempt();
      } catch (error) {
        failures += 1;
        const failure: Failure = asFailure(error);
        diagnostics.event("stream.failed", { code: failure.code });
        next = { kind: "again", afterMs: undefined };
      }
      if (!current()) return;
      if (next.kind === "none") {
        diagnostics.event("stream.none", { status: next.status });
        return;
      }
      if (next.kind === "lost") {
        options.onLost(mcpSession);
        return;
      }
      await clock.sleep(next.afterMs ?? backOff(), lifetime).catch(() => undefined);
    }
  }
}
