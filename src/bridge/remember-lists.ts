// After a sign-in ahead of time: asks the remote for its lists, so that the first host to start finds them remembered.

import { unlessAborted, within } from "../core/deadline.ts";
import { Failure } from "../core/failure/failure.ts";
import { isObject } from "../core/mcp/message.ts";
import type { ListMethod } from "../core/mcp/methods.ts";
import { NEWEST_LEGACY_REVISION } from "../core/mcp/revisions.ts";
import type { RemoteCache } from "../core/ports/remote-cache.ts";
import { VERSION } from "../core/version.ts";
import { notification } from "./messages/bridge-requests.ts";
import { ListFetcher } from "./sending/list-fetcher.ts";
import { ListCache } from "./session/list-cache.ts";
import { type RemoteOptions, type RemoteWiring, wireRemote } from "./wire-remote.ts";

/** Somebody waits in a terminal. */
const MOST_MS = 10_000;
/** One that hangs must not hide what the others say. */
const ONE_LIST_MS = 6_000;
/** To end the session at the remote. */
const LEAVING_MS = 1_000;

const LISTS: readonly ListMethod[] = [
  "tools/list",
  "prompts/list",
  "resources/list",
  "resources/templates/list",
];

/**
 * Makes a session of its own, lists, and ends it.
 * @returns how many tools there are; undefined: the remote did not list them, or not in time
 * @throws the reason of the signal; nothing else, since it is only a convenience
 */
export async function rememberLists(
  options: RemoteOptions,
  remoteCache: RemoteCache,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { clock, diagnostics } = options;
  const lifetime = new AbortController();
  const listCache = new ListCache(remoteCache, clock);
  const remoteSide = wireRemote(
    options,
    { blocked: false, whenUnblocked: (action) => action() },
    lifetime.signal,
    listCache,
    {
      onMessage: () => undefined,
      sendToHost: () => undefined,
      onChallenge: () => undefined,
      patienceMs: () => undefined,
      isWanted: () => false,
      onRetry: () => undefined,
    },
  );
  try {
    const listed = list(remoteSide, listCache, clock).catch((error: unknown) => {
      diagnostics.event("login.not-listed", { reason: error instanceof Error ? error.message : "" });
      return undefined;
    });
    return await unlessAborted(
      within(clock, MOST_MS, listed, () => undefined),
      signal,
    );
  } finally {
    const { remote, session } = remoteSide;
    const ending = remote.endSession(session.mcpSession).catch(() => undefined);
    await within(clock, LEAVING_MS, Promise.all([ending, listCache.flush()]), () => undefined);
    lifetime.abort();
    remote.drop(new Failure("INTERRUPTED", "The server was only asked for its lists."));
  }
}

/** @throws Failure */
async function list(
  { session, connector, bridgeRequests, sender }: RemoteWiring,
  listCache: ListCache,
  clock: RemoteOptions["clock"],
): Promise<number | undefined> {
  const clientInfo = { name: "mcp-drawbridge", version: VERSION };
  const params = { protocolVersion: NEWEST_LEGACY_REVISION, capabilities: {}, clientInfo };
  session.begin(bridgeRequests.make("initialize", params));
  session.initialized = notification("notifications/initialized");
  await connector.renew(undefined, "background");
  const lists = new ListFetcher({ clock, session, sender, bridgeRequests, listCache });
  const capabilities = listCache.initialize?.capabilities;
  const offered = LISTS.filter(
    (method) => isObject(capabilities) && capabilities[method.replace(/\/.*/, "")] !== undefined,
  );
  const listed = offered.map((method) =>
    within(clock, ONE_LIST_MS, lists.fetch(method, ONE_LIST_MS), () => undefined).catch(() => undefined),
  );
  const [first] = await Promise.all(listed);
  const result = offered[0] === "tools/list" ? first?.response.value.result : undefined;
  const tools = isObject(result) ? result.tools : undefined;
  return Array.isArray(tools) && first?.isCut === false ? tools.length : undefined;
}
