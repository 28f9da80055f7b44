// What the bridge says in the remote's place while there is no session (see "Answer while nobody is signed in").

import { isObject, type RequestMessage } from "../../core/mcp/message.ts";
import { isLegacyRevision, NEWEST_LEGACY_REVISION } from "../../core/mcp/revisions.ts";
import { urlForPeople } from "../../core/text/printable.ts";
import type { ListCache } from "../session/list-cache.ts";

export const SIGN_IN_TOOL = "drawbridge_sign_in";

const LEAST_CAPABILITIES = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true },
};

/** Time that hosts known to be impatient leave for everything up to the first list, by `clientInfo.name`. */
const SHORT_LIST_WAIT_MS: Readonly<Record<string, number>> = { "codex-mcp-client": 1_000 };

/** The result of `initialize`: the host's version, and what the remote said last time, else the least. */
export function provisionalInitialize(
  initialize: RequestMessage,
  listCache: ListCache,
  remote: URL,
): Record<string, unknown> {
  const { params } = initialize.value;
  const asked = isObject(params) ? params.protocolVersion : undefined;
  const remembered = listCache.initialize;
  const known = isObject(remembered?.capabilities) ? remembered.capabilities : LEAST_CAPABILITIES;
  return {
    protocolVersion: isLegacyRevision(asked) ? asked : NEWEST_LEGACY_REVISION,
    // `listChanged` whatever the remote said: the bridge itself will have news.
    capabilities: { ...known, tools: { ...(isObject(known.tools) ? known.tools : {}), listChanged: true } },
    serverInfo: isObject(remembered?.serverInfo)
      ? remembered.serverInfo
      : { name: remote.host, version: "0" },
    instructions: `${urlForPeople(remote)} is not connected yet: it waits for a sign-in, or cannot be reached. Until then its tools may be missing or answer with an error that says what to do. Call ${SIGN_IN_TOOL} to sign in.`,
  };
}

export const SIGN_IN_TOOLS = {
  tools: [
    {
      name: SIGN_IN_TOOL,
      title: "Sign in",
      description:
        "Connects this server: gives the address where its user signs in, waits for it, and reports. Call it again after signing in.",
      inputSchema: { type: "object", properties: {} },
      annotations: { readOnlyHint: true, openWorldHint: true },
    },
  ],
};

/** How long a first list may take with this host. */
export function listWaitMs(initialize: RequestMessage | undefined, wantedMs: number): number {
  const params = initialize?.value.params;
  const client = isObject(params) ? params.clientInfo : undefined;
  const name = isObject(client) && typeof client.name === "string" ? client.name : "";
  return Math.min(wantedMs, SHORT_LIST_WAIT_MS[name] ?? wantedMs);
}
