// Asks the remote, just as a session begins, whether it wants a sign-in: for `login`, whose discovery needs the remote's
// own challenge. Whatever ends a session before it began ends this with the same failure.

import { asFailure, Failure } from "../core/failure/failure.ts";
import type { ResponseMessage } from "../core/mcp/message.ts";
import { NEWEST_LEGACY_REVISION } from "../core/mcp/revisions.ts";
import type { RemoteChallenge } from "../core/ports/sign-in-control.ts";
import { urlForPeople } from "../core/text/printable.ts";
import { VERSION } from "../core/version.ts";
import type { BridgeOptions } from "./bridge-options.ts";
import { refusalIn, versionIn } from "./connecting/legacy-handshake.ts";
import { createBridgeRequests } from "./messages/bridge-requests.ts";
import { createOutboundMessage, type OutboundMessage } from "./messages/outbound-message.ts";
import { PendingRequest } from "./messages/pending-request.ts";
import { decideRetry } from "./sending/retry-policy.ts";
import { createMcpSession, type McpSession } from "./session/mcp-session.ts";
import { createCookies } from "./transport/cookies.ts";
import { createMemoryBudget } from "./transport/memory-budget.ts";
import { RemoteHttp } from "./transport/remote-http.ts";
import type { SendOutcome } from "./transport/transport.ts";
import type { TransportSelector } from "./transport/transport-selector.ts";
import { createTransports } from "./wire-remote.ts";

export type ProbeOptions = Pick<
  BridgeOptions,
  "remote" | "headers" | "settings" | "network" | "http" | "clock" | "random" | "diagnostics"
>;

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
  options: ProbeOptions,
  signal: AbortSignal,
): Promise<RemoteChallenge | undefined> {
  const headersTimeoutMs = Math.min(options.network.headersTimeoutMs, HEADERS_MS);
  const network = { ...options.network, headersTimeoutMs };
  const remote = new RemoteHttp({
    url: options.remote.url,
    headers: options.headers,
    http: options.http,
    authorizer: { credentials: async () => undefined },
    cookies: network.cookies ? createCookies() : undefined,
  });
  const cancelTimer = (): void => remote.drop(asFailure(signal.reason));
  signal.addEventListener("abort", cancelTimer, { once: true });
  try {
    signal.throwIfAborted();
    return await sendInitialize({ ...options, network }, remote);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", cancelTimer);
    remote.drop(new Failure("INTERRUPTED", "The remote was only asked whether it wants a sign-in."));
  }
}

async function sendInitialize(
  options: ProbeOptions,
  remote: RemoteHttp,
): Promise<RemoteChallenge | undefined> {
  const transport = createTransports(options, remote, readingOf(options, remote), NO_MEMORY, {
    onMessage: () => undefined,
    onLost: () => undefined,
  });
  const request = createBridgeRequests(options.random).make("initialize", {
    protocolVersion: NEWEST_LEGACY_REVISION,
    capabilities: {},
    clientInfo: { name: "mcp-drawbridge", version: VERSION },
  });
  let said: ResponseMessage | Failure | undefined;
  const pending = new PendingRequest(request.id, request.method, {
    onResponse: (response) => {
      said = response;
    },
    onFailure: (failure) => {
      said = failure;
    },
  });
  const outbound = createOutboundMessage(request, [pending]);
  let sessionId: string | undefined;
  const posted = transport.post(outbound, undefined, (id) => {
    sessionId = id;
  });
  // The answer counts when it is there, though its stream may stay open.
  await Promise.race([posted, pending.whenDone]);
  if (said === undefined) return challengeIn(await posted, outbound, options, remote.url);
  if (said instanceof Failure) throw said;
  const httpError = refusalIn(said);
  if (httpError !== undefined) throw httpError;
  return lookAgain(remote, transport, createMcpSession(1, sessionId, versionIn(said)));
}

/** @throws Failure as a session's first request would fail */
function challengeIn(
  outcome: SendOutcome,
  outbound: OutboundMessage,
  { clock }: ProbeOptions,
  url: URL,
): RemoteChallenge | undefined {
  if (outcome.kind === "challenged") return outcome.httpError;
  const tries = { attempts: 1, challenges: 0, recoveries: 0, elapsedMs: 0, mcpSession: undefined };
  const step = decideRetry(outbound, outcome, tries, clock.nowMs(), 0);
  if (step.do === "pass") throw step.otherwise;
  // Nothing is tried again: the person who waits can.
  if ("failure" in step) throw step.failure;
  throw new Failure("REMOTE_NO_ANSWER", `${urlForPeople(url)} ended its answer without the response.`);
}

/** Some remotes let everybody begin a session, and ask for a sign-in on its stream. Ends the session. */
async function lookAgain(
  remote: RemoteHttp,
  transport: TransportSelector,
  mcpSession: McpSession,
): Promise<RemoteChallenge | undefined> {
  if (transport.kind === "sse") return undefined;
  const ask = async (method: "GET" | "DELETE") => {
    try {
      const request = { method, accept: "text/event-stream", mcpSession, headersTimeoutMs: SECOND_LOOK_MS };
      const { response } = await remote.send(request);
      response.body.on("error", () => undefined).destroy();
      return response;
    } catch {
      return undefined; // The handshake was answered: what was to be found out is.
    }
  };
  const stream = await ask("GET");
  if (mcpSession.sessionId !== undefined) await ask("DELETE");
  if (stream?.status !== 401) return undefined;
  return { status: 401, wwwAuthenticate: stream.headerValues("www-authenticate") };
}

const NO_MEMORY = { load: async () => {}, transport: undefined, onTransport: () => {} };

/** Nobody keeps it from reading. */
function readingOf({ clock, network }: ProbeOptions, { hear }: RemoteHttp) {
  const backPressure = { blocked: false, whenUnblocked: (action: () => void) => action() };
  const { bodyTimeoutMs: gapMs, maxMessageBytes: maxBytes } = network;
  return { backPressure, memoryBudget: createMemoryBudget(clock), clock, gapMs, maxBytes, onPart: hear };
}
