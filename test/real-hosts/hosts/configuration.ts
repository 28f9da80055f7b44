// What the configurations of several hosts have in common.
import type { HostPlace } from "../running/real-host.ts";

/** What an agent is asked. The model answers from a script, so the words do not matter. */
export const PROMPT = "Use the tools of the server named remote.";

/** Hosts do not start without a key. This one opens nothing. */
export const KEY = "not-a-key";

/** `mcpServers` as most hosts write it. */
export function mcpServers({ serverName, server }: HostPlace, more: object = {}) {
  return { mcpServers: { [serverName]: { ...server, ...more } } };
}
