// Asks the remote, just as a session begins, whether it wants a sign-in: for `login`, whose discovery needs the remote's
// own challenge. Whatever ends a session before it began ends this with the same failure.

import { unlessAborted } from "../core/deadline.ts";
import { Failure } from "../core/failure/failure.ts";
import { NEWEST_LEGACY_REVISION } from "../core/mcp/revisions.ts";
import type { Authorizer } from "../core/ports/authorizer.ts";
import { EMPTY_REMOTE_CACHE, type RemoteCache } from "../core/ports/remote-cache.ts";
import type { RemoteChallenge } from "../core/ports/sign-in-control.ts";
import { VERSION } from "../core/version.ts";
import { ListCache } from "./session/list-cache.ts";
import { challengesOf } from "./transport/response-kind.ts";
import { type RemoteOptions, type RemoteWiring, wireRemote } from "./wire-remote.ts";

const NO_MEMORY: RemoteCache = {
  hints: async () => ({}),
  read: async () => EMPTY_REMOTE_CACHE,
  update: async () => undefined,
};
/** Whoever waits in a terminal is told sooner than a host. */
const HEADERS_MS = 15_000;
/** The rest is asked only of a remote that has answered already. */
const SECOND_LOOK_MS = 5_000;

/**
 * Sends an `initialize` without credentials and ends the session that it opened.
 * @returns the remote's challenge; undefined: it needs no sign-in
 * @throws Failure NETWORK_*, REMOTE_*; the reason of the signal
 */
export async function probeRemote(
  options: Omit<RemoteOptions, "authorizer">,
  signal: AbortSignal,
): Promise<RemoteChallenge | undefined> {
  const headersTimeoutMs = Math.min(options.network.headersTimeoutMs, HEADERS_MS);
  const lifetime = new AbortController();
  let challenge: RemoteChallenge | undefined;
  let failure: Failure | undefined;
  const authorizer: Authorizer = {
    credentials: async () => undefined,
    async challenged(found) {
      challenge = found;
      throw new Failure("AUTH_SIGN_IN_REQUIRED", "The server wants a sign-in.");
    },
    inProgress: () => undefined,
    onSignIn: () => undefined,
    close: async () => undefined,
  };
  const remoteSide = wireRemote(
    { ...options, authorizer, network: { ...options.network, headersTimeoutMs } },
    { blocked: false, whenUnblocked: (action) => action() },
    lifetime.signal,
    new ListCache(NO_MEMORY, options.clock),
    {
      onMessage: () => undefined,
      sendToHost: () => undefined,
      onChallenge: () => undefined,
      patienceMs: () => undefined,
      isWanted: () => false,
      // Nothing is tried again: the person who waits can.
      onRetry(why) {
        failure ??= why;
        lifetime.abort(why);
      },
    },
  );
  try {
    return await unlessAborted(ask(remoteSide), signal);
  } catch (error) {
    signal.throwIfAborted();
    if (challenge !== undefined) return challenge;
    throw failure ?? error;
  } finally {
    lifetime.abort();
    remoteSide.remote.drop(
      new Failure("INTERRUPTED", "The server was only asked whether it wants a sign-in."),
    );
  }
}

/** @throws Failure as a session's first request would fail */
async function ask(remoteSide: RemoteWiring): Promise<RemoteChallenge | undefined> {
  const { session, connector, bridgeRequests } = remoteSide;
  const clientInfo = { name: "mcp-drawbridge", version: VERSION };
  const params = { protocolVersion: NEWEST_LEGACY_REVISION, capabilities: {}, clientInfo };
  session.begin(bridgeRequests.make("initialize", params));
  await connector.renew(undefined, "background");
  return lookAgain(remoteSide);
}

/** Some remotes let everybody begin a session, and ask for a sign-in on its stream. Ends the session. */
async function lookAgain({ remote, session, transport }: RemoteWiring): Promise<RemoteChallenge | undefined> {
  const { mcpSession } = session;
  if (mcpSession === undefined || transport.kind === "sse") return undefined;
  const request = async (method: "GET" | "DELETE") => {
    try {
      const accept = "text/event-stream";
      const { response } = await remote.send({
        method,
        accept,
        mcpSession,
        headersTimeoutMs: SECOND_LOOK_MS,
      });
      response.body.on("error", () => undefined).destroy();
      return response;
    } catch {
      return undefined; // The handshake was answered: what was to be found out is.
    }
  };
  const stream = await request("GET");
  if (mcpSession.sessionId !== undefined) await request("DELETE");
  if (stream?.status !== 401) return undefined;
  return { status: 401, wwwAuthenticate: challengesOf(stream) };
}
