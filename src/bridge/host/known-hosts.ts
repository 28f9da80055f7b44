// What is known of the programs that start a bridge: one row each, and nowhere else. A host without a row is taken for one
// that waits ten seconds for everything and lists again when it is told to; the waits for it are in provisional/host-waits.ts.

import { isObject, type RequestMessage } from "../../core/mcp/message.ts";

export interface HostFacts {
  /** Most time from the start of the process to the answer of `initialize`, in ms. Default 8 s. */
  readonly handshakeMs?: number;
  /** Most time from the start of the process to the first list of tools while there is no session, in ms. Default 8 s. */
  readonly listMs?: number;
  /** The same two where earlier runs remember what to answer. */
  readonly remembered?: { readonly handshakeMs: number; readonly listMs: number };
  /** It never asks again for a list that it has. */
  readonly neverListsAgain?: true;
  /** It takes the first page of a list for the whole list. */
  readonly readsFirstPageOnly?: true;
  /** Where `server/discover` is refused it goes on with `initialize`, at once. */
  readonly fallsBack?: true;
  /** How a person makes it connect to a server again, as the end of "To see them, ...". */
  readonly reconnect?: string;
}

/** It gives a list 30 s and never asks again, so the list waits for a person nearly as long. */
const ONE_LIST = { listMs: 25_000, neverListsAgain: true } as const;

/** By `clientInfo.name`; a name that ends with `*` is the beginning of one. Each row as seen in the release named. */
const HOSTS: Readonly<Record<string, HostFacts>> = {
  // Claude Code 2.1: in `-p` a list after 2.2 s was in the first turn, one after 3.5 s was not; `claude mcp list` gives it 5 s.
  // It lists again, so nothing is lost by an early one.
  "claude-code": { handshakeMs: 4_000, listMs: 2_000, fallsBack: true, reconnect: "use /mcp reconnect" },
  // codex 0.169: `codex exec` gives handshake and list 1.05 s together unless the server is `required`, the interactive program
  // 30 s; both say the same of themselves. What is remembered comes in time for the first, a person has time in the second.
  "codex-mcp-client": {
    ...ONE_LIST,
    remembered: { handshakeMs: 450, listMs: 850 },
    reconnect: "restart codex",
  },
  // Copilot CLI 1.0: 65 s for everything, lists again.
  "copilot-cli": { fallsBack: true, reconnect: "use /restart" },
  // AI SDK 2.0: gives `server/discover` 1 s.
  "ai-sdk-mcp-client": { fallsBack: true },
  // Gemini CLI 0.61: lists again. Of 60 tools on three pages it offered 20.
  "gemini-cli-mcp-client": { readsFirstPageOnly: true, reconnect: "use /mcp reload" },
  // `gemini mcp list` 0.61: 5 s for the handshake, and asks for nothing more.
  "mcp-test-client": { handshakeMs: 4_000 },
  // Qwen Code 0.24: 30 s from the start of the process. Its name goes on with the server's.
  "qwen-cli-mcp-client-*": { ...ONE_LIST, reconnect: "choose Reconnect for this server in /mcp" },
  // opencode 1.18: 30 s for the list, lists again.
  opencode: { reconnect: "toggle this server twice in /mcps to reconnect it" },
  // Cline CLI 3.0: 3 s for the handshake, then a second process; a list after 8 s was taken. Of 60 tools on three pages it
  // offered 20.
  "@cline/core": {
    handshakeMs: 2_500,
    listMs: 6_500,
    neverListsAgain: true,
    readsFirstPageOnly: true,
    reconnect: "turn this server off and on in /mcp",
  },
  // Continue 1.5: 45 s for the list passed. Of 60 tools on three pages it offered 20.
  "continue-cli-client": {
    ...ONE_LIST,
    readsFirstPageOnly: true,
    reconnect: "choose Restart server in /mcp",
  },
};

const UNKNOWN: HostFacts = {};

/** What is known of the host that said `initialize`. */
export function hostFacts(initialize: RequestMessage | undefined): HostFacts {
  return factsOfHost(hostName(initialize));
}

/** The same by its name. */
export function factsOfHost(name: string): HostFacts {
  if (Object.hasOwn(HOSTS, name)) return HOSTS[name] ?? UNKNOWN;
  const beginning = Object.keys(HOSTS).find((key) => key.endsWith("*") && name.startsWith(key.slice(0, -1)));
  return beginning === undefined ? UNKNOWN : (HOSTS[beginning] ?? UNKNOWN);
}

/** As the host names itself; empty: it does not. */
export function hostName(initialize: RequestMessage | undefined): string {
  const params = initialize?.value.params;
  const client = isObject(params) ? params.clientInfo : undefined;
  return isObject(client) && typeof client.name === "string" ? client.name : "";
}
